"""Products like this one: near in meaning, same shelf first. Content only; it needs no history."""

import asyncio
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core import ranking
from core.catalog import CATEGORY_SEPARATOR, Breakdown, Filters
from core.errors import NotFoundError, UnavailableError
from core.ranking import weights_for
from core.storage.index.columns import Ords
from core.storage.index.snapshot import Snapshot
from tools.search.finding import rounded
from tools.search.pages import versions
from tools.search.search import Index
from tools.search.shapes import Result, SimilarPage, SimilarRequest

POOL = 100


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


def nearest(snapshot: Snapshot, row: int) -> tuple[Ords, NDArray[np.float32], bool]:
    """Rows, how close each is in [0, 1], and whether that is by vector rather than all of the same shelf."""
    columns = snapshot.columns
    mask = columns.alive.copy()
    mask[row] = False
    vector = snapshot.vectors.vector(row) if snapshot.vectors is not None else None
    if snapshot.vectors is not None and vector is not None and bool(vector.any()):
        near = snapshot.vectors.search(vector, POOL, mask)
        return near.ords, near.scores.clip(0, 1), True
    path = snapshot.records.get(row).category
    shelf = Filters(category=(CATEGORY_SEPARATOR.join(path),)) if path else Filters()
    ords = np.flatnonzero(mask & columns.mask(shelf)).astype(np.int32)
    return ords, np.zeros(len(ords), dtype=np.float32), False


def similar(snapshot: Snapshot, request: SimilarRequest) -> SimilarPage:
    """Nearest by vector, ranked with the rest of the formula; without vectors, the most popular of the same shelf."""
    columns = snapshot.columns
    row = columns.row_of[request.product_id]
    product = snapshot.records.get(row)
    ords, closeness, embedded = nearest(snapshot, row)
    weights = weights_for(product.category_path or None)
    freshness = ranking.freshness(columns.created[ords], request.now)
    finals = ranking.final(closeness, np.float32(0), columns.popularity[ords], freshness, weights)
    best = np.lexsort((columns.rank[ords], -finals.astype(np.float64)))
    chosen = one_of_each(snapshot, ords[best], product.parent_id, request.k)
    at = {int(row): place for place, row in enumerate(ords)}
    results = tuple(
        Result(
            product_id=columns.ids[row],
            score=rounded(finals[at[row]]),
            breakdown=Breakdown(
                search=rounded(closeness[at[row]]),
                semantic=rounded(closeness[at[row]]),
                popularity=rounded(columns.popularity[row]),
                freshness=rounded(freshness[at[row]]),
            ),
            weights=weights,
            product=snapshot.records.get(row),
        )
        for row in chosen
    )
    return SimilarPage(
        product_id=request.product_id,
        results=results,
        versions=versions(snapshot, weights),
        degraded=() if embedded else ("semantic",),
    )


def one_of_each(snapshot: Snapshot, ords: Ords, own: str | None, k: int) -> list[int]:
    """The first `k` rows, no two variants of one product, and none of the product's own."""
    seen, chosen = {own} - {None}, []
    for row in ords.tolist():
        parent = snapshot.records.get(row).parent_id
        if parent is None or parent not in seen:
            seen.add(parent)
            chosen.append(row)
            if len(chosen) == k:
                break
    return chosen
