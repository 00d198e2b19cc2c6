"""Completing what is being typed: names by the beginning of any of their words, most carried first. Pure."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from core.language.phrases import terms

MAX_STARTS = 8  # words of a name it can be found by
MAX_KEY = 48  # characters of a name that order it
SCANNED = 4_096  # best names looked through for the words before the last
END = "\U0010ffff"


class Named(NamedTuple):
    """Something that can be completed to. `product_id` only for products."""

    text: str
    weight: int
    product_id: str | None = None


class Completions:
    """Names of one kind, sorted by every word start, so that a prefix is one range (two bisections)."""

    def __init__(self, names: Iterable[Named], called: Callable[[str], str] = str) -> None:
        """`called`: what of a name's text is typed, say the leaf of a path."""
        self.names = tuple(sorted(names, key=lambda name: (-name.weight, name.text, name.product_id or "")))
        self._folded = [" ".join(terms(called(name.text))) for name in self.names]
        starts = [(text[at : at + MAX_KEY], row, at) for row, text in enumerate(self._folded) for at in begins(text)]
        starts.sort()
        self._words = sorted({suffix.split(" ", 1)[0] for suffix, _, _ in starts})
        self._rows = np.fromiter((row for _, row, _ in starts), dtype=np.int64, count=len(starts))
        self._at = np.fromiter((at for _, _, at in starts), dtype=np.int16, count=len(starts))
        # Smaller is better: names that begin with what is typed, then those more carried, then by text.
        self._order = self._rows + len(self.names) * (self._at > 0)

    def find(self, typed: Sequence[str], k: int) -> list[Named]:
        """Return the best names with a word that begins with the last word typed, and all the words before it."""
        together = self._best(" ".join(typed)[:MAX_KEY], k)
        if len(together) >= k or len(typed) < 2:
            return [self.names[row] for row in together[:k]]
        before = [f" {word}" for word in typed[:-1]]
        apart = (row for row in self._best(typed[-1], SCANNED) if all(w in f" {self._folded[row]}" for w in before))
        return [self.names[row] for row in dict.fromkeys([*together, *apart])][:k]

    def has(self, prefix: str) -> bool:
        """Whether a word of any name begins so."""
        at = bisect_left(self._words, prefix)
        return at < len(self._words) and self._words[at].startswith(prefix)

    def _suffix(self, place: int) -> str:
        at = int(self._at[place])
        return self._folded[int(self._rows[place])][at : at + MAX_KEY]

    def _best(self, prefix: str, k: int) -> list[int]:
        places = range(len(self._rows))
        low = bisect_left(places, prefix, key=self._suffix)
        high = bisect_left(places, prefix + END, lo=low, key=self._suffix)
        order = self._order[low:high]
        if len(order) > 4 * k:  # a name stands in a range once for each of its words that begin so
            order = np.partition(order, 4 * k)[: 4 * k]
        return list(dict.fromkeys(int(place) % len(self.names) for place in np.unique(order)))[:k]


def begins(text: str) -> list[int]:
    """Return where the first words of a folded text begin."""
    starts = [0] if text else []
    while starts and len(starts) < MAX_STARTS and (at := text.find(" ", starts[-1])) >= 0:
        starts.append(at + 1)
    return starts
