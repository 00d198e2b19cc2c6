"""The demo's past: made of its own products, the same each time, and skewed as real shops are."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import islice

from pipelines.demo import catalogue
from pipelines.demo.history import DAYS, history
from pipelines.demo.large import large

NOW = datetime(2026, 11, 1, tzinfo=UTC)
PRODUCTS = list(catalogue())
EVENTS = list(history(PRODUCTS, NOW, shoppers=400))


def test_every_event_is_of_a_product_there_is_once_and_in_time() -> None:
    known = {product.id for product in PRODUCTS}

    assert {event.product_id for event in EVENTS if event.product_id} <= known
    assert len({event.event_id for event in EVENTS}) == len(EVENTS)
    assert all(NOW - timedelta(days=DAYS) <= event.ts <= NOW for event in EVENTS)


def test_it_is_the_same_each_time() -> None:
    assert list(islice(history(PRODUCTS, NOW, shoppers=400), 500)) == EVENTS[:500]


def test_every_purchase_was_carted_clicked_and_seen_before() -> None:
    seen = {(e.request_id, e.product_id, e.event_type) for e in EVENTS}

    for event in EVENTS:
        if event.event_type == "purchase":
            for earlier in ("impression", "click", "view", "add_to_cart"):
                assert (event.request_id, event.product_id, earlier) in seen


def test_few_products_get_most_of_the_views() -> None:
    views = Counter(event.product_id for event in EVENTS if event.event_type == "view")
    top = sum(count for _, count in views.most_common(len(PRODUCTS) // 10))

    assert top > 0.3 * views.total()


def test_a_large_catalogue_has_as_many_products_as_asked_with_ids_of_their_own_and_a_long_tail_of_words() -> None:
    products = list(large(8000))
    words = Counter(word for product in products for word in product.title.split())

    assert len({product.id for product in products}) == 8000
    assert len(words) > 5000
    assert sum(count <= 4 for count in words.values()) > len(words) / 3  # a family's variants share their words
