"""What every cache does; run on two layers over a real Valkey, on Valkey with no first layer, and in memory."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

import pytest

from core.resilience import REDIS, Breaker
from core.storage.cache import Filled, LayeredCache
from core.storage.cache_local import LocalCache
from core.storage.cache_redis import RedisCache, connect_cache

NAMES = count()
TTL = timedelta(minutes=5)


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Seen:
    looks: list[tuple[str, bool]] = field(default_factory=list)

    def observe(self, layer: str, *, hit: bool) -> None:
        self.looks.append((layer, hit))


def shared(redis_url: str, namespace: str) -> RedisCache:
    return connect_cache(redis_url, namespace, Breaker("redis", REDIS, Clock()), timedelta(seconds=2))


@pytest.fixture
def namespace() -> str:
    return f"test{next(NAMES)}"


@pytest.fixture(params=["layered", "shared", "memory"])
async def cache(request: pytest.FixtureRequest, redis_url: str, namespace: str) -> AsyncIterator[LayeredCache]:
    local = LocalCache(max_bytes=0) if request.param == "shared" else LocalCache()
    cache = LayeredCache(local, None if request.param == "memory" else shared(redis_url, namespace))
    yield cache
    await cache.close()


async def put(cache: LayeredCache, key: str, value: bytes, *tags: str, ttl: timedelta = TTL) -> None:
    await cache.set(key, value, ttl, tags, (await cache.get(key)).stamp)


async def test_what_is_set_is_found(cache: LayeredCache) -> None:
    assert (await cache.get("a")).value is None
    await put(cache, "a", b"\x00one\n", "search")
    await put(cache, "empty", b"")
    assert (await cache.get("a")).value == b"\x00one\n"
    assert (await cache.get("empty")).value == b""
    assert (await cache.get("b")).value is None


async def test_it_is_gone_after_its_time(cache: LayeredCache) -> None:
    await put(cache, "a", b"1", ttl=timedelta(milliseconds=60))
    await asyncio.sleep(0.1)
    assert (await cache.get("a")).value is None


async def test_dropping_a_tag_drops_what_carries_it_and_nothing_else(cache: LayeredCache) -> None:
    await put(cache, "a", b"1", "product:1", "search")
    await put(cache, "b", b"2", "product:2", "search")
    await put(cache, "c", b"3", "product:10")
    await cache.invalidate({"product:1"})
    assert [(await cache.get(key)).value for key in "abc"] == [None, b"2", b"3"]
    await cache.invalidate({"search", "product:99"})
    assert [(await cache.get(key)).value for key in "abc"] == [None, None, b"3"]
    await cache.clear()
    assert (await cache.get("c")).value is None


async def test_what_is_set_after_a_drop_stays(cache: LayeredCache) -> None:
    await cache.invalidate({"search"})
    await asyncio.sleep(0.001)
    await put(cache, "a", b"new", "search")
    assert (await cache.get("a")).value == b"new"


async def test_a_drop_during_a_fill_leaves_nothing_stale(cache: LayeredCache) -> None:
    found = await cache.get("a")
    await cache.invalidate({"product:1"})
    await cache.set("a", b"made from old data", TTL, {"product:1", "search"}, found.stamp)
    assert (await cache.get("a")).value is None
    found = await cache.get("b")
    await cache.invalidate({"product:2"})
    await cache.set("b", b"of another product", TTL, {"product:1"}, found.stamp)
    assert (await cache.get("b")).value == b"of another product"


async def test_fetch_fills_once_for_all_who_ask_at_once(cache: LayeredCache) -> None:
    fills, go = 0, asyncio.Event()

    async def fill() -> Filled:
        nonlocal fills
        fills += 1
        await go.wait()
        return Filled(b"made", {"search"})

    asking = [asyncio.create_task(cache.fetch("a", TTL, fill)) for _ in range(20)]
    await asyncio.sleep(0.05)
    go.set()
    assert {(await each).value for each in asking} == {b"made"}
    again = await cache.fetch("a", TTL, fill)
    assert (again.value, fills) == (b"made", 1)
    assert again.layer is not None


async def test_who_asks_after_a_drop_does_not_share_a_fill_from_before_it(cache: LayeredCache) -> None:
    truth, go = b"old", asyncio.Event()

    async def fill() -> Filled:
        value = truth
        await go.wait()
        return Filled(value, {"search"})

    first = asyncio.create_task(cache.fetch("a", TTL, fill))
    await asyncio.sleep(0.05)
    truth = b"new"
    await cache.invalidate({"search"})
    second = asyncio.create_task(cache.fetch("a", TTL, fill))
    await asyncio.sleep(0.05)
    go.set()
    assert ((await first).value, (await second).value) == (b"old", b"new")
    assert (await cache.get("a")).value == b"new"


async def test_a_degraded_answer_is_given_but_not_kept(cache: LayeredCache) -> None:
    async def fill() -> Filled:
        return Filled(b"half", keep=False)

    assert (await cache.fetch("a", TTL, fill)).value == b"half"
    assert (await cache.get("a")).value is None


async def test_a_failed_fill_fails_for_all_who_wait_and_is_tried_again(cache: LayeredCache) -> None:
    fills = 0

    async def fill() -> Filled:
        nonlocal fills
        fills += 1
        await asyncio.sleep(0.05)
        if fills == 1:
            raise ValueError("no")
        return Filled(b"yes")

    outcomes = await asyncio.gather(*(cache.fetch("a", TTL, fill) for _ in range(3)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [ValueError] * 3
    assert (await cache.fetch("a", TTL, fill)).value == b"yes"


async def test_who_gives_up_waiting_does_not_stop_the_fill(cache: LayeredCache) -> None:
    go = asyncio.Event()

    async def fill() -> Filled:
        await go.wait()
        return Filled(b"made")

    impatient = asyncio.create_task(cache.fetch("a", TTL, fill))
    await asyncio.sleep(0.02)
    patient = asyncio.create_task(cache.fetch("a", TTL, fill))
    await asyncio.sleep(0.02)
    impatient.cancel()
    go.set()
    assert (await patient).value == b"made"
    assert (await cache.get("a")).value == b"made"


@pytest.fixture
async def two(redis_url: str, namespace: str) -> AsyncIterator[tuple[LayeredCache, LayeredCache]]:
    """Two processes on one Redis."""
    one = LayeredCache(LocalCache(), shared(redis_url, namespace), observer=Seen())
    other = LayeredCache(LocalCache(), shared(redis_url, namespace), observer=Seen())
    for cache in (one, other):
        cache.start()
    await asyncio.sleep(0.3)  # until both listen
    yield one, other
    await one.close()
    await other.close()


async def test_another_process_finds_it_and_a_drop_reaches_it(two: tuple[LayeredCache, LayeredCache]) -> None:
    one, other = two
    await put(one, "a", b"1", "product:1")
    assert [(await other.get("a")).layer for _ in range(2)] == ["shared", "local"]
    await one.invalidate({"product:1"})
    for _ in range(100):
        if other.local.look("a")[0] is None:
            break
        await asyncio.sleep(0.02)
    assert (await other.get("a")).value is None
    seen = other.observer
    assert isinstance(seen, Seen)
    assert seen.looks == [
        ("local", False), ("shared", True), ("local", True), ("local", False), ("shared", False),
    ]  # fmt: skip


async def test_shops_on_one_redis_do_not_meet(redis_url: str, namespace: str) -> None:
    one, other = (
        LayeredCache(shared=shared(redis_url, namespace)),
        LayeredCache(shared=shared(redis_url, namespace + "x")),
    )
    await put(one, "a", b"1", "search")
    assert (await other.get("a")).value is None
    await other.invalidate({"search"})
    assert one.shared is not None
    assert (await one.shared.get("a")).value == b"1"
    await one.close()
    await other.close()


def test_the_first_layer_forgets_the_least_recently_used_when_full() -> None:
    local = LocalCache(max_bytes=800)
    for key in "abcdefgh":
        assert local.keep(key, b"x" * 100, TTL, {"search"}, since=0)
    assert local.look("a")[0] is not None
    assert local.keep("i", b"x" * 100, TTL, (), since=0)
    assert [key for key in "abcdefghi" if local.look(key)[0] is None] == ["b"]
    assert not local.keep("big", b"x" * 101, TTL, (), since=0)


def test_a_fill_from_before_drops_that_are_no_longer_remembered_is_refused() -> None:
    local = LocalCache(remembered_drops=2)
    _, before = local.look("a")
    local.drop({"product:1"})
    local.drop({"product:2"})
    _, between = local.look("a")
    local.drop({"product:3"})
    assert not local.keep("a", b"1", TTL, {"product:1"}, since=before)
    assert local.keep("b", b"1", TTL, {"product:1"}, since=between)
