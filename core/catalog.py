"""The nouns of the shop. Pure: no I/O, no framework."""

from datetime import datetime
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Attributes = dict[str, tuple[str, ...]]
"""Attribute name (snake_case) → its values as text, in the merchant's order."""

Sort = Literal["relevance", "price_asc", "price_desc", "rating", "newest", "popularity"]


class Frozen(BaseModel):
    """A value: immutable, and strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Product(Frozen):
    """One sellable thing as the merchant describes it. Money is exact; `None` means unknown."""

    id: str = Field(min_length=1, max_length=200)
    title: str = Field(min_length=1, max_length=1000)
    description: str = Field(default="", max_length=50_000)
    brand: str | None = None
    category: tuple[str, ...] = ()  # path, from the department down
    price: Decimal | None = Field(default=None, ge=0, max_digits=14, decimal_places=4)
    currency: str = Field(default="USD", pattern=r"^[A-Z]{3}$")
    attributes: Attributes = Field(default_factory=dict)
    images: tuple[str, ...] = ()
    rating: float | None = Field(default=None, ge=0, le=5)
    rating_count: int = Field(default=0, ge=0)
    stock: int | None = Field(default=None, ge=0)
    parent_id: str | None = None  # variants of one product share it
    locale: str = "en"
    created_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def category_path(self) -> str:
        """The path as one string, `Department > Aisle > Shelf`."""
        return CATEGORY_SEPARATOR.join(self.category)

    @property
    def available(self) -> bool:
        """Unknown stock counts as available: absence of a number is not absence of the goods."""
        return self.stock is None or self.stock > 0


CATEGORY_SEPARATOR = " > "


class Filters(Frozen):
    """What must hold of every result. Values within one field are alternatives; fields are joined by AND."""

    brand: tuple[str, ...] = ()
    category: tuple[str, ...] = ()  # paths or prefixes of paths, `Home > Kitchen`
    price_min: Decimal | None = Field(default=None, ge=0)
    price_max: Decimal | None = Field(default=None, ge=0)
    attributes: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    in_stock: bool | None = None
    rating_min: float | None = Field(default=None, ge=0, le=5)


class Exclude(Frozen):
    """What must not hold of any result."""

    brand: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    attributes: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    terms: tuple[str, ...] = ()  # normalized words that must not appear in title, attributes or description


class Weights(Frozen):
    """Weights of the ranking formula; they sum to 1."""

    search: float = Field(default=0.4, ge=0, le=1)
    cf: float = Field(default=0.3, ge=0, le=1)
    popularity: float = Field(default=0.2, ge=0, le=1)
    freshness: float = Field(default=0.1, ge=0, le=1)


class Breakdown(Frozen):
    """The parts of a final score, each in [0, 1]. `keyword` and `semantic` are what `search` was fused from."""

    search: float
    keyword: float = 0.0
    semantic: float = 0.0
    cf: float = 0.0
    popularity: float = 0.0
    freshness: float = 0.0


class Versions(Frozen):
    """What an answer was made from."""

    catalogue: str  # outbox position the index has reached
    index: str
    model: str
    weights: str
