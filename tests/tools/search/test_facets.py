"""Facets over columns alone: what is offered, what is counted, and by which matches, each counted by hand beside it."""

from collections import Counter
from decimal import Decimal

import numpy as np
from hypothesis import given

from core.catalog import Filters, Product
from core.storage.index.columns import Columns, Ords
from core.storage.index.editor import Editor
from tests.tools.search.conftest import PRODUCTS
from tests.tools.search.test_relaxing import SOME_FILTERS
from tools.search.constraints import facets_of, without
from tools.search.facets import MAX_ATTRIBUTES, MAX_VALUES, facets
from tools.search.shapes import Facet


def columns_of(products: list[Product]) -> Columns:
    editor = Editor()
    for product in products:
        editor.put(product)
    return editor.done()


COLUMNS = columns_of(PRODUCTS)


def found(columns: Columns, filters: Filters = Filters()) -> dict[str, Facet]:
    def matching(others: Filters) -> Ords:
        return np.flatnonzero(columns.mask(others)).astype(np.int32)

    return {facet.name: facet for facet in facets(columns, matching(filters), filters, matching)}


def rows(filters: Filters) -> list[Product]:
    return [PRODUCTS[row] for row in np.flatnonzero(COLUMNS.mask(filters))]


def counts(facet: Facet) -> dict[str, int]:
    return {value.value: value.count for value in facet.values}


@given(SOME_FILTERS)
def test_each_facet_counts_the_matches_of_all_other_filters(filters: Filters) -> None:
    page = found(COLUMNS, filters)

    def others(facet: str) -> list[Product]:
        return rows(without(filters, facet) if facet in facets_of(filters) else filters)

    if facet := page.get("brand"):
        assert counts(facet) == Counter(p.brand for p in others("brand"))
    if facet := page.get("attributes.colour"):
        assert counts(facet) == Counter(p.attributes["colour"][0] for p in others("attributes.colour"))
    if facet := page.get("category"):
        paths = Counter(path for p in others("category") for path in (p.category[0], p.category_path))
        assert counts(facet) == paths
    if facet := page.get("rating"):
        whole = others("rating")
        assert counts(facet) == {
            f: n for f in ("4", "3", "2") if (n := sum((p.rating or 0) >= float(f) for p in whole))
        }
    if facet := page.get("price"):
        prices = [p.price for p in others("price") if p.price is not None]
        assert (facet.min, facet.max) == (min(prices), max(prices))


@given(SOME_FILTERS)
def test_what_is_chosen_is_marked_and_nothing_else(filters: Filters) -> None:
    page = found(COLUMNS, filters)

    for name, chosen in (("brand", filters.brand), ("category", filters.category)):
        if name in page:
            assert {v.value for v in page[name].values if v.selected} <= set(chosen)
            places = [value.selected for value in page[name].values]
            assert places == sorted(places, reverse=True), "what is chosen comes first"


def test_a_choice_matches_whatever_its_case() -> None:
    assert [v.value for v in found(COLUMNS, Filters(brand=("ACME",)))["brand"].values if v.selected] == ["Acme"]


def test_values_come_most_frequent_first_ties_by_name_and_not_too_many() -> None:
    many = columns_of([Product(id=f"{n:03}", title="x", brand=f"b{n // 2 if n < 4 else n:03}") for n in range(60)])

    values = found(many)["brand"].values

    assert len(values) == MAX_VALUES
    assert [v.value for v in values[:4]] == ["b000", "b001", "b004", "b005"]


def test_an_attribute_that_could_narrow_nothing_is_not_offered() -> None:
    products = [
        Product(
            id=f"{n:02}",
            title="x",
            attributes={
                "kind": ("one",),  # all the same
                "serial": (f"s{n}",),  # all different
                **({"rare": (f"r{n}",)} if n < 2 else {}),  # hardly any has it
                "size": ("S" if n % 2 else "L",),
            },
        )
        for n in range(40)
    ]

    assert [name for name in found(columns_of(products)) if name.startswith("attributes.")] == ["attributes.size"]


def test_an_attribute_that_was_chosen_is_offered_whatever_it_is_worth_and_there_are_not_too_many() -> None:
    attributes = {f"a{n:02}": (("x",), ("y",)) for n in range(20)}
    products = [
        Product(
            id=f"{i}",
            title="x",
            attributes={name: pair[(i % 2 if name == "a19" else i // 2 % 2)] for name, pair in attributes.items()},
        )
        for i in range(8)
    ]

    names = [name for name in found(columns_of(products), Filters(attributes={"a19": ("x",)})) if "." in name]

    assert len(names) == MAX_ATTRIBUTES
    assert names[0] == "attributes.a19"


def test_unknown_prices_and_ratings_are_no_bounds() -> None:
    page = found(columns_of([Product(id="1", title="x"), Product(id="2", title="y", price=Decimal("3.10"))]))

    assert (page["price"].min, page["price"].max) == (Decimal("3.10"), Decimal("3.10"))
    assert "rating" not in page
    assert found(columns_of([Product(id="1", title="x")])) == {}


def test_availability_is_offered_where_it_divides_and_kept_where_it_was_chosen() -> None:
    some = [Product(id="1", title="x", stock=0), Product(id="2", title="y")]

    assert counts(found(columns_of(some))["in_stock"]) == {"true": 1}
    assert "in_stock" not in found(columns_of(some[:1]))
    assert found(columns_of(some), Filters(in_stock=True))["in_stock"].values[0].selected


def test_no_match_offers_nothing() -> None:
    nothing = np.zeros(0, dtype=np.int32)

    assert facets(COLUMNS, nothing, Filters(), lambda _: nothing) == ()
