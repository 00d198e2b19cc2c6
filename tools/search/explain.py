"""Why a product stands where it does in a search, or why it is absent: plain sentences from the same computation."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from core.catalog import Exclude, Filters, Product
from core.errors import UnavailableError
from core.language.terms import Term
from core.storage.index.snapshot import Snapshot
from tools.search.finding import Found, rounded
from tools.search.matching import Question, allowed, matching
from tools.search.pages import versions
from tools.search.relaxing import FIELDS, holds
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
        return blank.model_copy(update={"reasons": tuple(absence(found, row))})
    place = int(at[0])
    return blank.model_copy(
        update={
            "found": True,
            "position": position(found, place),
            "score": rounded(found.finals[place]),
            "breakdown": found.breakdown(place),
            "weights": found.weights,
            "reasons": tuple(presence(found, place, product)),
        }
    )


def position(found: Found, place: int) -> int | None:
    """1 is first; None beyond the depth of paging."""
    where = np.flatnonzero(found.places == place)
    return int(where[0]) + 1 if len(where) else None


def presence(found: Found, place: int, product: Product) -> Iterator[str]:
    """What lifted the product to its place, the strongest part first."""
    question = found.question
    if question.terms:
        matched = [
            term.surface for term in question.terms if holds_term(found, replace(question, terms=(term,)), place)
        ]
        missing = [term.surface for term in question.terms if term.surface not in matched]
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


def holds_term(found: Found, question: Question, place: int) -> bool:
    """Whether the words (not the meaning) of one match hold a term."""
    row = found.scored.ords[place]
    return bool(np.isin(row, found.snapshot.keyword.match(question.terms)))


def absence(found: Found, row: int) -> Iterator[str]:
    """Each filter, exclusion, missing word and the floor that keeps the product out."""
    snapshot, question = found.snapshot, found.question
    yield from refusals(snapshot, question, row)
    everything = np.zeros_like(snapshot.columns.alive)
    everything[row] = True
    matched = [
        term.surface for term in question.terms if len(matching(snapshot, words_only(question, (term,)), everything))
    ]
    missing = [term.surface for term in question.terms if term.surface not in matched]
    if missing:
        yield f"It has no {listed(missing, 'or')} in its text."
    if missing and snapshot.vectors is not None and question.vector is not None:
        cosine = float(snapshot.vectors.cosine(question.vector, np.array([row], dtype=np.int32))[0])
        if cosine < snapshot.vectors.floor:
            yield f"Its meaning is too far from the query: {cosine:.2f}, the floor is {snapshot.vectors.floor:.2f}."
        else:
            yield f"Its meaning is near ({cosine:.2f}), but others are nearer than what is looked at."


def words_only(question: Question, terms: tuple[Term, ...]) -> Question:
    """The question by words alone."""
    return replace(question, terms=terms, vector=None, mode="keyword", minimum=None)


def refusals(snapshot: Snapshot, question: Question, row: int) -> Iterator[str]:
    """The filters and exclusions that the row does not pass."""
    for name, words, cleared in FIELDS:
        if holds(question.filters, name):
            kept = {key: getattr(question.filters, key) for key in cleared}
            if not allowed(snapshot, Filters(**kept), Exclude())[row]:
                yield f"The search asks for {words.removeprefix('that ')} it does not have: {stated(kept)}."
    if not allowed(snapshot, Filters(), question.exclude)[row]:
        yield "The search excludes something it has."


def stated(values: dict[str, object]) -> str:
    """The filter as text."""
    return ", ".join(f"{name} {value}" for name, value in values.items() if value not in (None, (), {}))


def listed(words: list[str], last: str = "and") -> str:
    """`“a”, “b” and “c”`."""
    quoted = [f"“{word}”" for word in words]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {last} {quoted[-1]}"
