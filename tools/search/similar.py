"""Products like this one: near in meaning, else of the same shelf. Content only; it needs no history."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core import ranking
from core.catalog import Breakdown, Filters, Product, Weights
from core.errors import NotFoundError, UnavailableError
from core.storage.index.columns import Ords
from core.storage.index.snapshot import Snapshot
from tools.search.finding import rounded
from tools.search.pages import versions
from tools.search.search import Index
from tools.search.shapes import Result, SimilarPage, SimilarRequest

Floats = NDArray[np.float32]

POOL = 100
WEIGHTS = Weights(search=0.85, cf=0.0, popularity=0.1, freshness=0.05)
"""Likeness decides: with the weights of a search, a popular phone came before every other laptop."""


@dataclass(frozen=True)
class Similar:
    """The tool."""

    index: Index
    threads: Executor

    async def __call__(self, request: SimilarRequest) -> SimilarPage:
        """The nearest products. Raises `NotFoundError`, and `UnavailableError` while there is no index."""
        snapshot = self.index.snapshot
        if snapshot is None:
            raise UnavailableError("There is no index to look in; try again shortly.")
        if request.product_id not in snapshot.columns.row_of:
            raise NotFoundError(f"There is no product {request.product_id}.")
        return await asyncio.get_running_loop().run_in_executor(self.threads, similar, snapshot, request)


@dataclass(frozen=True)
class Near:
    """Rows and the parts of their scores, best first."""

    ords: Ords
    closeness: Floats  # in [0, 1]
    freshness: Floats
    finals: Floats


def similar(snapshot: Snapshot, request: SimilarRequest) -> SimilarPage:
    """Nearest by vector, ranked with the rest of the formula; without vectors, the most popular of the same shelf."""
    row = snapshot.columns.row_of[request.product_id]
    product = snapshot.records.get(row)
    weights = WEIGHTS
    vector = None if snapshot.vectors is None else snapshot.vectors.vector(row)
    results: tuple[Result, ...] = ()
    for ords, closeness in alike(snapshot, product, vector):
        near = ranked(snapshot, ords, closeness, weights, request)
        chosen = one_of_each(snapshot, near.ords, family(product), request.k)
        results = tuple(result(snapshot, near, place, weights) for place in chosen)
        if len(results) == request.k:
            break
    return SimilarPage(
        product_id=request.product_id,
        results=results,
        versions=versions(snapshot, weights),
        degraded=("semantic",) if vector is None else (),
    )


def alike(snapshot: Snapshot, product: Product, vector: Floats | None) -> Iterator[tuple[Ords, Floats]]:
    """Rows and how close each is, in [0, 1]: by vector ever more of them, else all of the same shelf.

    The first rows do when they are enough; variants of a few products may take all their places. What is no nearer
    than nonsense would be is like nothing: the vectors' own floor keeps it out.
    """
    columns, vectors = snapshot.columns, snapshot.vectors
    if vectors is None or vector is None:
        mask = columns.mask(Filters(category=(product.category_path,))) if product.category else columns.alive & False
        ords = np.flatnonzero(mask).astype(np.int32)
        yield ords, np.zeros(len(ords), dtype=np.float32)
        return
    pool = POOL
    while True:
        near = vectors.search(vector, pool, columns.alive)
        close = near.scores >= max(vectors.floor, 0)
        yield near.ords[close], near.scores[close].clip(0, 1)
        if len(near.ords) < pool or not close.all():
            return
        pool *= 4


def ranked(snapshot: Snapshot, ords: Ords, closeness: Floats, weights: Weights, request: SimilarRequest) -> Near:
    """By the formula, ties by product id."""
    columns = snapshot.columns
    fresh = ranking.freshness(columns.created[ords], request.now)
    finals = ranking.final(closeness, np.float32(0), columns.popularity[ords], fresh, weights)
    best = np.lexsort((columns.rank[ords], -finals.astype(np.float64)))
    return Near(ords[best], closeness[best], fresh[best], finals[best])


def result(snapshot: Snapshot, near: Near, place: int, weights: Weights) -> Result:
    """One of them with its parts."""
    row = int(near.ords[place])
    return Result(
        product_id=snapshot.columns.ids[row],
        score=rounded(near.finals[place]),
        breakdown=Breakdown(
            search=rounded(near.closeness[place]),
            semantic=rounded(near.closeness[place]),
            popularity=rounded(snapshot.columns.popularity[row]),
            freshness=rounded(near.freshness[place]),
        ),
        weights=weights,
        product=snapshot.records.get(row),
    )


def one_of_each(snapshot: Snapshot, ords: Ords, own: str, k: int) -> list[int]:
    """Places of the first `k` rows, no two of one family, and none of the product's own (itself among them)."""
    seen, chosen = {own}, list[int]()
    for place, row in enumerate(ords.tolist()):
        name = family(snapshot.records.get(row))
        if name not in seen:
            seen.add(name)
            chosen.append(place)
            if len(chosen) == k:
                break
    return chosen


def family(product: Product) -> str:
    """What variants of one product share; a parent that is sold itself belongs to its own."""
    return product.parent_id or product.id
