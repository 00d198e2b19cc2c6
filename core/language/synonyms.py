"""Words that mean the same to a shopper: a small shipped list, symmetric unless written one-way."""

from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files

LIMIT = 5  # alternatives a term (SPEC §4)
LONGEST = 3  # words of a phrase that has synonyms


class Synonyms:
    """Phrase → phrases that may stand for it."""

    def __init__(self, groups: Mapping[tuple[str, ...], tuple[tuple[str, ...], ...]]) -> None:
        self._groups = groups

    @classmethod
    def load(cls) -> "Synonyms":
        """The list shipped with the project, `synonyms.txt`."""
        return cls.parse((files("core.language") / "synonyms.txt").read_text("utf-8").splitlines())

    @classmethod
    def parse(cls, lines: Iterable[str]) -> "Synonyms":
        """`a, b, c` means each other; `a => b` only widens a. `#` starts a comment."""
        groups: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
        for line in lines:
            text = line.split("#")[0].strip().lower()
            left, arrow, right = text.partition("=>")
            sources = _phrases(left)
            targets = _phrases(right) if arrow else sources
            for source in sources:
                groups.setdefault(source, []).extend(target for target in targets if target != source)
        return cls({source: tuple(dict.fromkeys(targets))[:LIMIT] for source, targets in groups.items()})

    def of(self, words: Sequence[str], i: int) -> tuple[tuple[str, ...], ...]:
        """What may stand for the word at `i`, alone or as part of the longest phrase here that has synonyms."""
        for length in range(min(LONGEST, len(words)), 0, -1):
            for start in range(max(0, i - length + 1), min(i, len(words) - length) + 1):
                if found := self._groups.get(tuple(words[start : start + length])):
                    return found
        return ()


def _phrases(text: str) -> list[tuple[str, ...]]:
    return [tuple(part.split()) for part in text.split(",") if part.strip()]
