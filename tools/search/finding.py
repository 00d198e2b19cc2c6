"""From a question to all its matches in order, relaxed when there are none.

A page, an explanation and an evaluation are all cut from this.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.catalog import Breakdown, Filters, Sort, Weights
from core.language.understanding import Understood
from core.ranking import weights_for
from core.storage.index.columns import Mask, Ords
from core.storage.index.snapshot import Snapshot
from core.telemetry import span
from tools.search.cursor import MAX_SHOWN
from tools.search.matching import Question, Scored, allowed, final, matching, order, score
from tools.search.relaxing import relaxed, widened
from tools.search.shapes import MAX_K, Relaxed, SearchRequest


@dataclass(frozen=True)
class Found:
    """All matches of a search, scored and in order."""

    snapshot: Snapshot
    understood: Understood
    question: Question  # as it was answered, relaxed or not
    scored: Scored
    finals: NDArray[np.float32]
    places: NDArray[np.int64]  # positions in `scored`, best first; as deep as paging goes
    weights: Weights
    relaxed: tuple[Relaxed, ...]
    degraded: tuple[str, ...]

    @property
    def total(self) -> int:
        """Matches in all."""
        return len(self.scored.ords)

    def matches_under(self, filters: Filters) -> Ords:
        """Every match under other filters, for disjunctive facets."""
        question = replace(self.question, filters=filters)
        return matching(self.snapshot, question, allowed(self.snapshot, filters, question.exclude))

    def breakdown(self, place: int) -> Breakdown:
        """The parts of the score at a position in `scored`."""
        row, scored, columns = self.scored.ords[place], self.scored, self.snapshot.columns
        return Breakdown(
            search=rounded(scored.search[place]),
            keyword=rounded(scored.keyword[place]),
            semantic=rounded(scored.semantic[place]),
            popularity=rounded(columns.popularity[row]),
            freshness=rounded(scored.freshness[place]),
        )


def find(
    snapshot: Snapshot, question: Question, understood: Understood, request: SearchRequest, degraded: tuple[str, ...]
) -> Found:
    """Match, relax, score and order. Blocking: a few milliseconds of numpy."""
    with span("keyword"):
        question, mask, matches, told = relax(snapshot, question, request.filters)
    with span("fusion"):
        scored = score(snapshot, question, mask, matches, request.now)
    with span("rank"):
        weights = request.weights or weights_for(department(question.filters))
        finals = final(snapshot.columns, scored, weights)
        sort = chosen_sort(request, understood, question)
        places = order(snapshot.columns, scored, finals, sort, MAX_SHOWN + MAX_K)
    return Found(snapshot, understood, question, scored, finals, places, weights, told, degraded)


def relax(snapshot: Snapshot, question: Question, chosen: Filters) -> tuple[Question, Mask, Ords, tuple[Relaxed, ...]]:
    """The question as asked, or as little wider as it takes to have matches; what was let go of is told."""

    def looked(asked: Question) -> tuple[Mask, Ords]:
        mask = allowed(snapshot, asked.filters, asked.exclude)
        return mask, matching(snapshot, asked, mask)

    mask, matches = looked(question)
    if len(matches) or not snapshot.columns.row_of:
        return question, mask, matches, ()
    taken = relaxed(question, chosen, lambda wider: bool(len(looked(wider)[1])))
    if not taken:
        return question, mask, matches, ()  # nothing helps: an honest empty page
    question = widened(question, taken)
    return question, *looked(question), tuple(step.said for step in taken)


def chosen_sort(request: SearchRequest, understood: Understood, question: Question) -> Sort:
    """The shopper's own, else what the words say ("cheapest"); browsing without one goes by popularity's formula."""
    if request.sort == "relevance" and understood.sort is not None:
        return understood.sort
    return request.sort


def department(filters: Filters) -> str | None:
    """The category whose weights apply: the first one asked for."""
    return filters.category[0] if filters.category else None


def rounded(value: float | np.floating) -> float:
    """Six decimals: what is shown, and the same in every process."""
    return round(float(value), 6)
