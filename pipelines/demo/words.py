"""Words of a product: brand, series name and model, title and description from the line's templates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.catalog import Attributes
from pipelines.demo.dice import Dice
from pipelines.demo.shelves import Department, Kind, Line, Values

LETTERS = "ACEGHKLMNPRSTVXZ"
INTROS = (
    "{A_kind} from {brand}.",
    "Meet the {name}, {a_kind} by {brand}.",
    "The {brand} {name} is {a_kind} made for everyday use.",
    "{brand} made the {name} for people who want {a_kind} that lasts.",
)


class Speech(Protocol):
    """How products are named and described."""

    def brand(self, dice: Dice, brands: Sequence[str]) -> str:
        """The brand."""
        ...

    def words(self, dice: Dice, brand: str, kind: Kind, words: Values) -> dict[str, str]:
        """What templates may say besides attributes; the same for all variants."""
        ...

    def fields(self, words: Mapping[str, str], attributes: Attributes) -> dict[str, str]:
        """All a template may name."""
        ...

    def templates(self, dice: Dice, line: Line, kind: Kind) -> tuple[str, str]:
        """Templates of title and description."""
        ...

    def fill(self, template: str, fields: Mapping[str, str]) -> str:
        """The text."""
        ...


@dataclass(frozen=True)
class Plain:
    """The demo catalogue's way: a small vocabulary, chosen by hand."""

    department: Department

    def brand(self, dice: Dice, brands: Sequence[str]) -> str:
        """One of the tier's brands."""
        return dice.pick(brands)

    def words(self, dice: Dice, brand: str, kind: Kind, words: Values) -> dict[str, str]:
        """Brand, series name, model number, kind with its article, and the line's own words."""
        article = kind.article if kind.article is not None else "an" if kind.name[0].lower() in "aeiou" else "a"
        a_kind = f"{article} {kind.name}".strip()
        model = dice.pick(LETTERS) + dice.pick(LETTERS) + str(100 + dice.below(90) * 10)
        own = {name: dice.pick(values) for name, values in words.items()}
        name = dice.pick(self.department.names)
        said = {"brand": brand, "name": name, "model": model, "kind": kind.name, "a_kind": a_kind, **own}
        return said | {"A_kind": a_kind[:1].upper() + a_kind[1:]}

    def fields(self, words: Mapping[str, str], attributes: Attributes) -> dict[str, str]:
        """Each also under its name with a capital, as in a headline."""
        said = {name: _joined(values) for name, values in attributes.items()} | dict(words)
        return {name.capitalize(): headline(value) for name, value in said.items()} | said

    def templates(self, dice: Dice, line: Line, kind: Kind) -> tuple[str, str]:
        """A title pattern; then an opening, what the kind says, some facts, perhaps the department's closing words."""
        title = dice.pick(line.titles or self.department.titles)
        facts = dice.sample(line.facts, 2 + dice.below(2))
        says = dice.sample(kind.says, 2)
        opening = [dice.pick(self.department.intros or INTROS), *says] if dice.chance(0.6) else [*says, *facts[:1]]
        closing = [dice.pick(self.department.closing)] if dice.chance(0.5) else []
        return title, " ".join(dict.fromkeys([*opening, *facts, *closing]))

    def fill(self, template: str, fields: Mapping[str, str]) -> str:
        """The template's text. Raises `KeyError` if it names what there is not."""
        return template.format_map(fields)


def headline(text: str) -> str:
    """Each word with a capital; what has capitals keeps them (`USB-C hub` → `USB-C Hub`)."""
    return " ".join(word[:1].upper() + word[1:] for word in text.split(" "))


def _joined(values: Sequence[str]) -> str:
    return values[0] if len(values) == 1 else f"{values[0]} to {values[-1]}"
