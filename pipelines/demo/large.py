"""Catalogues of any size for benchmarks: the demo's lines with words that grow with the shop, as real ones do."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, islice

from core.catalog import Attributes, Product
from pipelines.demo.dice import Dice
from pipelines.demo.making import family
from pipelines.demo.shelves import Department, Kind, Line, Values, departments
from pipelines.demo.words import Plain

CONSONANTS = ("b", "br", "d", "f", "k", "l", "m", "n", "p", "r", "s", "st", "t", "v", "z")
SYLLABLES = tuple(consonant + vowel for consonant in CONSONANTS for vowel in "aeiou")
BRANDS, SERIES, ADJECTIVES = 4_000, 60_000, 8_000


@dataclass(frozen=True)
class Invented:
    """Names out of syllables: few are common, most are rare (Zipf's long tail)."""

    plain: Plain

    def brand(self, dice: Dice, brands: Sequence[str]) -> str:
        """One of thousands."""
        return word(dice.skewed(BRANDS), 2).capitalize()

    def words(self, dice: Dice, brand: str, kind: Kind, words: Values) -> dict[str, str]:
        """The plain words, with a series name and a model number out of many more."""
        said = self.plain.words(dice, brand, kind, words)
        name = f"{word(dice.skewed(SERIES) + BRANDS, 3).capitalize()} {word(dice.skewed(ADJECTIVES), 4)}"
        return said | {"name": name, "model": f"{said['model'][:2]}{dice.below(90_000) + 10_000}"}

    def fields(self, words: Mapping[str, str], attributes: Attributes) -> dict[str, str]:
        """As the plain ones."""
        return self.plain.fields(words, attributes)

    def templates(self, dice: Dice, line: Line, kind: Kind) -> tuple[str, str]:
        """As the plain ones, the series name always in the title."""
        title, description = self.plain.templates(dice, line, kind)
        return (title if "{name}" in title or "{Name}" in title else f"{title} {{name}}"), description

    def fill(self, template: str, fields: Mapping[str, str]) -> str:
        """As the plain ones."""
        return self.plain.fill(template, fields)


def large(n: int) -> Iterator[Product]:
    """Exactly `n` products, streaming; every line of the demo in turn."""
    return islice(_endless(), n)


def _endless() -> Iterator[Product]:
    shelves: list[tuple[Department, Line, Invented]] = [
        (department, line, Invented(Plain(department))) for department in departments() for line in department.lines
    ]
    for index in count():
        for department, line, speech in shelves:
            yield from family(department, line, index, speech)


def word(number: int, syllables: int) -> str:
    """The word of a number: neighbours sound different, equal numbers alike."""
    parts, rest = [], number * 2_654_435_761 % 2**32
    for _ in range(syllables):
        rest, place = divmod(rest, len(SYLLABLES))
        parts.append(SYLLABLES[place])
    return "".join(parts)
