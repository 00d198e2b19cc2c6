"""What happens when Postgres or Redis dies under us and comes back. Nothing is lost, nobody hangs."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from core.catalog import Product
from core.errors import UnavailableError
from core.resilience import POSTGRES, REDIS, Breaker
from core.storage.cache import Filled, LayeredCache
from core.storage.cache_local import LocalCache
from core.storage.cache_redis import connect_cache
from core.storage.jobs import Jobs, Task
from core.storage.migrate import migrate
from core.storage.outbox import Outbox
from core.storage.postgres import connect
from core.storage.products import ProductStore
from core.storage.servers.postgres import PostgresServer
from core.storage.servers.valkey import ValkeyServer

NOW = datetime(2026, 11, 1, tzinfo=UTC)
TTL = timedelta(minutes=5)
PATIENT = timedelta(seconds=2)  # the test machine may be busy


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def product(number: int) -> Product:
    return Product(id=f"p{number}", title="Thing")


async def test_postgres_stopped_and_started_under_us(postgres_server: PostgresServer) -> None:
    clock = Clock()
    database = connect(postgres_server.url(), breaker=Breaker("postgres", POSTGRES, clock))
    await migrate(database)
    store, outbox = ProductStore(database), Outbox(database)
    await store.upsert_many([product(1)], NOW)
    position = await outbox.latest()
    await outbox.wait(timedelta(milliseconds=50))
    await asyncio.gather(*(database.ping() for _ in range(5)))  # several connections will be found dead

    await postgres_server.stop()
    for _ in range(20):
        started = time.monotonic()
        with pytest.raises(UnavailableError):
            await store.get(["p1"])
        assert time.monotonic() - started < 5  # nobody hangs
    assert database.breaker.state == "open"
    assert not await outbox.wait(timedelta(milliseconds=50))

    await postgres_server.start()
    with pytest.raises(UnavailableError):
        await store.get(["p1"])  # not asked before its time
    clock.now += POSTGRES.open_for.total_seconds()
    assert [each.id for each in await store.get(["p1"])] == ["p1"]
    assert database.breaker.state == "closed"
    await store.upsert_many([product(2)], NOW)
    assert [change.product_id for change in await outbox.read(position)] == ["p2"]
    assert await outbox.wait(timedelta(seconds=5))
    await outbox.close()
    await database.close()


async def test_postgres_killed_in_the_middle_of_a_load_loses_nothing_it_confirmed(
    postgres_server: PostgresServer,
) -> None:
    clock = Clock()
    database = connect(postgres_server.url(), breaker=Breaker("postgres", POSTGRES, clock))
    await migrate(database)
    store, confirmed, enough = ProductStore(database), 0, asyncio.Event()

    async def load() -> None:
        nonlocal confirmed
        for number in range(100_000):
            await store.upsert_many([product(number)], NOW)
            confirmed = number + 1
            if confirmed == 50:
                enough.set()

    loading = asyncio.create_task(load())
    await asyncio.wait_for(enough.wait(), 60)
    postgres_server.process.kill()
    with pytest.raises(UnavailableError):
        await loading
    await postgres_server.start()
    clock.now += POSTGRES.open_for.total_seconds()
    assert confirmed <= await store.count() <= confirmed + 1
    assert len(await Outbox(database).read(0, limit=1_000_000)) == await store.count()
    await database.close()


async def test_a_worker_goes_on_after_postgres_was_away(postgres_server: PostgresServer) -> None:
    clock = Clock()
    database = connect(postgres_server.url(), breaker=Breaker("postgres", POSTGRES, clock))
    await migrate(database)
    jobs, done = Jobs(database), asyncio.Queue[str]()

    async def work(arguments: Mapping[str, object]) -> None:
        await done.put(str(arguments["name"]))

    working = asyncio.create_task(jobs.run({"work": Task(run=work)}))
    await jobs.enqueue("work", {"name": "before"})
    assert await asyncio.wait_for(done.get(), 20) == "before"
    await postgres_server.stop()
    await asyncio.sleep(0.5)
    await postgres_server.start()
    clock.now += POSTGRES.open_for.total_seconds()
    await jobs.enqueue("work", {"name": "after"})
    assert await asyncio.wait_for(done.get(), 60) == "after"
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    await database.close()


async def test_redis_killed_and_back_under_us(valkey_server: ValkeyServer) -> None:
    clock = Clock()
    shared = connect_cache(valkey_server.url(), "shop", Breaker("redis", REDIS, clock), PATIENT)
    cache = LayeredCache(LocalCache(max_bytes=0), shared)  # no first layer: every look-up goes to Redis
    cache.start()
    fills = 0

    async def fill() -> Filled:
        nonlocal fills
        fills += 1
        return Filled(f"{fills}".encode(), {"product:1"})

    assert (await cache.fetch("a", TTL, fill)).value == b"1"
    assert (await cache.fetch("a", TTL, fill)).value == b"1"

    valkey_server.process.kill()
    for number in range(2, 12):
        assert (await cache.fetch("a", TTL, fill)).value == f"{number}".encode()  # slower, still right
    assert shared.breaker.state == "open"
    await cache.invalidate({"product:1"})  # Redis cannot hear this now
    with pytest.raises(UnavailableError):
        await shared.ping()

    await valkey_server.start()
    clock.now += REDIS.open_for.total_seconds()
    # It came back with the entry it had on disk; the drop it did not hear must come first.
    assert (await cache.fetch("a", TTL, fill)).value == b"12"
    assert (await cache.fetch("a", TTL, fill)).value == b"12"
    await shared.ping()
    await cache.close()


async def test_redis_back_after_a_restart_is_not_taken_for_broken(valkey_server: ValkeyServer) -> None:
    """Every pooled connection is dead then; that alone must not open the circuit."""
    shared = connect_cache(valkey_server.url(), "shop", Breaker("redis", REDIS, Clock()), PATIENT)
    await asyncio.gather(*(shared.get(f"k{n}") for n in range(5)))
    await valkey_server.stop()
    await valkey_server.start()
    assert all([(await shared.get(f"k{n}")).stamp for n in range(20)])
    assert shared.breaker.state == "closed"
    await shared.close()


async def test_another_process_drops_its_layer_when_messages_may_have_been_lost(valkey_server: ValkeyServer) -> None:
    cache = LayeredCache(
        LocalCache(), connect_cache(valkey_server.url(), "shop", Breaker("redis", REDIS, Clock()), PATIENT)
    )
    cache.start()
    await asyncio.sleep(0.3)
    await cache.set("a", b"1", TTL, {"search"}, (await cache.get("a")).stamp)
    assert cache.local.look("a")[0] == b"1"
    await valkey_server.stop()
    for _ in range(200):
        if cache.local.look("a")[0] is None:
            break
        await asyncio.sleep(0.02)
    assert cache.local.look("a")[0] is None
    await cache.close()
