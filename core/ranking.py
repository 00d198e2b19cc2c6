"""The ranking formula of SPEC §4 and the fusion rules it is compared by. Pure numpy; every part lies in [0, 1]."""

from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from core.catalog import Weights

Floats = NDArray[np.float32]

DEFAULT = Weights()
BY_DEPARTMENT = {
    "electronics": Weights(search=0.3, cf=0.3, popularity=0.1, freshness=0.3),
    "fashion": Weights(search=0.3, cf=0.2, popularity=0.4, freshness=0.1),
    "books": Weights(search=0.3, cf=0.5, popularity=0.1, freshness=0.1),
}
"""SPEC §4, phase 2. A department is the first level of the category asked for."""

HALF_LIFE = timedelta(days=90)  # a product's freshness halves in this time
RRF_K = 60  # Cormack, Clarke & Büttcher 2009


def weights_for(category: str | None) -> Weights:
    """The weights of a category path's department, else the default."""
    department = (category or "").split(">")[0].strip().lower()
    return BY_DEPARTMENT.get(department, DEFAULT)


def freshness(created: NDArray[np.int64], now: datetime) -> Floats:
    """`product_freshness_score`: 1 when new, halving every `HALF_LIFE`. `created` in epoch seconds, 0 unknown: 0."""
    age = np.maximum(now.timestamp() - created, 0) / HALF_LIFE.total_seconds()
    return np.where(created > 0, np.exp2(-age), 0).astype(np.float32)


def final(search: Floats, cf: Floats | np.float32, popularity: Floats, fresh: Floats, weights: Weights) -> Floats:
    """`w_s·search + w_c·cf + w_p·popularity + w_f·freshness`; all parts in [0, 1], so the result is too."""
    total = weights.search * search + weights.cf * cf + weights.popularity * popularity + weights.freshness * fresh
    return np.asarray(total, dtype=np.float32)


def relative(scores: Floats) -> Floats:
    """Scores as shares of the best one, in [0, 1]; negatives and an all-zero list are 0."""
    best = scores.max(initial=0)
    return (np.maximum(scores, 0) / best).astype(np.float32) if best > 0 else np.zeros_like(scores)


def maximum(keyword: Floats, semantic: Floats) -> Floats:
    """The reference rule: the better of the two parts."""
    return np.maximum(keyword, semantic)


def reciprocal_ranks(keyword: Floats, semantic: Floats) -> Floats:
    """RRF over the two orders, scaled to [0, 1]. A candidate scored 0 by a retriever was not retrieved by it."""
    total = np.zeros(len(keyword), dtype=np.float32)
    for scores in (keyword, semantic):
        rank = np.empty(len(scores), dtype=np.float32)
        rank[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1)
        total += np.where(scores > 0, 1 / (RRF_K + rank), 0).astype(np.float32)
    return total * np.float32((RRF_K + 1) / 2)
