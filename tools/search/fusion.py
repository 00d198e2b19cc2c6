"""One score from words and meaning, for each candidate. Pure numpy. Figures: docs/decisions/0003-fusion.md."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.language.terms import Term
from core.ranking import relative
from core.storage.index.keyword import Matches
from tools.search.candidates import SURELY, Evidence, Forward, gather

Ints = NDArray[np.int32]
Floats = NDArray[np.float32]
CosineOf = Callable[[Ints], Floats]
"""Rows → cosine of the query to each."""


@dataclass(frozen=True)
class Shares:
    """What each piece of evidence adds to the score, before the sum is scaled to [0, 1]."""

    keyword: float = 0.82
    semantic: float = 0.25
    phrase: float = 0.15  # neighbouring terms side by side in the title
    everything: float = 0.12  # every term somewhere
    numbers: float = 0.06  # the query's numbers in the title

    def total(self, *, semantic: bool) -> float:
        """What a perfect candidate would get."""
        return self.keyword + self.phrase + self.everything + self.numbers + (self.semantic if semantic else 0)


SHARES = Shares()

WIDE = 0.4
"""Coverage from which a candidate is a match though it lacks a word. Of the words' importance, not of their number."""


@dataclass(frozen=True)
class Ranked:
    """Candidates, best first by `search`. All three scores lie in [0, 1]."""

    ords: Ints
    search: Floats
    keyword: Floats  # BM25F as a share of the query's best candidate
    semantic: Floats  # cosine as a share of the query's best candidate
    coverage: Floats  # share of what was asked, weighted by how telling each word is, that the candidate holds


def rank(
    terms: Sequence[Term],
    keyword: Matches,
    semantic: Matches | None,
    cosine_of: CosineOf | None,
    forward: Forward,
    off: Collection[str] = frozenset(),
) -> Ranked:
    """Fuse the candidates of both retrievers. Ties go to the lower row.

    `semantic` None, or no `cosine_of`: by words only. `keyword` empty: by meaning only. `off`: `promotion` leaves out all but the two retrievers' own scores.
    """
    parts = [keyword.ords] if semantic is None else [keyword.ords, semantic.ords]
    ords = np.unique(np.concatenate(parts)).astype(np.int32)
    if not len(ords):
        none = np.zeros(0, dtype=np.float32)
        return Ranked(ords, none, none, none, none)
    evidence = gather(terms, ords, forward)
    words = relative(evidence.bm25)
    meaning = relative(cosine_of(ords)) if cosine_of else np.zeros(len(ords), dtype=np.float32)
    score = SHARES.keyword * words + SHARES.semantic * meaning
    if "promotion" not in off:
        score += promotions(evidence)
    if not len(keyword.ords):
        score = SHARES.total(semantic=True) * meaning
    search = (score / SHARES.total(semantic=cosine_of is not None)).astype(np.float32)
    order = np.lexsort((ords, -search))
    return Ranked(ords[order], search[order], words[order], meaning[order], coverage(evidence)[order])


def promotions(evidence: Evidence) -> Floats:
    """What a candidate gets for how it holds the terms, beyond how often."""
    everything = np.all(evidence.found >= SURELY, axis=0, keepdims=True)[0]
    numbers = np.zeros(len(evidence.bm25), dtype=np.float32)
    if evidence.numeric.any():
        numbers = np.mean(evidence.titled[evidence.numeric], axis=0)
    total = SHARES.phrase * phrase(evidence) + SHARES.everything * everything + SHARES.numbers * numbers
    return np.asarray(total, dtype=np.float32)


def phrase(evidence: Evidence) -> Floats:
    """Share of neighbouring terms that stand side by side in the title, by the less telling of each two."""
    if len(evidence.importance) < 2:
        return np.asarray(evidence.titled[0], dtype=np.float32)
    pairs = np.minimum(evidence.importance[1:], evidence.importance[:-1])
    return share(pairs, evidence.adjacent.astype(np.float32))


def coverage(evidence: Evidence) -> Floats:
    """Share of the query's importance found anywhere in the candidate."""
    return share(evidence.importance, evidence.found)


def share(worth: Floats, held: Floats) -> Floats:
    """Of lines worth so much each, how much every column holds, in [0, 1]."""
    return np.asarray(worth @ held / max(float(worth.sum()), 1e-9), dtype=np.float32)
