"""The documents' own words by row, in numpy: what re-scoring reads of the few hundred candidates of a query.

For each row: its title as token ids in order, and each distinct token with its BM25F weight (term frequency weighted by
field and normalized by field length; Robertson, Zaragoza & Taylor 2004). A base on disk, mapped into memory, and a
small tail of later rows. A value: `append` answers a new one that shares the base.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import orjson
from numpy.typing import NDArray

from core.language.tokens import analyze, head
from core.storage.index.keyword import TEXT_CHARS, Document

Ints = NDArray[np.int32]
Floats = NDArray[np.float32]

TITLE_TOKENS = 32  # of a title that are kept in order
FIELDS = ("title", "brand", "category", "attributes", "description")
WEIGHTS = np.array([1.3, 0.6, 0.7, 0.25, 0.5], dtype=np.float32)  # docs/decisions/0003-fusion.md
LENGTH_NORM = np.array([0.5, 0.3, 0.3, 0.75, 0.75], dtype=np.float32)  # BM25's b, by field
SHORTEST = 0.05  # share of the mean length below which a field counts as no shorter
ARRAYS = ("titles", "heads", "indptr", "tokens", "weights")
CHUNK = 20_000  # rows weighted at once while building


@dataclass(frozen=True)
class Rows:
    """Consecutive rows."""

    titles: Ints  # (rows, TITLE_TOKENS), padded with -1
    heads: Ints  # tokens of each title that name the thing (`core.language.tokens.head`), at most TITLE_TOKENS
    indptr: NDArray[np.int64]  # row → its slice of `tokens` and `weights`
    tokens: Ints
    weights: Floats

    @property
    def count(self) -> int:
        """How many."""
        return len(self.indptr) - 1


@dataclass(frozen=True)
class ForwardIndex:
    """All rows."""

    ids: dict[str, int]  # token → id; only ever grows, so that values may share it
    frequency: Ints  # id → rows holding it
    mean_lengths: Floats  # by field, as of the build
    base: Rows
    tail: Rows

    @classmethod
    def build(cls, documents: Iterable[Document]) -> "ForwardIndex":
        """From documents in row order, starting at row 0."""
        ids: dict[str, int] = {}
        raw = _Raw(ids)
        for document in documents:
            raw.add(document)
        lengths = np.array(raw.lengths, dtype=np.float32).reshape(-1, len(FIELDS))
        present = np.maximum((lengths > 0).sum(axis=0), 1)
        means = np.maximum(lengths.sum(axis=0) / present, 1).astype(np.float32)
        base = raw.rows(means)
        return cls(ids, _frequency(base, len(ids)), means, base, _Raw(ids).rows(means))

    @property
    def size(self) -> int:
        """Rows."""
        return self.base.count + self.tail.count

    def append(self, documents: Iterable[Document]) -> "ForwardIndex":
        """The same with more rows, numbered on from `size`."""
        raw = _Raw(self.ids)
        for document in documents:
            raw.add(document)
        more = raw.rows(self.mean_lengths)
        if not more.count:
            return self
        frequency = _frequency(more, len(self.ids))
        frequency[: len(self.frequency)] += self.frequency
        return replace(self, frequency=frequency, tail=_joined(self.tail, more))

    def idf(self, token: int) -> float:
        """BM25's inverse document frequency of a token id."""
        held = int(self.frequency[token]) if token < len(self.frequency) else 0
        return float(np.log1p((self.size - held + 0.5) / (held + 0.5)))

    def titles(self, ords: Ints) -> Ints:
        """(len(ords), TITLE_TOKENS) token ids in order, padded with -1."""
        split = self.base.count
        result = np.empty((len(ords), TITLE_TOKENS), dtype=np.int32)
        first = ords < split
        result[first] = self.base.titles[ords[first]]
        result[~first] = self.tail.titles[ords[~first] - split]
        return result

    def heads(self, ords: Ints) -> Ints:
        """(len(ords),) how many of each title's first tokens name the thing; the last of them is its head noun."""
        split = self.base.count
        result = np.empty(len(ords), dtype=np.int32)
        first = ords < split
        result[first] = self.base.heads[ords[first]]
        result[~first] = self.tail.heads[ords[~first] - split]
        return result

    def weights(self, ords: Ints, tokens: Sequence[int]) -> Floats:
        """(len(tokens), len(ords)): the BM25F weight of each token id in each row, 0 where it does not occur."""
        result = np.zeros((len(tokens), len(ords)), dtype=np.float32)
        split = self.base.count
        for rows, places, own in (
            (self.base, np.flatnonzero(ords < split), ords[ords < split]),
            (self.tail, np.flatnonzero(ords >= split), ords[ords >= split] - split),
        ):
            if not len(own):
                continue
            owner, flat, weights = _gather(rows, own)
            for i, token in enumerate(tokens):
                at = np.flatnonzero(flat == token)
                result[i, places[owner[at]]] = weights[at]
        return result

    def save(self, folder: Path) -> None:
        """Write the base; rows appended since a build are not part of a generation."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self.base, name))
        np.save(folder / "frequency.npy", self.frequency)
        (folder / "forward.json").write_bytes(
            orjson.dumps({"tokens": list(self.ids), "means": self.mean_lengths.tolist()})
        )

    @classmethod
    def open(cls, folder: Path) -> "ForwardIndex":
        """Read what `save` wrote. Raises OSError or ValueError when it is not whole."""
        about = orjson.loads((folder / "forward.json").read_bytes())
        base = Rows(**{name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in ARRAYS})
        if len(base.tokens) != base.indptr[-1] or len(base.titles) != base.count:
            raise ValueError("the forward index is not whole")
        ids = {token: i for i, token in enumerate(about["tokens"])}
        means = np.array(about["means"], dtype=np.float32)
        return cls(ids, np.load(folder / "frequency.npy"), means, base, _Raw(ids).rows(means))


class _Raw:
    """Term frequencies as they are counted, before field lengths are known."""

    def __init__(self, ids: dict[str, int]) -> None:
        self._ids = ids
        self.lengths = array("i")  # FIELDS per row
        self._titles, self._heads = array("i"), array("i")
        self._tokens, self._counts = array("i"), array("i")
        self._fields = array("b")
        self._ends = array("q", [0])

    def add(self, document: Document) -> None:
        texts = (document.title, document.brand, document.category, document.attributes, document.description)
        for field, text in enumerate(texts):
            tokens = [self._ids.setdefault(t, len(self._ids)) for t in (analyze(text[:TEXT_CHARS]) if text else ())]
            if field == 0:
                self._titles.extend((tokens + [-1] * TITLE_TOKENS)[:TITLE_TOKENS])
                naming = len(analyze(head(text))) or len(tokens)
                self._heads.append(min(naming, len(tokens), TITLE_TOKENS))
            self.lengths.append(len(tokens))
            counts = Counter(tokens)
            self._tokens.extend(counts.keys())
            self._counts.extend(counts.values())
            self._fields.extend([field] * len(counts))
        self._ends.append(len(self._tokens))

    def rows(self, means: Floats) -> Rows:
        lengths = np.array(self.lengths, dtype=np.int32).reshape(-1, len(FIELDS))
        ends = np.array(self._ends, dtype=np.int64)
        tokens, counts = np.array(self._tokens, dtype=np.int32), np.array(self._counts, dtype=np.float32)
        fields = np.array(self._fields, dtype=np.int8)
        norm = WEIGHTS / (1 - LENGTH_NORM + LENGTH_NORM * np.maximum(lengths / means, SHORTEST))
        parts: list[tuple[NDArray[np.int64], Ints, Floats]] = []
        for start, end in pairwise([*range(0, len(lengths), CHUNK), len(lengths)]):
            cut = slice(ends[start], ends[end])
            owner = np.repeat(np.arange(start, end), np.diff(ends[start : end + 1]))
            parts.append(_summed(owner, tokens[cut], counts[cut] * norm[owner, fields[cut]], start, end))
        titles = np.array(self._titles, dtype=np.int32).reshape(-1, TITLE_TOKENS)
        heads = np.array(self._heads, dtype=np.int32)
        if not parts:
            none = np.zeros(0, dtype=np.int32)
            return Rows(titles, heads, np.zeros(1, dtype=np.int64), none, none.astype(np.float32))
        sizes = np.concatenate([size for size, _, _ in parts])
        return Rows(
            titles,
            heads,
            np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
            np.concatenate([token for _, token, _ in parts]),
            np.concatenate([weight for _, _, weight in parts]),
        )


def _summed(
    owner: NDArray[np.int64], tokens: Ints, weights: Floats, start: int, end: int
) -> tuple[NDArray[np.int64], Ints, Floats]:
    """One entry a (row, token): entries a row, tokens, and weights summed over fields."""
    order = np.lexsort((tokens, owner))
    owner, tokens, weights = owner[order], tokens[order], weights[order]
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = (owner[1:] != owner[:-1]) | (tokens[1:] != tokens[:-1])
    at = np.flatnonzero(first)
    summed = np.add.reduceat(weights, at).astype(np.float32) if len(at) else weights
    return np.bincount(owner[at] - start, minlength=end - start), tokens[at], summed


def _gather(rows: Rows, own: Ints) -> tuple[NDArray[np.int64], Ints, Floats]:
    """Every entry of the rows, flat: place in `own`, token, weight."""
    starts = rows.indptr[own]
    sizes = rows.indptr[own + 1] - starts
    owner = np.repeat(np.arange(len(own)), sizes)
    ramp = np.arange(len(owner)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    flat = starts[owner] + ramp
    return owner, rows.tokens[flat], rows.weights[flat]


def _joined(a: Rows, b: Rows) -> Rows:
    return Rows(
        np.concatenate([a.titles, b.titles]),
        np.concatenate([a.heads, b.heads]),
        np.concatenate([a.indptr, a.indptr[-1] + b.indptr[1:]]),
        np.concatenate([a.tokens, b.tokens]),
        np.concatenate([a.weights, b.weights]),
    )


def _frequency(rows: Rows, tokens: int) -> Ints:
    return np.bincount(rows.tokens, minlength=tokens).astype(np.int32)
