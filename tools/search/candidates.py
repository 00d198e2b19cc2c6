"""What a query's terms find in each candidate: the evidence that fusion weighs. Pure numpy over the forward index."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.language.terms import Term, Variant

Ints = NDArray[np.int32]
Floats = NDArray[np.float32]

SATURATION = np.float32(0.5)  # BM25's k1: a word said twice says little more than once (docs/decisions/0003-fusion.md)
NOWHERE = 99  # position of a term that the title does not hold
SURELY = 0.5  # weight from which a form of a term counts as the term


class Forward(Protocol):
    """The documents' own words; `core.storage.index.forward.ForwardIndex`."""

    @property
    def ids(self) -> dict[str, int]:
        """Token → id."""
        ...

    @property
    def size(self) -> int:
        """Rows."""
        ...

    def idf(self, token: int) -> float:
        """Inverse document frequency."""
        ...

    def titles(self, ords: Ints) -> Ints:
        """Title token ids in order, padded with -1."""
        ...

    def heads(self, ords: Ints) -> Ints:
        """How many of each title's first tokens name the thing."""
        ...

    def weights(self, ords: Ints, tokens: Sequence[int]) -> Floats:
        """(tokens, rows) BM25F weights."""
        ...


@dataclass(frozen=True)
class Evidence:
    """One row of each array a candidate; one line of each matrix a term."""

    bm25: Floats  # (m,) BM25F over all fields
    importance: Floats  # (t,) idf of each term as this catalogue knows it
    found: Floats  # (t, m) weight of the best form of the term found anywhere, 0 where none is
    titled: Floats  # (t, m) the same for the title
    position: Ints  # (t, m) first place in the title, NOWHERE where none
    adjacent: NDArray[np.bool_]  # (t - 1, m) whether two neighbouring terms stand side by side in the title
    numeric: NDArray[np.bool_]  # (t,) whether the term holds a digit: sizes, capacities, model numbers
    head: Ints  # (m,) place in the title of its head noun, the last word of the part that names the thing
    noun: Ints  # (m,) the head noun itself, a token id; -1 for none


@dataclass(frozen=True)
class _Form:
    """A variant in the index's own numbers."""

    tokens: tuple[int, ...]
    weight: float
    worth: float  # weight times idf


def gather(terms: Sequence[Term], ords: Ints, forward: Forward) -> Evidence:
    """Read the candidates once for all terms."""
    forms = [_forms(term, forward) for term in terms]
    tokens = sorted({token for line in forms for form in line for token in form.tokens})
    line_of = {token: i for i, token in enumerate(tokens)}
    weights = forward.weights(ords, tokens)
    titles = forward.titles(ords)
    head = forward.heads(ords) - 1
    unknown = float(np.log1p(forward.size))  # a word nothing holds is as telling as the rarest
    shape = (len(terms), len(ords))
    bm25, found, titled = (
        np.zeros(len(ords), dtype=np.float32),
        np.zeros(shape, np.float32),
        np.zeros(shape, np.float32),
    )
    position = np.full(shape, NOWHERE, dtype=np.int32)
    importance = np.full(len(terms), unknown, dtype=np.float32)
    for i, line in enumerate(forms):
        if line:
            importance[i] = max(form.worth for form in line)
        best = np.zeros(len(ords), dtype=np.float32)
        for form in line:
            held = weights[[line_of[token] for token in form.tokens]].min(axis=0)
            best = np.maximum(best, form.worth * (SATURATION + 1) * held / (held + SATURATION))
            found[i] = np.maximum(found[i], form.weight * (held > 0))
            first, whole = _places(titles, form.tokens)
            titled[i] = np.maximum(titled[i], form.weight * whole)
            position[i] = np.where(whole & (first < position[i]), first, position[i])
        bm25 += best
    return Evidence(
        bm25=bm25,
        importance=importance,
        found=found,
        titled=titled,
        position=position,
        adjacent=_adjacent(forms, titles, position),
        numeric=np.array([any(c.isdigit() for c in term.surface) for term in terms], dtype=np.bool_),
        head=head,
        noun=np.where(head >= 0, titles[np.arange(len(ords)), np.maximum(head, 0)], -1).astype(np.int32),
    )


def covered(terms: Sequence[Term], ords: Ints, forward: Forward) -> Floats:
    """Share of the query's importance found anywhere in each row; what `gather` finds, weighed, at less cost."""
    forms = [_forms(term, forward) for term in terms]
    tokens = sorted({token for line in forms for form in line for token in form.tokens})
    line_of = {token: i for i, token in enumerate(tokens)}
    held = forward.weights(ords, tokens) > 0
    total, result = 0.0, np.zeros(len(ords), dtype=np.float32)
    for line in forms:
        worth = max((form.worth for form in line), default=float(np.log1p(forward.size)))
        best = np.zeros(len(ords), dtype=np.float32)
        for form in line:
            best = np.maximum(best, form.weight * held[[line_of[token] for token in form.tokens]].all(axis=0))
        total += worth
        result += worth * best
    return result / np.float32(max(total, 1e-9))


def _forms(term: Term, forward: Forward) -> list[_Form]:
    """The forms that the catalogue holds.

    None is worth more than the word as typed, if that is held: a rare synonym
    must not outrank what was asked for.
    """
    typed, *_ = known = [_ids(variant, forward) for variant in term.variants]
    cap = _idf(typed, forward) if typed else float("inf")
    return [
        _Form(ids, variant.weight, variant.weight * min(_idf(ids, forward), cap))
        for variant, ids in zip(term.variants, known, strict=True)
        if ids
    ]


def _ids(variant: Variant, forward: Forward) -> tuple[int, ...]:
    """Empty where a token is held by nothing."""
    ids = tuple(forward.ids.get(token, -1) for token in variant.tokens)
    return () if -1 in ids else ids


def _idf(tokens: tuple[int, ...], forward: Forward) -> float:
    """Of several tokens that must stand together, the rarest one's."""
    return max(forward.idf(token) for token in tokens)


def _places(titles: Ints, tokens: tuple[int, ...]) -> tuple[Ints, NDArray[np.bool_]]:
    """Where the form's first token first stands in each title, and whether the title holds all its tokens."""
    first = titles == tokens[0]
    whole = first.any(axis=1)
    for token in tokens[1:]:
        whole &= (titles == token).any(axis=1)
    return first.argmax(axis=1).astype(np.int32), whole


def _adjacent(forms: Sequence[Sequence[_Form]], titles: Ints, position: Ints) -> NDArray[np.bool_]:
    """Neighbouring terms side by side, in order: at their first places, or anywhere in the form they were typed in."""
    result = (np.diff(position, axis=0) == 1) & (position[1:] < NOWHERE)
    for i in range(len(forms) - 1):
        if forms[i] and forms[i + 1]:
            left, right = forms[i][0].tokens[0], forms[i + 1][0].tokens[0]
            result[i] |= ((titles[:, :-1] == left) & (titles[:, 1:] == right)).any(axis=1)
    return np.asarray(result, dtype=np.bool_)
