"""Columns of the shop by row: filters as boolean masks, facets as counts, sorts as keys, all over every match.

A row number (`ord`) is a product's place in every column, in the vectors and in the keyword index. A changed product
takes a new row and its old one dies, so a `Columns` value never changes under a running search: `editor.Editor` makes
the next.
Money is held in ten-thousandths of a unit as int64, so that a bound of 20.00 meets a price of 20.00 exactly.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from core.catalog import CATEGORY_SEPARATOR, Exclude, Filters, Product

Ords = NDArray[np.int32]
Mask = NDArray[np.bool_]

MONEY_UNIT = Decimal(10_000)
UNKNOWN = -1
MAX_VALUE = 100  # characters; longer attribute values are text, not choices

BRAND = "brand"
CATEGORY = "category"
ATTRIBUTE = "attributes."


def money(value: Decimal) -> int:
    """Exact units of 1/10,000."""
    return int(value * MONEY_UNIT)


def labels(product: Product) -> Iterable[tuple[str, str]]:
    """The (facet, value) pairs a product carries; a category path carries each of its prefixes."""
    if product.brand:
        yield BRAND, product.brand
    for depth in range(1, len(product.category) + 1):
        yield CATEGORY, CATEGORY_SEPARATOR.join(product.category[:depth])
    for name, values in product.attributes.items():
        for value in values:
            if value and len(value) <= MAX_VALUE:
                yield ATTRIBUTE + name, value


@dataclass(frozen=True)
class Columns:
    """All columns of one moment. Arrays are read-only by convention; row `i` of each describes the same product."""

    base_rows: int  # rows of the generation on disk; later ones are changes since
    ids: Sequence[str]  # sorted within the base
    row_of: dict[str, int]  # live rows only
    alive: Mask
    rank: NDArray[np.float64]  # order of ids, for ties
    price: NDArray[np.int64]  # UNKNOWN where not known
    rating: NDArray[np.float32]  # NaN where not known
    stock: NDArray[np.int32]
    created: NDArray[np.int64]  # epoch seconds, 0 unknown
    popularity: NDArray[np.float32]
    indptr: NDArray[np.int64]  # row → its slice of `codes`
    codes: NDArray[np.int32]
    values: tuple[tuple[str, str], ...]  # code → (facet, value)
    code_of: dict[tuple[str, str], int] = field(repr=False)
    folded: dict[tuple[str, str], tuple[int, ...]] = field(repr=False)  # (facet, lower-case value) → codes
    postings: tuple[NDArray[np.int64], Ords] = field(repr=False)  # code → base rows carrying it
    tail: dict[int, list[int]] = field(repr=False)  # code → rows added since

    @property
    def rows(self) -> int:
        """Rows, dead ones included."""
        return len(self.ids)

    def mask(self, filters: Filters, exclude: Exclude = Exclude()) -> Mask:
        """Live rows that satisfy every filter and no exclusion (`exclude.terms` is the keyword index's part)."""
        mask = self.alive.copy()
        for facet, chosen in choices(filters):
            mask &= self._carrying(facet, chosen)
        for facet, chosen in choices(exclude):
            mask &= ~self._carrying(facet, chosen)
        if filters.price_min is not None:
            mask &= self.price >= money(filters.price_min)
        if filters.price_max is not None:
            mask &= (self.price <= money(filters.price_max)) & (self.price != UNKNOWN)
        if filters.rating_min is not None:
            mask &= self.rating >= np.float32(filters.rating_min)
        if filters.in_stock is not None:
            mask &= (self.stock != 0) if filters.in_stock else (self.stock == 0)
        return mask

    def _carrying(self, facet: str, chosen: Iterable[str]) -> Mask:
        mask = np.zeros(self.rows, dtype=np.bool_)
        starts, rows = self.postings
        for value in chosen:
            for code in self.folded.get((facet, value.casefold()), ()):
                if code + 1 < len(starts):
                    mask[rows[starts[code] : starts[code + 1]]] = True
                mask[self.tail.get(code, [])] = True
        return mask

    def count(self, ords: Ords) -> dict[str, Counter[str]]:
        """How many of these rows carry each value, by facet."""
        starts, ends = self.indptr[ords], self.indptr[ords + 1]
        lengths = ends - starts
        total = int(lengths.sum())
        if not total:
            return {}
        # Positions of every code of every row, without a Python loop: a ramp restarted at each row.
        ramp = np.arange(total) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        found, counts = np.unique(self.codes[np.repeat(starts, lengths) + ramp], return_counts=True)
        tally: dict[str, Counter[str]] = {}
        for code, count in zip(found.tolist(), counts.tolist(), strict=True):
            facet, value = self.values[code]
            tally.setdefault(facet, Counter())[value] = count
        return tally


def choices(constraint: Filters | Exclude) -> Iterable[tuple[str, tuple[str, ...]]]:
    """The (facet, alternatives) pairs of a constraint."""
    if constraint.brand:
        yield BRAND, constraint.brand
    if constraint.category:
        yield CATEGORY, constraint.category
    for name, wanted in constraint.attributes.items():
        if wanted:
            yield ATTRIBUTE + name, wanted
