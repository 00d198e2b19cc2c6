"""How good a ranking is, and how sure one can be of it. Pure.

Gains are linear, discounts log2(rank + 1) (Järvelin & Kekäläinen 2002); what was not judged counts 0; the ideal order
is made from all judgments of the query, found or not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

Grades = Mapping[str, float]
"""Product id → grade, 0 for judged and worthless."""

RESAMPLES = 10_000
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Interval:
    """A mean and its percentile bootstrap interval (Efron 1979) at `CONFIDENCE`."""

    mean: float
    low: float
    high: float


def ndcg(ranked: Sequence[str], grades: Grades, k: int = 10) -> float:
    """Normalized discounted cumulative gain in [0, 1]; 0 where nothing is worth finding."""
    best = _dcg(sorted(grades.values(), reverse=True)[:k])
    return _dcg([grades.get(product, 0.0) for product in ranked[:k]]) / best if best > 0 else 0.0


def reciprocal_rank(ranked: Sequence[str], grades: Grades, k: int = 10) -> float:
    """1 / rank of the first product with a positive grade, 0 beyond `k`."""
    return next((1 / rank for rank, product in enumerate(ranked[:k], 1) if grades.get(product, 0) > 0), 0.0)


def recall(ranked: Sequence[str], grades: Grades, k: int = 100) -> float:
    """Share of the products with a positive grade that are among the first `k`; 0 where there are none."""
    wanted = {product for product, grade in grades.items() if grade > 0}
    return len(wanted.intersection(ranked[:k])) / len(wanted) if wanted else 0.0


def judged(ranked: Sequence[str], grades: Grades, k: int = 10) -> float:
    """Share of the first `k` that somebody judged; 0 for an empty page."""
    shown = ranked[:k]
    return sum(product in grades for product in shown) / len(shown) if shown else 0.0


def judged_only(ranked: Sequence[str], grades: Grades) -> list[str]:
    """The ranking without what nobody judged."""
    return [product for product in ranked if product in grades]


def bootstrap(values: Sequence[float], seed: int = 0) -> Interval:
    """Of a mean over queries. The same values give the same interval."""
    sample = np.asarray(values, dtype=np.float64)
    if not len(sample):
        return Interval(0.0, 0.0, 0.0)
    random = np.random.default_rng(seed)
    # Drawing counts from a multinomial is drawing queries with replacement, without a matrix of their numbers.
    weights = np.full(len(sample), 1 / len(sample))
    step = max(1, 4_000_000 // len(sample))
    means = [
        random.multinomial(len(sample), weights, size=min(step, RESAMPLES - done)) @ sample / len(sample)
        for done in range(0, RESAMPLES, step)
    ]
    low, high = np.quantile(np.concatenate(means), [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Interval(float(sample.mean()), float(low), float(high))


def paired(values: Sequence[float], others: Sequence[float], seed: int = 0) -> Interval:
    """Of the mean difference `values - others`, query by query."""
    return bootstrap([a - b for a, b in zip(values, others, strict=True)], seed)


def _dcg(gains: Sequence[float]) -> float:
    return float(sum(gain / np.log2(rank + 1) for rank, gain in enumerate(gains, 1)))
