"""Facets: what the matches could be narrowed to, counted disjunctively (a facet ignores its own selection)."""

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from functools import partial

import numpy as np
from numpy.typing import NDArray

from core.catalog import Filters
from core.storage.index.columns import ATTRIBUTE, BRAND, CATEGORY, MONEY_UNIT, UNKNOWN, Columns, Ords
from tools.search.constraints import facets_of, without
from tools.search.shapes import Facet, FacetValue

MAX_VALUES = 30
MAX_ATTRIBUTES = 8
MIN_SHARE = 0.1  # an attribute that fewer of the matches carry is no way to narrow them
RATINGS = (4.0, 3.0, 2.0)

Matching = Callable[[Filters], Ords]
"""Every match of the search under other filters."""


def facets(columns: Columns, matches: Ords, filters: Filters, matching: Matching) -> tuple[Facet, ...]:
    """All facets of a result, the fixed ones first, then the attributes most of the matches carry."""
    tally = columns.count(matches)
    constrained = facets_of(filters)
    found = [
        _values(CATEGORY, "Category", filters.category, tally, columns, partial(matching, without(filters, CATEGORY))),
        _values(BRAND, "Brand", filters.brand, tally, columns, partial(matching, without(filters, BRAND))),
        _price(columns, matches if "price" not in constrained else matching(without(filters, "price"))),
        _ratings(columns, matches if "rating" not in constrained else matching(without(filters, "rating")), filters),
        _stock(columns, matches if "in_stock" not in constrained else matching(without(filters, "in_stock")), filters),
    ]
    for name in _attributes(tally, filters, len(matches)):
        facet = ATTRIBUTE + name
        chosen = filters.attributes.get(name, ())
        label = name.replace("_", " ").capitalize()
        found.append(_values(facet, label, chosen, tally, columns, partial(matching, without(filters, facet))))
    return tuple(facet for facet in found if facet is not None)


def _attributes(tally: dict[str, Counter[str]], filters: Filters, matches: int) -> list[str]:
    chosen = [name for name, values in filters.attributes.items() if values]
    offered = []
    for facet, counts in tally.items():
        name = facet.removeprefix(ATTRIBUTE)
        useful = 2 <= len(counts) <= max(MAX_VALUES, matches // 3)
        if facet.startswith(ATTRIBUTE) and name not in chosen and useful and counts.total() >= MIN_SHARE * matches:
            offered.append((-counts.total(), name))
    return sorted(chosen) + [name for _, name in sorted(offered)[: max(0, MAX_ATTRIBUTES - len(chosen))]]


def _values(
    facet: str,
    label: str,
    chosen: tuple[str, ...],
    tally: dict[str, Counter[str]],
    columns: Columns,
    others: Callable[[], Ords],
) -> Facet | None:
    counts = columns.count(others()).get(facet, Counter()) if chosen else tally.get(facet, Counter())
    wanted = {value.casefold() for value in chosen}
    ordered = sorted(counts.items(), key=lambda pair: (pair[0].casefold() not in wanted, -pair[1], pair[0]))
    if not ordered:
        return None
    values = [FacetValue(value=v, count=n, selected=v.casefold() in wanted) for v, n in ordered[:MAX_VALUES]]
    return Facet(name=facet, label=label, values=tuple(values))


def _price(columns: Columns, ords: Ords) -> Facet | None:
    prices: NDArray[np.int64] = columns.price[ords]
    prices = prices[prices != UNKNOWN]
    if not len(prices):
        return None
    low, high = (Decimal(int(bound)) / MONEY_UNIT for bound in (prices.min(), prices.max()))
    return Facet(name="price", label="Price", kind="range", min=low, max=high)


def _ratings(columns: Columns, ords: Ords, filters: Filters) -> Facet | None:
    ratings = columns.rating[ords]
    counts = [(floor, int((ratings >= floor).sum())) for floor in RATINGS]
    values = tuple(
        FacetValue(value=f"{floor:g}", count=count, selected=filters.rating_min == floor)
        for floor, count in counts
        if count
    )
    return Facet(name="rating", label="Rating", values=values) if values else None


def _stock(columns: Columns, ords: Ords, filters: Filters) -> Facet | None:
    available = int((columns.stock[ords] != 0).sum())
    if available in (0, len(ords)) and filters.in_stock is None:
        return None
    value = FacetValue(value="true", count=available, selected=filters.in_stock is True)
    return Facet(name="in_stock", label="In stock", values=(value,))
