"""Opens and closes the live things, in order. Knows nothing above it.

Nothing here waits for a server: with Postgres or Redis away the process starts, answers from the index on disk, and
says so in its health.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.config import Settings
from core.encoder import Encoder
from core.errors import AisleError
from core.resilience import REDIS, Breaker
from core.storage.artefact_bucket import open_artefacts
from core.storage.cache import LayeredCache
from core.storage.cache_redis import connect_cache
from core.storage.embeddings import EmbeddingStore
from core.storage.events import EventStore
from core.storage.index.embedding import Embedding
from core.storage.index.follower import Follower, Live
from core.storage.index.generations import Generations
from core.storage.jobs import Jobs
from core.storage.loads import LoadStore
from core.storage.outbox import Outbox
from core.storage.parts import parts
from core.storage.postgres import Database, PoolPolicy, connect
from core.storage.products import ProductStore
from core.storage.scratch import own_folder
from core.storage.servers.postgres import PostgresServer
from core.storage.servers.valkey import ValkeyServer
from core.telemetry import Part

FIRST_INDEX = timedelta(seconds=30)  # how long a start waits for the index on disk before it serves without


@dataclass(frozen=True)
class Resources:
    """The live things of one process."""

    settings: Settings
    database: Database
    products: ProductStore
    events: EventStore
    outbox: Outbox
    loads: LoadStore
    jobs: Jobs
    cache: LayeredCache
    generations: Generations
    encoder: Encoder
    embedding: Embedding
    live: Live
    threads: Executor

    @property
    def result_ttl(self) -> timedelta:
        """How long results may be reused."""
        return self.settings.result_ttl

    def index_version(self) -> str:
        """The generation that answers are made from just now."""
        snapshot = self.live.snapshot
        return snapshot.about.version if snapshot else "none"

    async def parts(self) -> tuple[Part, ...]:
        """How each part is doing; never raises, never waits."""
        return parts(self.database, self.cache, self.live, datetime.fromtimestamp(time.time(), UTC))


@asynccontextmanager
async def open_servers(settings: Settings) -> AsyncIterator[tuple[str, str]]:
    """URLs of Postgres and Redis: the settings' own, or embedded servers kept for as long as this is open."""
    async with AsyncExitStack() as stack:
        if settings.database_url is not None:
            postgres = settings.database_url.get_secret_value()
        else:
            postgres = (await stack.enter_async_context(PostgresServer(settings.data_dir))).url()
        if settings.redis_url is not None:
            redis = settings.redis_url.get_secret_value()
        else:
            redis = (await stack.enter_async_context(ValkeyServer(settings.data_dir))).url()
        yield postgres, redis


@asynccontextmanager
async def open_resources(settings: Settings, *, follow: bool = True) -> AsyncIterator[Resources]:
    """Everything a process needs. `follow`: keep an index open and fresh (a batch command needs none)."""
    async with AsyncExitStack() as stack:
        postgres, redis = await stack.enter_async_context(open_servers(settings))
        resources = await _build(settings, postgres, redis, stack)
        if follow:
            await _follow(resources, stack)
        yield resources


async def _build(settings: Settings, postgres: str, redis: str, stack: AsyncExitStack) -> Resources:
    policy = PoolPolicy(
        size=settings.pool_size,
        overflow=settings.pool_overflow,
        statement_timeout=settings.statement_timeout,
        slow_query=settings.slow_query,
    )
    database = connect(postgres, policy=policy)
    stack.push_async_callback(database.close)
    cache = LayeredCache(shared=connect_cache(redis, settings.namespace, Breaker("redis", REDIS, time.monotonic)))
    cache.start()
    stack.push_async_callback(cache.close)
    outbox = Outbox(database)
    stack.push_async_callback(outbox.close)
    encoder = await asyncio.to_thread(Encoder.load, settings.embed_threads)
    stack.callback(encoder.close)
    threads = stack.enter_context(ThreadPoolExecutor(settings.search_threads, thread_name_prefix="search"))
    artefacts = open_artefacts(settings.artefacts_url or settings.data_dir / "artefacts")
    return Resources(
        settings=settings,
        database=database,
        products=ProductStore(database),
        events=EventStore(database),
        outbox=outbox,
        loads=LoadStore(database),
        jobs=Jobs(database),
        cache=cache,
        generations=Generations(artefacts, settings.data_dir / "scratch"),
        encoder=encoder,
        embedding=Embedding(EmbeddingStore(database, encoder.model), encoder),
        live=Live(),
        threads=threads,
    )


async def _follow(resources: Resources, stack: AsyncExitStack) -> None:
    scratch = own_folder(resources.settings.data_dir / "scratch")
    stack.callback(scratch.cleanup)

    async def rebuild(version: str) -> None:
        await ask_for_rebuild(resources.jobs, version)

    async def drop(tags: Sequence[str]) -> None:
        await resources.cache.invalidate(tags)

    follower = Follower(
        live=resources.live,
        generations=resources.generations,
        changes=resources.outbox,
        products=resources.products,
        embed=resources.embedding,
        changed=drop,
        broken=rebuild,
        scratch=Path(scratch.name),
        interval=resources.settings.follow_interval,
    )
    await follower.start(FIRST_INDEX)
    task = asyncio.create_task(follower.run(), name="index-follower")
    stack.push_async_callback(_stop, task)


async def ask_for_rebuild(jobs: Jobs, version: str) -> None:
    """Have the index built anew; while Postgres is away nobody can be asked, and the follower asks again."""
    try:
        await jobs.enqueue("rebuild_index", {"instead_of": version}, lock="rebuild_index")
    except AisleError:
        return


async def _stop(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
