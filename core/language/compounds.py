"""Words written together or apart: "blue tooth" ↔ "bluetooth", "iphone6" ↔ "iphone 6". Learned from titles."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

MIN_COUNT = 2  # a form seen once may be the merchant's own typo
MIN_PART = 3  # letters in each half when neither half was ever seen beside the other
KNOWN_PART = 5  # titles a half must occur in for such a guess

_BOUNDARY = re.compile(r"(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])")


class Compounds:
    """How often each word occurs, and which words the catalogue also writes as two."""

    def __init__(self, counts: Mapping[str, int], splits: Mapping[str, tuple[str, str]]) -> None:
        self._counts = counts
        self._splits = splits

    @classmethod
    def build(cls, titles: Iterable[Sequence[str]]) -> "Compounds":
        """From the surface words of each title, in order."""
        counts: Counter[str] = Counter()
        pairs: Counter[tuple[str, str]] = Counter()
        for title in titles:
            counts.update(set(title))
            pairs.update(set(pairwise(title)))
        seen: dict[str, tuple[int, tuple[str, str]]] = {}
        for (left, right), count in pairs.items():
            whole = left + right
            if count >= MIN_COUNT and whole in counts and _separable(left, right):
                seen[whole] = max(seen.get(whole, (0, ("", ""))), (count, (left, right)))
        return cls(counts, {whole: parts for whole, (_, parts) in seen.items()})

    def joined(self, left: str, right: str) -> str | None:
        """The two words as one, if the catalogue knows that word."""
        whole = left + right
        return whole if self._counts.get(whole, 0) >= MIN_COUNT and _separable(left, right) else None

    def split(self, word: str) -> tuple[str, str] | None:
        """The word as two, if the catalogue writes it so, or knows not the word but both halves well."""
        if word in self._splits:
            return self._splits[word]
        if self._counts.get(word, 0) >= MIN_COUNT:
            return None
        return self._at_boundary(word) or self._by_known_halves(word)

    def to_dict(self) -> dict[str, object]:
        """Plain JSON: what `from_dict` reads."""
        return {"counts": dict(self._counts), "splits": {whole: list(parts) for whole, parts in self._splits.items()}}

    @classmethod
    def from_dict(cls, data: Mapping[str, Mapping[str, object]]) -> "Compounds":
        """The inverse of `to_dict`."""
        counts = {word: int(str(count)) for word, count in data["counts"].items()}
        splits = {
            whole: (str(parts[0]), str(parts[1])) for whole, parts in data["splits"].items() if isinstance(parts, list)
        }
        return cls(counts, splits)

    def _at_boundary(self, word: str) -> tuple[str, str] | None:
        """`iphone6` → `iphone`, `6`: one change between letters and digits, both sides known."""
        parts = _BOUNDARY.split(word)
        if len(parts) == 2 and all(self._counts.get(part, 0) >= MIN_COUNT for part in parts):
            return parts[0], parts[1]
        return None

    def _by_known_halves(self, word: str) -> tuple[str, str] | None:
        cuts = range(MIN_PART, len(word) - MIN_PART + 1)
        halves = [(word[:i], word[i:]) for i in cuts]
        scored = [(min(self._counts.get(a, 0), self._counts.get(b, 0)), (a, b)) for a, b in halves]
        best = max(scored, default=(0, ("", "")))
        return best[1] if best[0] >= KNOWN_PART else None


def _separable(left: str, right: str) -> bool:
    """Numbers are never joined or cut ("1 2" is not "12"), nor are single letters of a word ("i n")."""
    if left.isdigit() and right.isdigit():
        return False
    return len(left) + len(right) >= 4 or left.isdigit() != right.isdigit()
