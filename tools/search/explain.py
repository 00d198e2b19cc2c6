"""Why a product stands where it does in a search, or why it is absent: plain sentences from the same computation."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.catalog import Product
from core.errors import UnavailableError
from core.storage.index.vectors import VectorIndex
from tools.search.finding import Found, rounded
from tools.search.pages import versions
from tools.search.refusals import refusals
from tools.search.search import Search
from tools.search.shapes import ExplainRequest, Explanation


@dataclass(frozen=True)
class Explain:
    """The tool."""

    search: Search

    async def __call__(self, request: ExplainRequest) -> Explanation:
        """Explain one product. Raises `UnavailableError` while there is no index to read."""
        snapshot = self.search.index.snapshot
        if snapshot is None:
            raise UnavailableError("There is no index to explain from; try again shortly.")
        found = await self.search.find(snapshot, request.search)
        return explained(found, request.product_id)


def explained(found: Found, product_id: str) -> Explanation:
    """Where the product stands among all matches, or what kept it out."""
    snapshot = found.snapshot
    row = snapshot.columns.row_of.get(product_id)
    product = None if row is None else snapshot.records.get(row)
    blank = Explanation(
        product_id=product_id,
        product=product,
        found=False,
        total=found.total,
        understood=found.understood,
        relaxed=found.relaxed,
        versions=versions(snapshot, found.weights),
    )
    if row is None or product is None:
        return blank.model_copy(update={"reasons": ("The catalogue has no product of this id.",)})
    at = np.flatnonzero(found.scored.ords == row)
    if not len(at):
        return blank.model_copy(update={"reasons": tuple(absence(found, row, product))})
    place = int(at[0])
    return blank.model_copy(
        update={
            "found": True,
            "position": position(found, place),
            "score": rounded(found.finals[place]),
            "breakdown": found.breakdown(place),
            "weights": found.weights,
            "reasons": tuple(presence(found, place)),
        }
    )


def position(found: Found, place: int) -> int | None:
    """1 is first; None beyond the depth of paging."""
    where = np.flatnonzero(found.places == place)
    return int(where[0]) + 1 if len(where) else None


def presence(found: Found, place: int) -> Iterator[str]:
    """What lifted the product to its place, the strongest part first."""
    matched, missing = split(found, int(found.scored.ords[place]))
    if matched:
        yield f"It has {listed(matched)}."
    if missing:
        yield f"It lacks {listed(missing)}."
    parts, weights = found.breakdown(place), found.weights
    for share, text in sorted(
        (
            (weights.search * parts.search, f"match {parts.search:.2f} × {weights.search:g}"),
            (weights.cf * parts.cf, f"taste {parts.cf:.2f} × {weights.cf:g}"),
            (weights.popularity * parts.popularity, f"popularity {parts.popularity:.2f} × {weights.popularity:g}"),
            (weights.freshness * parts.freshness, f"freshness {parts.freshness:.2f} × {weights.freshness:g}"),
        ),
        reverse=True,
    ):
        if share > 0:
            yield f"{text} = {share:.3f} of its score."
    if parts.semantic > parts.keyword:
        yield "Its meaning is nearer to the query than its words."


def absence(found: Found, row: int, product: Product) -> Iterator[str]:
    """Each filter, exclusion, missing word and the floor that keeps the product out."""
    snapshot, question = found.snapshot, found.question
    refused = list(refusals(snapshot, question, row, product))
    yield from refused
    _, missing = split(found, row)
    if missing:
        yield f"It has no {listed(missing, 'or')} in its text."
    by_meaning_only = question.mode == "semantic"
    if (missing or by_meaning_only) and snapshot.vectors is not None and question.vector is not None:
        yield from distance(snapshot.vectors, question.vector, row, refused=bool(refused))


def split(found: Found, row: int) -> tuple[list[str], list[str]]:
    """The query's words that the product has, in any of their forms, and those it lacks."""
    matched: list[str] = []
    missing: list[str] = []
    for term in found.question.terms:
        held = np.isin(row, found.snapshot.keyword.match((term,)))
        (matched if held else missing).append(term.surface)
    return matched, missing


def distance(vectors: VectorIndex, vector: NDArray[np.float32], row: int, *, refused: bool) -> Iterator[str]:
    """How near its meaning is, when that could have brought it in. `refused`: something else keeps it out already."""
    if vectors.vector(row) is None:
        yield "Its meaning is not indexed yet."
        return
    cosine = float(vectors.cosine(vector, np.array([row], dtype=np.int32))[0])
    if cosine < vectors.floor:
        yield f"Its meaning is too far from the query: {cosine:.2f}, the floor is {vectors.floor:.2f}."
    elif not refused:
        yield f"Its meaning is near ({cosine:.2f}), but more others are nearer than are looked at."


def listed(words: list[str], last: str = "and") -> str:
    """`“a”, “b” and “c”`."""
    quoted = [f"“{word}”" for word in words]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {last} {quoted[-1]}"
