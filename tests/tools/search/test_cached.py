import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from opentelemetry.trace import NoOpTracer

from core.catalog import Breakdown, Product, Versions, Weights
from core.errors import UnavailableError
from core.language.understanding import Understood
from core.storage.cache import Filled, LayeredCache, Lookup, Stamp
from core.telemetry.record import Record, recording
from tools.search.cached import CachedSearch, cache_key, tags_of
from tools.search.shapes import Result, SearchPage, SearchRequest

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
TTL = timedelta(minutes=5)


def page(query: str, degraded: tuple[str, ...] = ()) -> SearchPage:
    product = Product(id="p-1", title=query or "anything", created_at=NOW)
    result = Result(product_id="p-1", score=0.25, breakdown=Breakdown(search=0.5), weights=Weights(), product=product)
    return SearchPage(
        results=(result,),
        facets=(),
        total=1,
        cursor=None,
        understood=Understood(query=query),
        relaxed=(),
        did_you_mean=None,
        versions=Versions(catalogue="1", index="1", model="1", weights="1"),
        degraded=degraded,
    )


class Counting:
    def __init__(self) -> None:
        self.calls = 0
        self.failure: Exception | None = None
        self.degraded: tuple[str, ...] = ()

    async def __call__(self, request: SearchRequest) -> SearchPage:
        self.calls += 1
        await asyncio.sleep(0)
        if self.failure is not None:
            raise self.failure
        return page(request.query, self.degraded)


def cached(search: Counting, cache: LayeredCache | None = None, version: str = "i-1") -> CachedSearch:
    return CachedSearch(search, cache or LayeredCache(), lambda: version, TTL)


async def layer_of(search: CachedSearch, request: SearchRequest) -> object:
    with recording(Record("r", "t", NoOpTracer())) as record:
        await search(request)
    return record.notes["cache"]


async def test_an_answer_is_given_again_without_searching_and_says_where_it_came_from():
    counting = Counting()
    search = cached(counting)
    request = SearchRequest(query="kettle", now=NOW)
    assert [await layer_of(search, request) for _ in range(3)] == ["miss", "memory", "memory"]
    assert await search(request) == page("kettle")
    assert counting.calls == 1


async def test_many_who_ask_at_once_search_once():
    counting = Counting()
    search = cached(counting)
    answers = await asyncio.gather(*(search(SearchRequest(query="kettle", now=NOW)) for _ in range(20)))
    assert counting.calls == 1
    assert set(map(id, answers)) == {id(answers[0])}


async def test_a_change_of_a_shown_product_or_of_the_index_searches_anew():
    counting, cache = Counting(), LayeredCache()
    request = SearchRequest(query="kettle", now=NOW)
    await cached(counting, cache)(request)
    cache.drop(["product:p-2"])
    await cached(counting, cache)(request)
    assert counting.calls == 1
    cache.drop(["product:p-1"])
    await cached(counting, cache)(request)
    assert counting.calls == 2
    await cached(counting, cache, version="i-2")(request)
    assert counting.calls == 3


async def test_failures_and_degraded_answers_are_not_remembered():
    counting = Counting()
    search = cached(counting)
    request = SearchRequest(query="kettle", now=NOW)
    counting.failure = UnavailableError()
    with pytest.raises(UnavailableError):
        await search(request)
    counting.failure, counting.degraded = None, ("semantic",)
    assert (await search(request)).degraded == ("semantic",)
    counting.degraded = ()
    assert (await search(request)).degraded == ()
    assert counting.calls == 3


async def test_what_another_release_wrote_is_searched_again():
    class Foreign:
        async def fetch(self, key: str, ttl: timedelta, fill: object) -> Lookup:
            return Lookup(b'{"old": "shape"}', "shared", Stamp(0, 0))

    counting = Counting()
    assert await CachedSearch(counting, Foreign(), lambda: "i-1", TTL)(SearchRequest(now=NOW)) == page("")


async def test_a_page_from_redis_is_the_page_that_was_made():
    class Shared:
        async def fetch(self, key: str, ttl: timedelta, fill: object) -> Lookup:
            return Lookup(page("kettle").model_dump_json().encode(), "shared", Stamp(0, 0))

    search = CachedSearch(Counting(), Shared(), lambda: "i-1", TTL)
    assert await layer_of(search, SearchRequest(query="kettle", now=NOW)) == "redis"
    assert await search(SearchRequest(query="kettle", now=NOW)) == page("kettle")


def test_everything_that_changes_an_answer_changes_the_key():
    plain = SearchRequest(query="kettle", now=NOW)
    changes = [
        {"query": "Kettle"}, {"k": 5}, {"cursor": "x"}, {"sort": "rating"}, {"mode": "keyword"}, {"facets": False},
        {"off": frozenset({"spelling"})}, {"ignore": frozenset({"brand:A"})}, {"locale": "de"},
        {"weights": Weights(search=1, cf=0, popularity=0, freshness=0)}, {"now": NOW + timedelta(hours=1)},
    ]  # fmt: skip
    keys = {cache_key(plain.model_copy(update=change), "i-1") for change in changes}
    keys |= {cache_key(plain, "i-1"), cache_key(plain, "i-2")}
    assert len(keys) == len(changes) + 2


def test_the_order_of_sets_does_not_change_the_key():
    names = [f"rule-{n}" for n in range(50)]
    forth = SearchRequest(now=NOW, off=frozenset(names))
    back = SearchRequest(now=NOW, off=frozenset(reversed(names)))
    assert cache_key(forth, "i") == cache_key(back, "i")


def test_a_page_is_tagged_with_what_it_shows():
    assert tags_of(page("x")) == {"search", "product:p-1"}
    assert Filled(b"").keep
