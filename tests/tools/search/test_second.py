"""The second engine: while there is no index the catalogue's own store answers, plainer, and the page says so."""

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal

import pytest

from core.catalog import Exclude, Filters, Product, Weights
from core.errors import UnavailableError
from core.storage.migrate import migrate
from core.storage.postgres import connect
from core.storage.products import ProductStore
from evals.shop import NOW, Shop
from tools.search.second import SecondEngine
from tools.search.shapes import SearchPage, SearchRequest

PRODUCTS = [
    Product(id="1", title="Blue Mug", brand="Acme", price=Decimal(5), category=("Kitchen",)),
    Product(id="2", title="Red Mug", brand="Bolt", price=Decimal(8), category=("Kitchen",)),
    Product(id="3", title="Blue Lamp", brand="Acme", price=Decimal(20), category=("Home",)),
    Product(id="4", title="Blaue Tasse", locale="de"),
]


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[ProductStore]:
    database = connect(database_url)
    await migrate(database)
    store = ProductStore(database)
    await store.upsert_many(PRODUCTS, NOW)
    yield store
    await database.close()


def ask(query: str, **fields: object) -> SearchRequest:
    return SearchRequest(query=query, now=NOW, **fields)  # type: ignore[arg-type]


def ids(page: SearchPage) -> list[str]:
    return [result.product_id for result in page.results]


async def test_words_filters_and_exclusions_hold_and_the_page_says_what_it_lacks(store: ProductStore) -> None:
    second = SecondEngine(store)

    assert ids(await second(ask("Mugs"))) == ["1", "2"]
    assert ids(await second(ask("mugs", k=1))) == ["1"]
    assert ids(await second(ask("blue mugs", filters=Filters(price_max=Decimal(10))))) == ["1", "2"]
    assert ids(await second(ask("", exclude=Exclude(brand=("Acme",))))) == ["2", "4"]
    page = await second(ask("blue"))
    assert page.degraded == ("index", "semantic", "facets")
    assert (page.total, page.cursor, page.facets, page.relaxed) == (2, None, (), ())
    assert page.versions.index == "postgres"


async def test_a_result_carries_its_breakdown_and_the_weights_asked_for(store: ProductStore) -> None:
    weights = Weights(search=1, cf=0, popularity=0, freshness=0)

    [result] = (await SecondEngine(store)(ask("red mug", k=1, weights=weights))).results

    assert result.weights == weights
    assert 0 < result.score == result.breakdown.search == result.breakdown.keyword <= 1
    assert (result.product.id, result.product.title) == ("2", "Red Mug")


async def test_an_order_it_cannot_give_is_said(store: ProductStore) -> None:
    assert "sort" in (await SecondEngine(store)(ask("mug", sort="price_desc"))).degraded


async def test_there_is_no_second_page(store: ProductStore, shop: Shop) -> None:
    cursor = (await shop.search(ask("boots", k=1))).cursor
    assert cursor is not None

    with pytest.raises(UnavailableError):
        await SecondEngine(store)(ask("boots", cursor=cursor))


async def test_the_search_turns_to_it_while_there_is_no_index(store: ProductStore, shop: Shop) -> None:
    class Index:
        snapshot = None

    page = await replace(shop.search, index=Index(), second=SecondEngine(store))(ask("blue lamp", k=1))

    assert ids(page) == ["3"]


async def test_with_postgres_away_too_it_is_unavailable() -> None:
    database = connect("postgresql://aisle@127.0.0.1:1/aisle")

    with pytest.raises(UnavailableError):
        await SecondEngine(ProductStore(database))(ask("mug"))
    await database.close()
