"""Which products match a question, and in what order: over one snapshot, in plain numpy, the same every time."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from core import ranking
from core.catalog import Exclude, Filters, Sort, Weights
from core.language.terms import Term, Variant
from core.language.tokens import stem
from core.storage.index.columns import UNKNOWN, Columns, Mask, Ords
from core.storage.index.keyword import Matches
from core.storage.index.snapshot import Snapshot
from tools.search import fusion
from tools.search.candidates import covered
from tools.search.shapes import Mode

CANDIDATES = 300  # keyword candidates that are scored in full
SEMANTIC = 200  # semantic candidates; a match by meaning alone is one of these and above the floor
FAR = np.float32(0.5)  # a match beyond the scored candidates ranks below them all, at this share of the least

Vector = NDArray[np.float32]


@dataclass(frozen=True)
class Question:
    """A search in the index's own terms."""

    terms: tuple[Term, ...]
    vector: Vector | None  # of the words as meant; None: keyword only
    filters: Filters
    exclude: Exclude
    mode: Mode = "hybrid"
    minimum: int | None = None  # of the terms, how many must match; None: all
    off: frozenset[str] = frozenset()

    @property
    def browsing(self) -> bool:
        """Nothing is asked for by words: everything the filters leave."""
        return not self.terms


@dataclass(frozen=True)
class Scored:
    """Matches with the parts of their scores, row by row."""

    ords: Ords
    search: NDArray[np.float32]
    keyword: NDArray[np.float32]
    semantic: NDArray[np.float32]
    freshness: NDArray[np.float32]


def allowed(snapshot: Snapshot, filters: Filters, exclude: Exclude) -> Mask:
    """Rows that filters and exclusions leave; inside both retrievers, never after a top k."""
    mask = snapshot.columns.mask(filters, exclude)
    for word in exclude.terms:
        term = Term(word, (Variant(tuple(stem(part) for part in word.split())),))
        mask[snapshot.keyword.match((term,))] = False
    return mask


def matching(snapshot: Snapshot, question: Question, mask: Mask) -> Ords:
    """Every match: all the words (or `minimum` of them), most of what was asked, or near enough in meaning."""
    if question.browsing:
        return np.flatnonzero(mask).astype(np.int32)
    found = [np.zeros(0, dtype=np.int32)]
    if question.mode != "semantic":
        rows = snapshot.keyword.match(question.terms, question.minimum)
        found.append(rows[mask[rows]])
        if question.minimum is None:
            found.append(nearly(snapshot, question, mask))
    if snapshot.vectors is not None:
        near = nearest(snapshot, question, mask)
        found.append(near.ords[near.scores >= snapshot.vectors.floor])
    return np.unique(np.concatenate(found)).astype(np.int32)


def nearly(snapshot: Snapshot, question: Question, mask: Mask) -> Ords:
    """The best candidates that may lack a word but hold most of what was asked, weighed by how telling each word is."""
    best = snapshot.keyword.candidates(question.terms, CANDIDATES, mask).ords
    return best[covered(question.terms, best, snapshot.forward) >= fusion.WIDE]


def nearest(snapshot: Snapshot, question: Question, mask: Mask) -> Matches:
    """Semantic candidates inside the mask."""
    if snapshot.vectors is None or question.vector is None or question.mode == "keyword":
        return Matches.empty()
    return snapshot.vectors.search(question.vector, SEMANTIC, mask)


def score(snapshot: Snapshot, question: Question, mask: Mask, matches: Ords, now: datetime) -> Scored:
    """The matches with the parts of their scores, each in [0, 1]. Browsing has no search score."""
    search, lexical, meaning = (np.zeros(len(matches), dtype=np.float32) for _ in range(3))
    scored = Scored(matches, search, lexical, meaning, ranking.freshness(snapshot.columns.created[matches], now))
    if question.browsing or not len(matches):
        return scored
    keyword = Matches.empty()
    if question.mode != "semantic":
        chosen = np.zeros(len(mask), dtype=np.bool_)
        chosen[matches] = True
        best = snapshot.keyword.candidates(question.terms, CANDIDATES, mask)
        keyword = Matches(best.ords[chosen[best.ords]], best.scores[chosen[best.ords]])
    semantic = nearest(snapshot, question, mask) if question.vector is not None else None
    cosine_of, vectors_of = cosines(snapshot, question)
    ranked = fusion.rank(question.terms, keyword, semantic, cosine_of, snapshot.forward, question.off, vectors_of)
    at = np.searchsorted(matches, ranked.ords)  # `matches` is sorted, and holds all but some semantic candidates
    held = (at < len(matches)) & (matches[np.minimum(at, len(matches) - 1)] == ranked.ords)
    least = ranked.search[held].min() if held.any() else np.float32(1)
    scored.search[:] = least * FAR
    scored.search[at[held]] = ranked.search[held]
    scored.keyword[at[held]] = ranked.keyword[held]
    scored.semantic[at[held]] = ranked.semantic[held]
    return scored


def cosines(snapshot: Snapshot, question: Question) -> tuple[fusion.CosineOf | None, fusion.VectorsOf | None]:
    """Cosine of the question to any rows, and the rows' own vectors; None where there is no meaning to go by."""
    vectors, vector = snapshot.vectors, question.vector
    if vectors is None or vector is None or question.mode == "keyword":
        return None, None
    return lambda ords: vectors.cosine(vector, ords), vectors.vectors


def final(columns: Columns, scored: Scored, weights: Weights) -> NDArray[np.float32]:
    """SPEC §4's formula over all matches; `cf` is 0 until there is a model of shoppers."""
    return ranking.final(scored.search, np.float32(0), columns.popularity[scored.ords], scored.freshness, weights)


def order(columns: Columns, scored: Scored, finals: NDArray[np.float32], sort: Sort, depth: int) -> NDArray[np.int64]:
    """Positions in `scored`, best first, ties by product id: the first `depth` and whatever ties with the last."""
    key = sort_key(columns, scored, finals, sort)
    places = np.arange(len(key))
    if len(key) > depth:
        worst = np.partition(key, depth - 1)[depth - 1]
        places = places[key <= worst]
    return places[np.lexsort((columns.rank[scored.ords[places]], key[places]))]


def sort_key(columns: Columns, scored: Scored, finals: NDArray[np.float32], sort: Sort) -> NDArray[np.float64]:
    """Smaller is earlier; what is unknown comes last."""
    ords = scored.ords
    if sort in ("price_asc", "price_desc"):
        price = columns.price[ords].astype(np.float64)
        known = price != UNKNOWN
        return np.where(known, price if sort == "price_asc" else -price, np.inf)
    if sort == "rating":
        rating = columns.rating[ords].astype(np.float64)
        return np.where(np.isnan(rating), np.inf, -rating)
    if sort == "newest":
        return np.where(columns.created[ords] > 0, -columns.created[ords].astype(np.float64), np.inf)
    if sort == "popularity":
        return -columns.popularity[ords].astype(np.float64)
    return -finals.astype(np.float64)
