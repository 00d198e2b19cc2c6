"""`aisle eval search DIR`: the real search tool over a graded set, apart from the live catalogue.

By engine (what each retriever and each fusion rule gives alone) and by rule (what is lost without it).
"""

import random
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from core.catalog import Frozen
from core.language.understanding import RULES
from core.ranking import maximum, reciprocal_ranks
from core.relevance import Grades, Interval, bootstrap, judged, judged_only, ndcg, paired, recall, reciprocal_rank
from core.storage.index.build import Progress
from evals.search.dataset import GradedSet, read
from evals.shop import NOW, Shop, open_shop
from tools.search.finding import Found
from tools.search.shapes import MAX_K, MAX_QUERY, Mode, SearchRequest

TIMED = 300  # queries whose pages are timed, one after another
DEEP = 1000  # queries, drawn by chance, for the tables by engine and by rule
FIXED = {"units", "stemming"}  # rules that are in the index itself; measured in docs/decisions/0002-keyword-engine.md
OFFABLE = tuple(rule for rule in RULES if rule not in FIXED)

Scores = NDArray[np.float32]


class Line(Frozen):
    """One engine, or the default without one rule. Intervals are of NDCG@10, paired with the default."""

    name: str
    ndcg_at_10: float
    mrr_at_10: float
    recall_at_100: float
    zero_result_rate: float
    change: float  # of NDCG@10 against the default
    change_low: float
    change_high: float
    queries_changed: int


class Report(Frozen):
    """What `--json` prints: the default engine, and both tables when asked for."""

    set: str
    products: int
    queries: int  # all of them; the zero-result rate is over these
    scored: int  # with a positive judgment; all other figures are over these
    ndcg_at_10: float
    ndcg_at_10_low: float
    ndcg_at_10_high: float
    mrr_at_10: float
    recall_at_100: float
    judged_at_10: float
    ndcg_at_10_judged_only: float
    zero_result_rate: float
    p50_ms: float
    p95_ms: float
    labels: str  # `as named`, or `exchanged` where the two id columns were the wrong way round
    engines: tuple[Line, ...] = ()
    rules: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Asked:
    """A query and what is known of its answer."""

    text: str
    grades: Grades


@dataclass(frozen=True)
class Outcome:
    """How one way of answering did, query by query."""

    rankings: tuple[tuple[str, ...], ...]
    asked: tuple[Asked, ...]

    @property
    def scored(self) -> list[tuple[tuple[str, ...], Grades]]:
        """Queries that something was judged good for."""
        pairs = zip(self.rankings, self.asked, strict=True)
        return [(ranked, asked.grades) for ranked, asked in pairs if any(grade > 0 for grade in asked.grades.values())]

    def each(self, measure: Callable[[tuple[str, ...], Grades], float]) -> list[float]:
        """A measure of every scored query."""
        return [measure(ranked, grades) for ranked, grades in self.scored]

    @property
    def empty(self) -> float:
        """Share of all queries that found nothing."""
        return sum(not ranked for ranked in self.rankings) / max(len(self.rankings), 1)


async def run(folder: Path, cache: Path, report: Progress, *, deep: bool = False) -> Report:
    """Index the set, ask everything, measure. `cache`: where vectors are kept for the next run.

    Raises `InvalidInputError` when the folder holds no graded set.
    """
    graded = read(folder)
    asked = tuple(Asked(text[:MAX_QUERY], graded.labels.get(key, {})) for key, text in graded.queries)
    async with open_shop(graded.products, cache, report) as shop:
        times = await timings(shop, [query.text for query in asked[:TIMED]])
        default = Outcome(tuple([await ranking(shop, query.text) for query in told(asked, "queries", report)]), asked)
        sample = tuple(random.Random(0).sample(asked, min(DEEP, len(asked)))) if deep else ()
        engines = [line async for line in by_engine(shop, sample, report)] if deep else []
        rules = [line async for line in by_rule(shop, sample, report)] if deep else []
    return summary(graded, default, times).model_copy(update={"engines": tuple(engines), "rules": tuple(rules)})


def summary(graded: GradedSet, outcome: Outcome, times: Sequence[float]) -> Report:
    """The figures of the default engine."""
    gain = bootstrap(outcome.each(ndcg))
    return Report(
        set=graded.name,
        products=len(graded.products),
        queries=len(outcome.asked),
        scored=len(outcome.scored),
        ndcg_at_10=round(gain.mean, 4),
        ndcg_at_10_low=round(gain.low, 4),
        ndcg_at_10_high=round(gain.high, 4),
        mrr_at_10=mean(outcome.each(reciprocal_rank)),
        recall_at_100=mean(outcome.each(recall)),
        judged_at_10=mean(outcome.each(judged)),
        ndcg_at_10_judged_only=mean(outcome.each(lambda ranked, grades: ndcg(judged_only(ranked, grades), grades))),
        zero_result_rate=round(outcome.empty, 5),
        p50_ms=round(float(np.quantile(times, 0.5)), 2) if times else 0.0,
        p95_ms=round(float(np.quantile(times, 0.95)), 2) if times else 0.0,
        labels="exchanged" if graded.exchanged else "as named",
    )


async def timings(shop: Shop, queries: Sequence[str]) -> list[float]:
    """Milliseconds a page of ten, facets and all, one query after another and none of them cached."""
    times = []
    for query in queries:
        start = perf_counter()
        await shop.search(request(query, k=10))
        times.append((perf_counter() - start) * 1000)
    return times


async def by_engine(shop: Shop, asked: tuple[Asked, ...], report: Progress) -> AsyncIterator[Line]:
    """Each retriever alone, and the other fusion rules over the default's own candidates."""
    found = [await shop.search.find(shop.snapshot, request(query.text)) for query in told(asked, "engines", report)]
    default = Outcome(tuple(ids(shop, result) for result in found), asked)
    yield line("default", default, default)
    for mode in ("keyword", "semantic"):
        rankings = [await ranking(shop, query.text, mode=mode) for query in told(asked, mode, report)]
        yield line(mode, Outcome(tuple(rankings), asked), default)
    for name, rule in (("max", maximum), ("rrf", reciprocal_ranks)):
        fused = tuple(reordered(shop, result, rule) for result in found)
        yield line(name, Outcome(fused, asked), default)


async def by_rule(shop: Shop, asked: tuple[Asked, ...], report: Progress) -> AsyncIterator[Line]:
    """The default without each rule in turn: a rule that helps shows a loss here."""
    default = Outcome(tuple([await ranking(shop, query.text) for query in asked]), asked)
    for rule in OFFABLE:
        rankings = [await ranking(shop, query.text, off={rule}) for query in told(asked, f"without {rule}", report)]
        yield line(f"without {rule}", Outcome(tuple(rankings), asked), default)


async def ranking(shop: Shop, query: str, mode: Mode = "hybrid", off: Collection[str] = ()) -> tuple[str, ...]:
    """Product ids, best first, as deep as is measured."""
    return ids(shop, await shop.search.find(shop.snapshot, request(query, mode, off)))


def request(query: str, mode: Mode = "hybrid", off: Collection[str] = (), k: int = MAX_K) -> SearchRequest:
    """A shopper's plain search."""
    return SearchRequest(query=query, k=k, mode=mode, off=frozenset(off), now=NOW)


def ids(shop: Shop, found: Found) -> tuple[str, ...]:
    """The ranking's product ids."""
    columns = shop.snapshot.columns
    return tuple(columns.ids[row] for row in found.scored.ords[found.places[:MAX_K]])


def reordered(shop: Shop, found: Found, rule: Callable[[Scores, Scores], Scores]) -> tuple[str, ...]:
    """The same matches in the order another fusion rule gives them."""
    columns, scored = shop.snapshot.columns, found.scored
    order = np.lexsort((columns.rank[scored.ords], -rule(scored.keyword, scored.semantic)))
    return tuple(columns.ids[row] for row in scored.ords[order[:MAX_K]])


def line(name: str, outcome: Outcome, default: Outcome) -> Line:
    """One row of a table."""
    own, other = outcome.each(ndcg), default.each(ndcg)
    change: Interval = paired(own, other)
    return Line(
        name=name,
        ndcg_at_10=mean(own),
        mrr_at_10=mean(outcome.each(reciprocal_rank)),
        recall_at_100=mean(outcome.each(recall)),
        zero_result_rate=round(outcome.empty, 5),
        change=round(change.mean, 4),
        change_low=round(change.low, 4),
        change_high=round(change.high, 4),
        queries_changed=sum(a != b for a, b in zip(own, other, strict=True)),
    )


def told(asked: Sequence[Asked], step: str, report: Progress) -> Iterator[Asked]:
    """The queries, with progress."""
    for done, query in enumerate(asked):
        if done % 50 == 0:
            report(step, done, len(asked))
        yield query
    report(step, len(asked), len(asked))


def mean(values: Sequence[float]) -> float:
    """Of nothing, 0."""
    return round(float(np.mean(values)), 4) if len(values) else 0.0
