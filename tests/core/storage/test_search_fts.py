"""The second search engine: Postgres full-text search with filters in SQL."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.catalog import Exclude, Filters, Product
from core.storage.postgres import Database
from core.storage.products import ProductStore

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SHOP = [
    Product(id="1", title="Blue coffee mug", description="Holds tea too.", brand="Acme", category=("Home", "Kitchen"),
            price=Decimal("12.50"), attributes={"color": ("Blue", "navy")}, rating=4.5, stock=3),
    Product(id="2", title="Red coffee mug", description="A mug.", brand="Bolt", category=("Home", "Kitchen", "Mugs"),
            price=Decimal("8"), attributes={"color": ("red",), "material": ("clay",)}, rating=3.0, stock=0),
    Product(id="3", title="Coffee grinder", description="Grinds for a mug of coffee.", brand="Acme",
            category=("Home", "Kitchenware"), price=None, stock=None),
    Product(id="4", title="Garden chair", description="Sit.", brand=None, category=("Garden",), price=Decimal("49.99")),
    Product(id="5", title="Blaue Häuser", description="Ein Bild von Häusern.", locale="de"),
]  # fmt: skip


@pytest.fixture
async def store(database: Database) -> ProductStore:
    store = ProductStore(database)
    await store.upsert_many(SHOP, NOW)
    return store


async def ids(store: ProductStore, query: str = "", k: int = 10, **more: object) -> list[str]:
    return [match.product.id for match in await store.search_fts(query, k, **more)]  # type: ignore[arg-type]


async def test_all_words_come_before_some_words_and_titles_before_descriptions(store: ProductStore) -> None:
    assert await ids(store, "coffee mugs") == ["1", "2", "3"]
    assert await ids(store, "blue mug") == ["1", "2", "3"]
    assert await ids(store, "blue mug", k=1) == ["1"]
    matches = await store.search_fts("blue mug", 10)
    assert matches[0].score > 0.5 >= matches[1].score > matches[2].score > 0
    assert all(0 <= match.score <= 1 for match in matches)


async def test_words_are_matched_in_the_language_of_the_request(store: ProductStore) -> None:
    assert await ids(store, "haus", locale="de") == ["5"]
    assert await ids(store, "grinding") == ["3"]
    assert await ids(store, '"mug of coffee"') == ["3", "2", "1"]


async def test_nothing_matches_nonsense_and_stop_words_and_an_empty_query_browses(store: ProductStore) -> None:
    assert await ids(store, "qwxyz") == []
    assert await ids(store, "the of and") == []
    assert await ids(store, "   ") == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(brand=("ACME", "none")), ["1", "3"]),
        (Filters(category=("Home > Kitchen",)), ["1", "2"]),
        (Filters(category=("home > kitchen > mugs", "Garden")), ["2", "4"]),
        (Filters(category=("Kitchen",)), []),
        (Filters(attributes={"color": ("blue", "red")}), ["1", "2"]),
        (Filters(attributes={"color": ("blue", "red"), "material": ("Clay",)}), ["2"]),
        (Filters(attributes={"size": ("L",)}), []),
        (Filters(price_min=Decimal("8"), price_max=Decimal("12.50")), ["1", "2"]),
        (Filters(price_max=Decimal("12.49")), ["2"]),
        (Filters(in_stock=True), ["1", "3", "4", "5"]),
        (Filters(in_stock=False), ["2"]),
        (Filters(rating_min=4), ["1"]),
    ],
)
async def test_filters_hold_of_every_result(store: ProductStore, filters: Filters, expected: list[str]) -> None:
    assert await ids(store, filters=filters) == expected


@pytest.mark.parametrize(
    ("exclude", "expected"),
    [
        (Exclude(brand=("acme",)), ["2", "4", "5"]),
        (Exclude(category=("Home",)), ["4", "5"]),
        (Exclude(attributes={"color": ("Red", "navy")}), ["3", "4", "5"]),
        (Exclude(terms=("grind", "chairs")), ["1", "2", "5"]),
        (Exclude(terms=('"-or" x',)), ["1", "2", "3", "4", "5"]),
    ],
)
async def test_what_is_excluded_is_in_no_result(store: ProductStore, exclude: Exclude, expected: list[str]) -> None:
    assert await ids(store, exclude=exclude) == expected


async def test_filters_apply_before_the_top_k(store: ProductStore) -> None:
    assert await ids(store, "coffee", k=1, filters=Filters(brand=("bolt",))) == ["2"]


async def test_a_deleted_product_is_not_found(store: ProductStore) -> None:
    await store.delete(["1"], NOW)
    assert await ids(store, "blue coffee mug") == ["2", "3"]


WILD = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=60)


@given(WILD | st.text("'\"\\&|!():*<->-orand %_;$1", max_size=40))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
async def test_no_query_breaks_it(store: ProductStore, query: str) -> None:
    matches = await store.search_fts(query, 10, Filters(brand=(query,)), Exclude(terms=(query,)))
    assert all(0 <= match.score <= 1 for match in matches)
    await store.search_fts(query, 10)
