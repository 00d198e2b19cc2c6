"""Spelling from the catalogue's own words (SymSpell): corrects what the catalogue does not know, and only that."""

import math
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from symspellpy import SymSpell, Verbosity

from core.language.tokens import stem

MIN_LETTERS = 4  # shorter words have too many neighbours
TWO_EDITS_FROM = 7  # letters; below, two edits make another word
KNOWN = 1  # documents from which a word, in any inflection, is never corrected
APPLY = 0.8  # confidence above which a correction is applied (SPEC §4)
EDIT_COST = 3.0  # natural-log units of frequency that one edit must outweigh
ALTERNATIVES = 3


@dataclass(frozen=True)
class Correction:
    """The words with corrections applied."""

    words: tuple[str, ...]
    changed: bool
    confidence: float  # of the least sure change; 1.0 when nothing changed


class Spelling:
    """A dictionary of surface words and the number of documents each occurs in."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = counts
        self._stems: Counter[str] = Counter()
        for word, count in counts.items():
            self._stems[stem(word)] += count
        self._index = SymSpell(max_dictionary_edit_distance=2, prefix_length=7)
        for word, count in counts.items():
            if len(word) >= MIN_LETTERS - 1 and word.isalpha():
                self._index.create_dictionary_entry(word, count)

    @classmethod
    def build(cls, counts: Mapping[str, int]) -> "Spelling":
        """From surface word → documents it occurs in."""
        return cls({word: count for word, count in counts.items() if count > 0})

    def known(self, word: str) -> bool:
        """Whether the catalogue uses this word enough to be believed."""
        return self._stems[stem(word)] >= KNOWN

    def alternatives(self, word: str) -> tuple[tuple[str, float], ...]:
        """Likely intended words, best first, with confidences that sum to at most 1. Empty for words known well."""
        if len(word) < MIN_LETTERS or not word.isalpha() or self.known(word):
            return ()
        edits = 2 if len(word) >= TWO_EDITS_FROM else 1
        found = self._index.lookup(word, Verbosity.ALL, max_edit_distance=edits)
        if not found:
            return ()
        mass: dict[str, float] = {}  # inflections of one word count together
        shown: dict[str, tuple[float, str]] = {}
        for item in found:
            weight = math.exp(_plausibility(word, item.term, item.distance, item.count))
            root = stem(item.term)
            mass[root] = mass.get(root, 0.0) + weight
            shown[root] = max(shown.get(root, (0.0, "")), (weight, item.term))
        total = sum(mass.values())
        ranked = sorted(
            ((weight / total, shown[root][1]) for root, weight in mass.items()), key=lambda pair: (-pair[0], pair[1])
        )
        return tuple((term, share) for share, term in ranked[:ALTERNATIVES])

    def correct(self, words: Sequence[str], keep: Container[str] = frozenset()) -> Correction:
        """Replace each word, but those in `keep`, whose best alternative is surer than `APPLY`."""
        result, sureness = list(words), 1.0
        for i, word in enumerate(words):
            if word in keep:
                continue
            best = next(iter(self.alternatives(word)), None)
            if best and best[1] > APPLY:
                result[i], sureness = best[0], min(sureness, best[1])
        return Correction(tuple(result), tuple(result) != tuple(words), sureness)

    def to_dict(self) -> dict[str, int]:
        """Plain JSON: word → documents."""
        return dict(self._counts)

    @classmethod
    def from_dict(cls, data: Mapping[str, int]) -> "Spelling":
        """The inverse of `to_dict`."""
        return cls(dict(data))


def _plausibility(typed: str, meant: str, distance: int, count: int) -> float:
    """Log frequency less what the edits cost; keeping the first letter and the letters' set is the usual slip."""
    score = math.log(count + 1) - EDIT_COST * distance
    score += 1.0 if typed[0] == meant[0] else -1.0
    if sorted(typed) == sorted(meant) or set(typed) == set(meant):  # swapped or doubled letters
        score += 1.0
    return score
