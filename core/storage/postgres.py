"""One bounded pool to Postgres: named SQL, timeouts, a circuit breaker, and driver errors turned into ours.

SQL lives in `queries/<noun>.sql`, each statement under `-- name: <statement>`; it is asked for as `<noun>.<statement>`.
Logs and errors carry that name, never the values.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from importlib import resources
from typing import TYPE_CHECKING, TypeVar

import asyncpg
import orjson
import structlog

from core.catalog import Frozen
from core.errors import SetupError, UnavailableError
from core.resilience import POSTGRES, Breaker
from core.storage.postgres_errors import DRIVER_ERRORS, to_aisle

if TYPE_CHECKING:  # generic in the stubs only
    Connection = asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]
    Pool = asyncpg.Pool[asyncpg.Record]
else:
    Connection = asyncpg.Connection
    Pool = asyncpg.Pool

Row = asyncpg.Record
Queries = Mapping[str, str]
T = TypeVar("T")

CONNECT_TIMEOUT = timedelta(milliseconds=800)  # a dead host must fail in under a second
CLIENT_GRACE = timedelta(seconds=1)  # the server's own statement timeout should speak first
PATIENCE = timedelta(minutes=30)  # for a statement of a background job
IDLE_IN_TRANSACTION = timedelta(minutes=1)  # an abandoned transaction would hold the outbox back (see outbox.py)

log = structlog.get_logger(__name__)


class PoolPolicy(Frozen):
    """How many connections, and how long anybody waits for what."""

    size: int = 20
    overflow: int = 10
    wait: timedelta = timedelta(seconds=2)  # for a free connection
    statement_timeout: timedelta = timedelta(seconds=5)
    slow_query: timedelta = timedelta(milliseconds=100)
    idle_for: timedelta = timedelta(minutes=2)  # a connection unused this long is closed


class PoolStats(Frozen):
    """What the pool holds right now."""

    open: int
    idle: int
    limit: int


def load_queries() -> Queries:
    """Every statement of `queries/*.sql` by `<noun>.<statement>`."""
    found: dict[str, str] = {}
    for file in (resources.files("core.storage") / "queries").iterdir():
        noun, _, ext = file.name.rpartition(".")
        if ext == "sql":
            parts = re.split(r"^-- name: (\w+)\n", file.read_text(encoding="utf-8"), flags=re.M)
            found |= {f"{noun}.{name}": sql.strip() for name, sql in zip(parts[1::2], parts[2::2], strict=True)}
    return found


@dataclass(frozen=True)
class Session:
    """One connection with the named statements. Raises only `core.errors`."""

    connection: Connection
    queries: Queries
    slow_query: timedelta
    timeout: float | None = None  # seconds; None: the pool's own

    async def rows(self, name: str, *args: object) -> list[Row]:
        """All rows of a statement."""
        return await self._timed(name, self.connection.fetch(self.queries[name], *args, timeout=self.timeout))

    async def row(self, name: str, *args: object) -> Row | None:
        """The first row, if any."""
        return await self._timed(name, self.connection.fetchrow(self.queries[name], *args, timeout=self.timeout))

    async def number(self, name: str, *args: object) -> int:
        """The one number a statement answers."""
        return int(await self._timed(name, self.connection.fetchval(self.queries[name], *args, timeout=self.timeout)))

    async def execute(self, name: str, *args: object) -> int:
        """Run a statement; answers how many rows it touched."""
        status = await self._timed(name, self.connection.execute(self.queries[name], *args, timeout=self.timeout))
        count = status.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    async def _timed(self, name: str, work: Awaitable[T]) -> T:
        start = time.perf_counter()
        try:
            return await work
        finally:
            took = timedelta(seconds=time.perf_counter() - start)
            if took > self.slow_query:
                log.warning("slow_query", sql=name, latency_ms=round(took / timedelta(milliseconds=1), 1))


@dataclass
class Database:
    """The pool. Opens lazily: a process may start, and serve what needs no Postgres, while Postgres is down."""

    url: str = field(repr=False)  # holds the password
    policy: PoolPolicy
    breaker: Breaker
    queries: Queries = field(default_factory=load_queries, repr=False)
    _pool: Pool | None = None

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Session]:
        """A connection for a few statements. Raises `UnavailableError` at once while the circuit is open."""
        if not self.breaker.allow():
            raise UnavailableError("Postgres is not available (circuit open).")
        try:
            connection = await self._acquire()
        except DRIVER_ERRORS as error:
            if not self._saturated:
                self.breaker.failed()
                raise to_aisle(error) from error
            raise UnavailableError("Every database connection is in use.") from error
        try:
            yield Session(connection, self.queries, self.policy.slow_query)
        except DRIVER_ERRORS as error:
            ours = to_aisle(error)
            self.breaker.failed() if isinstance(ours, UnavailableError) else self.breaker.succeeded()
            raise ours from error
        else:
            self.breaker.succeeded()
        finally:
            await self._release(connection)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Session]:
        """A session whose statements are committed together, or not at all."""
        async with self.session() as session, session.connection.transaction():
            yield session

    @asynccontextmanager
    async def patient(self) -> AsyncIterator[Session]:
        """A transaction for work that nobody waits for: a statement may take `PATIENCE`, and is not logged as slow."""
        async with self.transaction() as session:
            await session.connection.execute(f"set local statement_timeout = '{_ms(PATIENCE)}'")
            yield replace(session, timeout=PATIENCE.total_seconds(), slow_query=PATIENCE)

    async def rows(self, name: str, *args: object) -> list[Row]:
        """All rows of a statement, on a connection of its own."""
        async with self.session() as session:
            return await session.rows(name, *args)

    async def row(self, name: str, *args: object) -> Row | None:
        """The first row of a statement, if any."""
        async with self.session() as session:
            return await session.row(name, *args)

    async def number(self, name: str, *args: object) -> int:
        """The one number a statement answers."""
        async with self.session() as session:
            return await session.number(name, *args)

    async def execute(self, name: str, *args: object) -> int:
        """Run a statement; answers how many rows it touched."""
        async with self.session() as session:
            return await session.execute(name, *args)

    async def ping(self) -> None:
        """Ask for nothing. Raises `UnavailableError`."""
        async with self.session() as session:
            await session.connection.execute("select 1")

    async def dedicated(self) -> Connection:
        """A connection outside the pool, for LISTEN; the caller closes it. Raises `UnavailableError`."""
        try:
            return await asyncpg.connect(self.url, timeout=CONNECT_TIMEOUT.total_seconds())
        except DRIVER_ERRORS as error:
            raise to_aisle(error) from error

    def stats(self) -> PoolStats:
        """For the metrics."""
        limit = self.policy.size + self.policy.overflow
        if self._pool is None:
            return PoolStats(open=0, idle=0, limit=limit)
        return PoolStats(open=self._pool.get_size(), idle=self._pool.get_idle_size(), limit=limit)

    async def close(self) -> None:
        """Give running statements a moment, then close every connection."""
        if self._pool is None:
            return
        try:
            await asyncio.wait_for(self._pool.close(), self.policy.statement_timeout.total_seconds())
        except TimeoutError:
            self._pool.terminate()

    @property
    def _saturated(self) -> bool:
        stats = self.stats()
        return stats.idle == 0 and stats.open >= stats.limit

    async def _acquire(self) -> Connection:
        if self._pool is None:
            self._pool = _pool(self.url, self.policy)
        # Awaiting a pool that is already open is a no-op; it opens no connection of its own (min_size=0).
        await self._pool
        try:
            return await self._pool.acquire(timeout=self.policy.wait.total_seconds())
        except ValueError as error:  # only met when the URL is taken apart
            raise SetupError("The database URL is not valid.") from error

    async def _release(self, connection: Connection) -> None:
        assert self._pool is not None
        with suppress(*DRIVER_ERRORS):  # it died in our hands: the pool has ended it and opens another
            await self._pool.release(connection, timeout=CLIENT_GRACE.total_seconds())  # type: ignore[arg-type]


def connect(url: str, policy: PoolPolicy | None = None, breaker: Breaker | None = None) -> Database:
    """A database that opens on first use. `url`: `postgresql://user:password@host:port/name`."""
    return Database(url, policy or PoolPolicy(), breaker or Breaker("postgres", POSTGRES, time.monotonic))


def _pool(url: str, policy: PoolPolicy) -> Pool:
    return asyncpg.create_pool(
        url,
        min_size=0,
        # asyncpg reuses the warmest connection first, so what goes beyond the usual size idles out by itself.
        max_size=policy.size + policy.overflow,
        max_inactive_connection_lifetime=policy.idle_for.total_seconds(),
        timeout=CONNECT_TIMEOUT.total_seconds(),
        command_timeout=(policy.statement_timeout + CLIENT_GRACE).total_seconds(),
        init=_prepare,
        server_settings={
            "application_name": "aisle",
            "statement_timeout": _ms(policy.statement_timeout),
            "idle_in_transaction_session_timeout": _ms(IDLE_IN_TRANSACTION),
        },
    )


async def _prepare(connection: Connection) -> None:
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        format="binary",
        encoder=lambda value: b"\x01" + orjson.dumps(value),
        decoder=lambda data: orjson.loads(data[1:]),
    )


def _ms(duration: timedelta) -> str:
    return str(int(duration / timedelta(milliseconds=1)))
