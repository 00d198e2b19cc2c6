"""The pool: bounds, timeouts, and the driver's errors in our words."""

import asyncio
import socket
import time
from datetime import timedelta

import asyncpg
import pytest
import structlog

from core.errors import AisleError, ConflictError, InvalidInputError, SetupError, UnavailableError
from core.resilience import POSTGRES, Breaker
from core.storage.postgres import Database, PoolPolicy, connect, load_queries
from core.storage.postgres_errors import to_aisle

NOWHERE = "postgresql://nobody:none@127.0.0.1:9/none"
SLEEP = {"test.sleep": "select pg_sleep($1)"}


def test_every_statement_has_its_own_name() -> None:
    names = load_queries()
    assert {"products.upsert", "outbox.read", "events.append", "jobs.enqueue"} <= names.keys()
    assert all(sql and "-- name:" not in sql for sql in names.values())


async def test_a_statement_that_takes_too_long_is_ended(migrated_url: str) -> None:
    database = connect(migrated_url, PoolPolicy(statement_timeout=timedelta(milliseconds=100)))
    database.queries = SLEEP
    with pytest.raises(UnavailableError, match="too long"):
        await database.rows("test.sleep", 5.0)
    await database.close()


async def test_background_work_may_take_longer(migrated_url: str) -> None:
    database = connect(migrated_url, PoolPolicy(statement_timeout=timedelta(milliseconds=100)))
    database.queries = SLEEP
    async with database.patient() as session:
        await session.rows("test.sleep", 0.3)
    with pytest.raises(UnavailableError, match="too long"):
        await database.rows("test.sleep", 5.0)
    await database.close()


async def test_who_finds_every_connection_in_use_waits_a_bounded_time(migrated_url: str) -> None:
    database = connect(migrated_url, PoolPolicy(size=1, overflow=1, wait=timedelta(milliseconds=100)))
    async with database.session(), database.session():
        with pytest.raises(UnavailableError, match="in use"):
            await database.ping()
    await database.ping()
    assert database.breaker.state == "closed"
    await database.close()


async def test_a_hundred_at_once_share_the_pool(migrated_url: str) -> None:
    database = connect(migrated_url, PoolPolicy(size=2, overflow=1, wait=timedelta(seconds=20)))
    await asyncio.gather(*(database.ping() for _ in range(100)))
    assert database.stats().open <= 3
    await database.close()


async def test_a_slow_statement_is_logged_by_its_name_without_values(migrated_url: str) -> None:
    database = connect(migrated_url, PoolPolicy(slow_query=timedelta(milliseconds=20)))
    database.queries = {"test.sleep": "select pg_sleep(0.05), $1::text"}
    with structlog.testing.capture_logs() as logs:
        await database.rows("test.sleep", "secret")
    [entry] = [entry for entry in logs if entry["event"] == "slow_query"]
    assert entry["sql"] == "test.sleep"
    assert entry["latency_ms"] >= 50
    assert "secret" not in str(logs)
    await database.close()


async def test_a_cancelled_caller_gives_its_connection_back(migrated_url: str) -> None:
    database = connect(migrated_url, PoolPolicy(size=1, overflow=0))
    database.queries = SLEEP
    waiting = asyncio.create_task(database.rows("test.sleep", 30.0))
    await asyncio.sleep(0.1)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await database.ping()
    await database.close()


async def test_postgres_away_is_known_at_once_and_then_not_even_asked() -> None:
    breaker = Breaker("postgres", POSTGRES, lambda: 0.0)
    database = connect(NOWHERE, breaker=breaker)
    for _ in range(POSTGRES.min_calls):
        with pytest.raises(UnavailableError):
            await database.ping()
    assert breaker.state == "open"
    with pytest.raises(UnavailableError, match="circuit"):
        await database.ping()
    await database.close()


async def test_a_host_that_swallows_connections_fails_in_under_a_second() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:  # the kernel takes the connection, nobody ever answers
        database = connect(f"postgresql://a:b@127.0.0.1:{server.getsockname()[1]}/c")
        started = time.monotonic()
        with pytest.raises(UnavailableError):
            await database.ping()
        assert time.monotonic() - started < 5  # a hang would be a minute
        await database.close()


async def test_wrong_requests_do_not_open_the_circuit(database: Database) -> None:
    database.queries = {"test.bad": "select 1 / $1::int"}
    for _ in range(POSTGRES.min_calls * 2):
        with pytest.raises(InvalidInputError):
            await database.rows("test.bad", 0)
    assert database.breaker.state == "closed"


async def test_a_value_that_postgres_cannot_hold_is_invalid_input(database: Database) -> None:
    for value in ("\x00", 1):
        with pytest.raises(InvalidInputError):
            await database.rows("products.get", [value])


async def test_a_schema_that_is_not_there_is_a_matter_of_setup(database_url: str) -> None:
    database = connect(database_url)
    with pytest.raises(SetupError, match="migrations"):
        await database.rows("products.count")
    await database.close()


async def test_a_url_that_is_none_is_a_matter_of_setup() -> None:
    with pytest.raises(SetupError):
        await connect("postgresql://host:port:nonsense/x").ping()


def test_the_password_does_not_show_in_what_is_printed() -> None:
    assert "hunter2" not in repr(connect("postgresql://aisle:hunter2@127.0.0.1/x"))


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (asyncpg.UniqueViolationError("x"), ConflictError),
        (asyncpg.DeadlockDetectedError("x"), ConflictError),
        (asyncpg.CheckViolationError("x"), InvalidInputError),
        (asyncpg.NumericValueOutOfRangeError("x"), InvalidInputError),
        (asyncpg.TooManyConnectionsError("x"), UnavailableError),
        (asyncpg.DiskFullError("x"), UnavailableError),
        (asyncpg.exceptions.AdminShutdownError("x"), UnavailableError),
        (asyncpg.ConnectionDoesNotExistError("x"), UnavailableError),
        (asyncpg.InterfaceError("connection is closed"), UnavailableError),
        (ConnectionResetError(), UnavailableError),
        (TimeoutError(), UnavailableError),
        (asyncpg.PostgresSyntaxError("near secret"), AisleError),
    ],
)
def test_a_drivers_error_becomes_ours_and_repeats_nothing(error: Exception, meaning: type[AisleError]) -> None:
    ours = to_aisle(error)
    assert type(ours) is meaning
    assert "secret" not in str(ours)
