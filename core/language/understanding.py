"""Query → what the shopper meant, by rules and the catalogue's own vocabulary."""

from typing import Literal

from core.catalog import Exclude, Filters, Frozen, Sort

QueryClass = Literal["navigational", "informational", "transactional"]

RULES = (
    "normalize", "units", "compounds", "spelling", "synonyms", "stemming",
    "brand", "category", "attributes", "price", "rating", "stock", "negation", "sort", "affinity", "promotion",
)  # fmt: skip
"""Every rule that can be switched off, in the order they run."""


class Chip(Frozen):
    """One understood constraint, removable by the shopper (send `ignore=kind:value`)."""

    kind: str  # brand | category | attribute | price | rating | stock | exclude | sort
    label: str  # `Brand: Acme`
    value: str


class Understood(Frozen):
    """What the rules made of a query."""

    query: str  # as typed
    normalized: str = ""
    corrected: str | None = None  # the spelling applied, if any
    text: str = ""  # what is left to search for once constraints are taken out
    query_class: QueryClass = "informational"
    filters: Filters = Filters()
    exclude: Exclude = Exclude()
    sort: Sort | None = None
    synonyms: dict[str, tuple[str, ...]] = {}
    chips: tuple[Chip, ...] = ()
    language: str = "en"
