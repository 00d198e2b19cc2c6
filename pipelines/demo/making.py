"""A line of products → its families: attributes, variants, words and numbers that fit together."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from core.catalog import Attributes, Product
from pipelines.demo import stock
from pipelines.demo.dice import Dice
from pipelines.demo.shelves import Department, Kind, Line, Tier, Values
from pipelines.demo.words import Plain, Speech


@dataclass(frozen=True)
class Family:
    """One product before its variants are told apart."""

    id: str
    department: Department
    line: Line
    kind: Kind
    tier: Tier
    brand: str
    quality: float
    attributes: dict[str, tuple[str, ...]]


def family(department: Department, line: Line, index: int, speech: Speech | None = None) -> Iterator[Product]:
    """The variants of the `index`-th product of a line: one, if the line has none. Same arguments, same products."""
    name = f"{line.id}-{index:04d}"
    dice = Dice(name)
    speech = speech or Plain(department)
    tier = stock.tier(dice)
    reach = stock.REACH[tier]
    kind = line.kinds[index % len(line.kinds)]
    quality = dice.between(*reach)
    brand = speech.brand(dice, (line.brands or department.brands)[tier])
    attributes = _attributes(dice, line, kind, quality)
    made = Family(name, department, line, kind, tier, brand, quality, attributes)
    yield from _variants(dice, made, speech)


def _attributes(dice: Dice, line: Line, kind: Kind, quality: float) -> dict[str, tuple[str, ...]]:
    ladder = {name: values[stock.rung(dice, quality, len(values))] for name, values in line.ladder.items()}
    options = {name: dice.pick(values) for name, values in (line.options | kind.set).items() if values}
    several = {name: _run(dice, kind.set.get(name, values)) for name, values in line.several.items()}
    kinds = {"type": kind.name} if len(line.kinds) > 1 else {}
    single = {name: (value,) for name, value in (kinds | ladder | options).items()}
    return single | several


def _run(dice: Dice, values: tuple[str, ...]) -> tuple[str, ...]:
    """Neighbours in order, at least half of them: a shop runs out of sizes at the ends."""
    spare = len(values) // 2
    start = dice.below(spare // 2 + 1)
    return values[start : len(values) - dice.below(spare - start + 1)]


def _variants(dice: Dice, made: Family, speech: Speech) -> Iterator[Product]:
    line = made.line
    choices = _choices(line.ladder | line.options | made.kind.set, line.vary)
    told = _told_apart(dice, choices)
    words = speech.words(dice, made.brand, made.kind, line.words)
    age = dice.share()
    rating, rating_count = stock.ratings(dice, made.quality, age)
    title, description = speech.templates(dice, line, made.kind)
    for value in told or [""]:
        attributes = made.attributes | ({line.vary: (value,)} if line.vary and value else {})
        fields = speech.fields(words, attributes)
        apart = len(told) > 1
        yield Product(
            id=f"{made.id}-{_slug(value)}" if apart else made.id,
            title=speech.fill(title, fields),
            description=speech.fill(description, fields),
            brand=made.brand,
            category=(made.department.name, *line.path),
            price=_price(made, attributes),
            attributes=attributes,
            images=(f"/images/{made.id}-{_slug(value)}.svg" if apart else f"/images/{made.id}.svg",),
            rating=rating,
            rating_count=rating_count,
            stock=stock.stock(dice),
            parent_id=made.id if apart else None,
            created_at=stock.listed(age),
            updated_at=stock.listed(age * dice.share()),
        )


def _choices(values: Values, vary: str | None) -> tuple[str, ...]:
    return values.get(vary, ()) if vary else ()


def _told_apart(dice: Dice, choices: tuple[str, ...]) -> list[str]:
    """Two to four of the choices, in their order."""
    sold = dice.sample(choices, 2 + dice.below(3))
    return [value for value in choices if value in sold]


def _price(made: Family, attributes: Attributes) -> Decimal:
    ladder = made.line.ladder
    heights = [values.index(attributes[name][0]) / max(len(values) - 1, 1) for name, values in ladder.items()]
    rungs = sum(heights) / len(heights) if heights else made.quality
    bounds = made.kind.price or made.line.price
    # A ladder of variants (a twin bed, a king bed) spans tiers by itself: the brand sets only half of it.
    reach = (0.0, 1.0) if made.line.vary in ladder else stock.REACH[made.tier]
    return stock.price(reach, made.quality, rungs, bounds)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
