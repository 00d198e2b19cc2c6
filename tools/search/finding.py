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
from tools.search.relaxing import steps
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

    did_you_mean: str | None = None

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
        question, mask, matches, relaxed = relax(snapshot, question, request.filters)
    with span("fusion"):
        scored = score(snapshot, question, mask, matches, request.now)
    with span("rank"):
        weights = request.weights or weights_for(department(question.filters))
        finals = final(snapshot.columns, scored, weights)
        sort = chosen_sort(request, understood, question)
        places = order(snapshot.columns, scored, finals, sort, MAX_SHOWN + MAX_K)
    return Found(snapshot, understood, question, scored, finals, places, weights, relaxed, degraded)


def relax(snapshot: Snapshot, question: Question, chosen: Filters) -> tuple[Question, Mask, Ords, tuple[Relaxed, ...]]:
    """The question as asked, or the first wider one that has matches; what was let go is told."""
    mask = allowed(snapshot, question.filters, question.exclude)
    matches = matching(snapshot, question, mask)
    if len(matches) or not snapshot.columns.row_of:
        return question, mask, matches, ()
    said: list[Relaxed] = []
    for step in steps(question, chosen):
        said.append(step.said)
        mask = allowed(snapshot, step.question.filters, step.question.exclude)
        matches = matching(snapshot, step.question, mask)
        if len(matches):
            return step.question, mask, matches, tuple(said)
    return question, mask, matches, ()  # nothing helped: an honest empty page


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
