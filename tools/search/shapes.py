"""What search is asked and what it answers."""

from datetime import datetime
from decimal import Decimal
from typing import Literal

from pydantic import Field, field_serializer

from core.catalog import Breakdown, Exclude, Filters, Frozen, Product, Sort, Versions, Weights
from core.language.understanding import Understood

Mode = Literal["hybrid", "keyword", "semantic"]

MAX_QUERY = 500  # characters; longer is a clear 422 at the door
MAX_K = 100


class SearchRequest(Frozen):
    """One search. Everything that may change the answer is in here, so equal requests give equal answers."""

    query: str = Field(default="", max_length=MAX_QUERY)  # empty browses
    filters: Filters = Filters()
    exclude: Exclude = Exclude()
    sort: Sort = "relevance"
    k: int = Field(default=24, ge=1, le=MAX_K)
    cursor: str | None = None
    mode: Mode = "hybrid"
    off: frozenset[str] = frozenset()  # rules switched off, by name (see core.language.understanding.RULES)
    ignore: frozenset[str] = frozenset()  # understood chips the shopper removed, as `kind:value`
    weights: Weights | None = None  # None: by category, else the default
    facets: bool = True
    locale: str = "en"
    now: datetime  # for freshness; the door rounds it down to the hour

    @field_serializer("off", "ignore")
    def _ordered(self, names: frozenset[str]) -> list[str]:
        """Sets have no order of their own; a cache key and a cursor need one."""
        return sorted(names)


class Result(Frozen):
    """One ranked product, with why it stands where it does."""

    product_id: str
    score: float
    breakdown: Breakdown
    weights: Weights
    product: Product  # flattened on the wire
    highlights: dict[str, str] = Field(default_factory=dict)  # field → HTML-escaped text with <mark>
    reason: str | None = None


class FacetValue(Frozen):
    """A value and how many results would remain if it alone were chosen in its facet."""

    value: str
    count: int
    selected: bool = False


class Facet(Frozen):
    """`kind` says how to draw it; `name` is brand, category, price, rating, in_stock or `attributes.<name>`."""

    name: str
    label: str
    kind: Literal["values", "range"] = "values"
    values: tuple[FacetValue, ...] = ()
    min: Decimal | None = None
    max: Decimal | None = None


class Relaxed(Frozen):
    """A step taken instead of showing an empty page."""

    step: str  # most_words | any_word | widen_price | drop_<facet>
    message: str


class SearchPage(Frozen):
    """One page of results."""

    results: tuple[Result, ...]
    facets: tuple[Facet, ...]
    total: int
    cursor: str | None
    understood: Understood
    relaxed: tuple[Relaxed, ...]
    did_you_mean: str | None
    versions: Versions
    degraded: tuple[str, ...] = ()  # parts that were not available: `semantic`, `index`, …


class ExplainRequest(Frozen):
    """Asks why a product stands where it does in a search, or why it is absent."""

    product_id: str = Field(min_length=1, max_length=200)
    search: SearchRequest


class Explanation(Frozen):
    """Where one product stands in a search and why. An absent product has no position, score or breakdown."""

    product_id: str
    product: Product | None = None  # None: not in the index at all
    found: bool
    position: int | None = None  # 1 is first, over all matches
    total: int = 0
    score: float | None = None
    breakdown: Breakdown | None = None
    weights: Weights | None = None
    reasons: tuple[str, ...] = ()  # plain sentences: what matched, or which filter, term or floor kept it out
    understood: Understood
    relaxed: tuple[Relaxed, ...] = ()
    versions: Versions


class SimilarRequest(Frozen):
    """Products like this one."""

    product_id: str = Field(min_length=1, max_length=200)
    k: int = Field(default=12, ge=1, le=MAX_K)
    now: datetime


class SimilarPage(Frozen):
    """The nearest products, best first, never the product itself."""

    product_id: str
    results: tuple[Result, ...]
    versions: Versions
    degraded: tuple[str, ...] = ()
