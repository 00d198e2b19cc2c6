"""Filters, facets and ranks over columns agree with a plain loop over products, whatever was edited in between."""

from collections import Counter
from decimal import Decimal
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from core.catalog import CATEGORY_SEPARATOR, Exclude, Filters, Product
from core.storage.index.columns import Columns, labels
from core.storage.index.editor import Editor, load, rebase, save

BRANDS, COLOURS = ("Acme", "ACME", "Bolt", "Ünity"), ("red", "blue", "green")


@st.composite
def products(draw: st.DrawFn) -> Product:
    return Product(
        id=draw(st.sampled_from("abcdefghij")) + draw(st.sampled_from(["", "1", "2"])),
        title="thing",
        brand=draw(st.none() | st.sampled_from(BRANDS)),
        category=draw(st.sampled_from([(), ("Home",), ("Home", "Kitchen"), ("Shoes",)])),
        price=draw(st.none() | st.sampled_from([Decimal("9.99"), Decimal("20.00"), Decimal("20.01")])),
        rating=draw(st.none() | st.sampled_from([1.5, 4.0, 5.0])),
        stock=draw(st.none() | st.integers(0, 2)),
        attributes=draw(st.dictionaries(st.just("colour"), st.lists(st.sampled_from(COLOURS), max_size=2).map(tuple))),
    )


filters = st.builds(
    Filters,
    brand=st.lists(st.sampled_from(BRANDS), max_size=2).map(tuple),
    category=st.sampled_from([(), ("Home",), ("home > kitchen",), ("Shoes", "Home > Kitchen")]),
    price_min=st.none() | st.sampled_from([Decimal("9.99"), Decimal(20)]),
    price_max=st.none() | st.sampled_from([Decimal("9.99"), Decimal(20)]),
    rating_min=st.none() | st.just(4.0),
    in_stock=st.none() | st.booleans(),
    attributes=st.dictionaries(st.just("colour"), st.lists(st.sampled_from(COLOURS), max_size=2).map(tuple)),
)


def carries(product: Product, facet: str, wanted: tuple[str, ...]) -> bool:
    own = {value.casefold() for name, value in labels(product) if name == facet}
    return not wanted or bool(own & {value.casefold() for value in wanted})


def passes(product: Product, wanted: Filters) -> bool:
    price, lowest, highest = product.price, wanted.price_min, wanted.price_max
    return (
        carries(product, "brand", wanted.brand)
        and carries(product, "category", wanted.category)
        and carries(product, "attributes.colour", wanted.attributes.get("colour", ()))
        and (lowest is None or (price is not None and price >= lowest))
        and (highest is None or (price is not None and price <= highest))
        and (wanted.rating_min is None or (product.rating is not None and product.rating >= wanted.rating_min))
        and (wanted.in_stock is None or product.available == wanted.in_stock)
    )


def edited(base: list[Product], later: list[Product], dropped: list[str]) -> tuple[Columns, dict[str, Product]]:
    first = {product.id: product for product in sorted(base, key=lambda p: p.id)}
    editor = Editor()
    for product in first.values():
        editor.put(product)
    editor = Editor(rebase(editor.done()))
    for product in later:
        editor.put(product)
        first[product.id] = product
    for product_id in dropped:
        editor.drop(product_id)
        first.pop(product_id, None)
    return editor.done(), first


@settings(max_examples=200, deadline=None)
@given(st.lists(products()), st.lists(products()), st.lists(st.sampled_from("abcde")), filters)
def test_mask_and_counts_agree_with_a_plain_loop(
    base: list[Product], later: list[Product], dropped: list[str], wanted: Filters
) -> None:
    columns, live = edited(base, later, dropped)
    expected = {product.id for product in live.values() if passes(product, wanted)}

    rows = np.flatnonzero(columns.mask(wanted)).astype(np.int32)

    assert {columns.ids[row] for row in rows} == expected
    naive: dict[str, Counter[str]] = {}
    for product_id in expected:
        for facet, value in dict.fromkeys(labels(live[product_id])):
            naive.setdefault(facet, Counter())[value] += 1
    assert columns.count(rows) == naive


@settings(deadline=None)
@given(st.lists(products()), st.lists(products()))
def test_ranks_order_live_rows_by_id(base: list[Product], later: list[Product]) -> None:
    columns, live = edited(base, later, [])

    rows = np.flatnonzero(columns.alive)

    assert [columns.ids[row] for row in rows[np.argsort(columns.rank[rows])]] == sorted(live)


def test_exclusion_leaves_products_without_the_value() -> None:
    columns, _ = edited(
        [
            Product(id="a", title="x", brand="Acme"),
            Product(id="b", title="x"),
            Product(id="c", title="x", brand="Bolt"),
        ],
        [],
        [],
    )

    assert columns.mask(Filters(), Exclude(brand=("acme",))).tolist() == [False, True, True]


def test_earlier_columns_do_not_change_when_later_ones_are_made() -> None:
    columns, _ = edited([Product(id="a", title="x", price=Decimal(1))], [], [])
    editor = Editor(columns)
    editor.reprice(Product(id="a", title="x", price=Decimal(2)))
    editor.put(Product(id="b", title="x", brand="New"))
    later = editor.done()

    assert columns.price.tolist() == [10_000]
    assert later.price.tolist() == [20_000, -1]
    assert columns.count(np.array([0], dtype=np.int32)) == {}


def test_saved_columns_come_back_equal(tmp_path: Path) -> None:
    columns, _ = edited(
        [Product(id="a", title="x", brand="B", category=("H", "K")), Product(id="b", title="y")], [], []
    )
    save(columns, tmp_path)

    back = load(tmp_path)

    assert list(back.ids) == ["a", "b"]
    assert back.count(np.array([0, 1], dtype=np.int32)) == columns.count(np.array([0, 1], dtype=np.int32))
    assert back.mask(Filters(category=(CATEGORY_SEPARATOR.join(["H", "K"]),))).tolist() == [True, False]
