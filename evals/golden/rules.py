"""Which products a query asks for, as conditions over products' own fields, read from `rules.jsonl`.

No text is scored here: the engine under test must not be its own judge.
"""

import re
from collections.abc import Collection
from decimal import Decimal
from importlib.resources import files
from typing import Literal

from pydantic import Field

from core.catalog import Frozen, Product

Class = Literal[
    "head", "navigational", "attribute", "price", "negation", "typo", "long_tail", "conceptual", "category", "units",
    "synonym", "nonsense",
]  # fmt: skip
Grade = Literal[1, 2, 3, 4]
NUMBER = re.compile(r"-\d{4}(?:-|$)")


class Where(Frozen):
    """All that is named must hold. Of several values, any."""

    line: tuple[str, ...] = ()  # of `pipelines/demo/data`, the start of a product's id: `hiking-boot`
    category: tuple[str, ...] = ()  # paths or their starts: `Shoes > Sandals`
    brand: tuple[str, ...] = ()
    attributes: dict[str, frozenset[str]] = Field(default_factory=dict)
    price_min: Decimal | None = None
    price_max: Decimal | None = None
    rating_min: float | None = None
    without: "Where | None" = None  # must not hold

    def holds(self, product: Product) -> bool:
        """Whether the product is meant."""
        return (
            _among(line_of(product), self.line)
            and (not self.category or any(_below(product.category_path, path) for path in self.category))
            and _among(product.brand, self.brand)
            and all(not values.isdisjoint(product.attributes.get(name, ())) for name, values in self.attributes.items())
            and _at_least(product.price, self.price_min)
            and _at_most(product.price, self.price_max)
            and _at_least(product.rating, self.rating_min)
            and not (self.without and self.without.holds(product))
        )


class Graded(Frozen):
    """Products that meet one of the conditions are worth this much. See the README for what each grade means."""

    grade: Grade
    where: tuple[Where, ...] = Field(min_length=1)


class Rule(Frozen):
    """What a shopper who typed this should find."""

    query: str
    kind: Class = Field(alias="class")
    grades: tuple[Graded, ...] = ()  # best first; a product has the first that fits, else 0
    top: tuple[Where, ...] = ()  # one of the first three results is so; where empty: has the best grade

    def grade(self, product: Product) -> int:
        """0 (not wanted) to 4 (exactly this)."""
        fitting = (graded.grade for graded in self.grades if _any(graded.where, product))
        return next(fitting, 0)

    def expects(self, product: Product) -> bool:
        """Whether seeing this among the first three is enough."""
        return _any(self.top or self.grades[0].where, product) if self.grades else False


def read_rules() -> tuple[Rule, ...]:
    """All of them, in the order of the file."""
    text = (files("evals.golden") / "rules.jsonl").read_text("utf-8")
    return tuple(Rule.model_validate_json(line) for line in text.split("\n") if line)


def line_of(product: Product) -> str:
    """`tv-0003-55-inch` → `tv`."""
    return NUMBER.split(product.id, maxsplit=1)[0]


def _any(conditions: Collection[Where], product: Product) -> bool:
    return any(where.holds(product) for where in conditions)


def _among(value: str | None, wanted: Collection[str]) -> bool:
    return not wanted or value in wanted


def _below(path: str, start: str) -> bool:
    return path == start or path.startswith(f"{start} > ")


def _at_least(value: Decimal | float | None, bound: Decimal | float | None) -> bool:
    return bound is None or (value is not None and value >= bound)


def _at_most(value: Decimal | None, bound: Decimal | None) -> bool:
    return bound is None or (value is not None and value <= bound)
