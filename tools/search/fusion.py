"""One score from words and meaning, for each candidate. Pure numpy. Figures: docs/decisions/0003-fusion.md."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.language.terms import Term
from core.ranking import relative
from core.storage.index.keyword import Matches
from tools.search.candidates import NOWHERE, SURELY, Evidence, Forward, gather

Ints = NDArray[np.int32]
Floats = NDArray[np.float32]
CosineOf = Callable[[Ints], Floats]
"""Rows → cosine of the query to each."""
VectorsOf = Callable[[Ints], Floats]
"""Rows → their unit vectors, (rows, d)."""


@dataclass(frozen=True)
class Shares:
    """What each piece of evidence adds to the score, before the sum is scaled to [0, 1]."""

    keyword: float = 0.85
    semantic: float = 0.30
    phrase: float = 0.15  # neighbouring terms side by side in the title
    everything: float = 0.12  # every term somewhere
    numbers: float = 0.06  # the query's numbers in the title
    noun: float = 0.04  # the query's last word, what it asks for, in the title …
    head: float = 0.04  # … as the title's own head noun
    feedback: float = 0.12  # near in meaning to the best candidates
    affinity: float = 0.05  # the same kind of thing as most of the best candidates

    def total(self) -> float:
        """What a perfect candidate would get."""
        return float(sum(vars(self).values()))


SHARES = Shares()

WIDE = 0.4
"""Coverage from which a candidate is a match though it lacks a word. Of the words' importance, not of their number."""
FEEDBACK = 5  # best candidates whose mean vector speaks for the query (Rocchio 1971)
KINDS = 20  # best candidates whose head nouns are counted
AGREED = 0.4  # share of those, by rank, one noun must have; below, the affinity abstains


@dataclass(frozen=True)
class Ranked:
    """Candidates, best first by `search`. All scores lie in [0, 1]."""

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
    vectors_of: VectorsOf | None = None,
) -> Ranked:
    """Fuse the candidates of both retrievers. Ties go to the lower row.

    `semantic` None, or no `cosine_of`: by words only. `keyword` empty: by meaning only. `off`: `promotion` leaves out
    how the title holds the words, `affinity` what the best candidates say of the others.
    """
    parts = [keyword.ords] if semantic is None else [keyword.ords, semantic.ords]
    ords = np.unique(np.concatenate(parts)).astype(np.int32)
    if not len(ords):
        none = np.zeros(0, dtype=np.float32)
        return Ranked(ords, none, none, none, none)
    evidence = gather(terms, ords, forward)
    words = relative(evidence.bm25)
    meaning = relative(cosine_of(ords)) if cosine_of else np.zeros(len(ords), dtype=np.float32)
    if len(keyword.ords):
        score = SHARES.keyword * words + SHARES.semantic * meaning
        if "promotion" not in off:
            score += promotions(evidence)
        if "affinity" not in off:
            score += affinities(score, evidence, vectors_of(ords) if vectors_of else None)
        score /= SHARES.total()
    else:
        score = meaning
    order = np.lexsort((ords, -score))
    search = score.astype(np.float32)
    return Ranked(ords[order], search[order], words[order], meaning[order], coverage(evidence)[order])


def promotions(evidence: Evidence) -> Floats:
    """What a candidate gets for how it holds the terms, beyond how often."""
    everything = np.all(evidence.found >= SURELY, axis=0, keepdims=True)[0]
    numbers = np.zeros(len(evidence.bm25), dtype=np.float32)
    if evidence.numeric.any():
        numbers = np.mean(evidence.titled[evidence.numeric], axis=0)
    last = evidence.position[-1]
    total = SHARES.phrase * phrase(evidence) + SHARES.everything * everything + SHARES.numbers * numbers
    total += SHARES.noun * evidence.titled[-1] + SHARES.head * ((last == evidence.head) & (last < NOWHERE))
    return np.asarray(total, dtype=np.float32)


def affinities(score: Floats, evidence: Evidence, vectors: Floats | None) -> Floats:
    """What a candidate gets for being like the best ones so far: near them in meaning, and of their kind."""
    best = np.argsort(-score, kind="stable")
    total = SHARES.affinity * kinds(best[:KINDS], evidence.noun)
    if vectors is not None:
        total += SHARES.feedback * relative(np.einsum("ij,j->i", vectors, vectors[best[:FEEDBACK]].mean(axis=0)))
    return np.asarray(total, dtype=np.float32)


def kinds(best: NDArray[np.intp], nouns: Ints) -> Floats:
    """1 for candidates with the head noun the best ones agree on, less for rarer nouns; all 0 where none prevails.

    The best are counted by rank (1 / log2(rank + 1)), so that the first few say most.
    """
    votes = 1 / np.log2(np.arange(len(best)) + 2)
    found, place = np.unique(nouns[best], return_inverse=True)
    share_of = np.bincount(place, weights=votes / votes.sum())
    share_of[found < 0] = 0
    if not len(found) or share_of.max() < AGREED:
        return np.zeros(len(nouns), dtype=np.float32)
    at = np.minimum(np.searchsorted(found, nouns), len(found) - 1)
    return np.where(found[at] == nouns, share_of[at] / share_of.max(), 0).astype(np.float32)


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
