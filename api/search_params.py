"""The parameters of a search, and the request they make."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, get_args

from api.errors import Mistake, ParameterError
from api.params import MAX_VALUE, Parameter, Read, choice, matching, money, number, read_query, text, whole, yes_no
from core.catalog import Exclude, Filters, Sort
from core.language.understanding import RULES
from tools.search.shapes import MAX_K, MAX_QUERY, Mode, SearchRequest

_VALUE = text(MAX_VALUE, min_length=1)
_AMOUNT = {"type": "string", "pattern": r"^\d{1,10}(\.\d{1,4})?$"}
_SORTS: tuple[str, ...] = get_args(Sort)
_MODES: tuple[str, ...] = get_args(Mode)
_chip = matching(r"[a-z_]{1,40}:.{0,200}", "an understood constraint such as brand:Acme")
_ID = r"[^\x00-\x1f\x7f]{1,128}"


def many(name: str, description: str, example: str, read: Read = _VALUE) -> Parameter:
    """A parameter whose values are alternatives."""
    return Parameter(name, description, read, example=[example], repeatable=True)


USER = Parameter("user_id", "An opaque id of the shopper, if known.", matching(_ID, "an id of at most 128 characters"))
LOCALE = Parameter(
    "locale", "Language of the texts.", matching(r"[a-z]{2}(-[A-Z]{2})?", "a locale such as en or en-GB"), example="en"
)
QUERY = Parameter(
    "q",
    "What is looked for, in the shopper's words. Empty browses everything.",
    text(MAX_QUERY),
    {"type": "string", "maxLength": MAX_QUERY},
    example="wireless headphones under $100",
)
OFF = many("off", "Rules to switch off.", "spelling", choice(*RULES))
IGNORE = many("ignore", "Understood constraints to ignore, as `kind:value`.", "brand:Acme", _chip)

FILTERS: tuple[Parameter, ...] = (
    many("brand", "Only these brands.", "Acme"),
    many("category", "Only these categories; a path with what lies below it.", "Home > Kitchen"),
    Parameter("price_min", "Lowest price, inclusive.", money, _AMOUNT, "10"),
    Parameter("price_max", "Highest price, inclusive.", money, _AMOUNT, "99.90"),
    Parameter("rating_min", "Lowest rating, 0 to 5.", number(0, 5), {"type": "number", "minimum": 0, "maximum": 5}, 4),
    Parameter("in_stock", "Only what can be had now.", yes_no, {"type": "boolean"}),
    many("attr.", "Only products with this attribute value, e.g. `attr.colour=red`.", "red"),
    many("exclude.brand", "None of these brands.", "Acme"),
    many("exclude.category", "Nothing of these categories.", "Home > Kitchen"),
    many("exclude.attr.", "No product with this attribute value.", "leather"),
    many("exclude.term", "No product that mentions this word.", "refurbished"),
)

ASKED: tuple[Parameter, ...] = (
    QUERY,
    *FILTERS,
    Parameter("sort", "Order of the results.", choice(*_SORTS), {"type": "string", "enum": list(_SORTS)}),
    Parameter("mode", "Which engines to ask.", choice(*_MODES), {"type": "string", "enum": list(_MODES)}),
    OFF,
    IGNORE,
    LOCALE,
    USER,
)

SEARCH: tuple[Parameter, ...] = (
    *ASKED,
    Parameter("k", "Results on a page.", whole(1, MAX_K), {"type": "integer", "minimum": 1, "maximum": MAX_K}, 24),
    Parameter(
        "cursor",
        "Where the last page ended.",
        matching(r"[A-Za-z0-9_=-]{1,8000}", "a cursor of this service"),
        {"type": "string", "maxLength": 8000},
    ),
    Parameter("facets", "Whether to count facets.", yes_no, {"type": "boolean", "default": True}),
)


def search_request(
    query_string: bytes, table: Sequence[Parameter], now: datetime
) -> tuple[SearchRequest, dict[str, Any]]:
    """The search asked for, and every value that was given. Raises ParameterError."""
    given = read_query(query_string, table)
    filters = Filters(
        brand=given.get("brand", ()),
        category=given.get("category", ()),
        price_min=given.get("price_min"),
        price_max=given.get("price_max"),
        attributes=given.get("attr.", {}),
        in_stock=given.get("in_stock"),
        rating_min=given.get("rating_min"),
    )
    if filters.price_min is not None and filters.price_max is not None and filters.price_min > filters.price_max:
        raise ParameterError([Mistake("price_min", "is higher than price_max")])
    exclude = Exclude(
        brand=given.get("exclude.brand", ()),
        category=given.get("exclude.category", ()),
        attributes=given.get("exclude.attr.", {}),
        terms=given.get("exclude.term", ()),
    )
    plain = {name: given[name] for name in ("sort", "k", "cursor", "mode", "facets", "locale") if name in given}
    request = SearchRequest(
        query=given.get("q", ""),
        filters=filters,
        exclude=exclude,
        off=frozenset(given.get("off", ())),
        ignore=frozenset(given.get("ignore", ())),
        now=now,
        **plain,
    )
    return request, given
