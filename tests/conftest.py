"""Real servers for tests: embedded Postgres and Valkey in a folder of their own, gone at the end of the session."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import asyncpg
import pytest

from core.storage.servers.postgres import PostgresServer
from core.storage.servers.valkey import ValkeyServer

NUMBERS = count()


@pytest.fixture(scope="session")
def servers_dir() -> Iterator[Path]:
    """A data folder that the user the servers run as can reach (pytest's own temporary folders are closed)."""
    folder = Path(tempfile.mkdtemp(prefix="aisle-tests-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A fresh data folder for one test, open to the user the servers run as."""
    folder = Path(tempfile.mkdtemp(prefix="aisle-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
async def shared_postgres(servers_dir: Path) -> AsyncIterator[PostgresServer]:
    """The session's Postgres. Not to be stopped: see `postgres_server`."""
    async with PostgresServer(servers_dir / "shared") as server:
        yield server


@pytest.fixture(scope="session")
async def shared_valkey(servers_dir: Path) -> AsyncIterator[ValkeyServer]:
    """The session's Valkey. Not to be stopped: see `valkey_server`."""
    async with ValkeyServer(servers_dir / "shared") as server:
        yield server


@pytest.fixture(scope="session")
def postgres_url(shared_postgres: PostgresServer) -> str:
    """A database that lives as long as the test session."""
    return shared_postgres.url()


@pytest.fixture
async def database_url(shared_postgres: PostgresServer) -> AsyncIterator[str]:
    """An empty database for one test."""
    name = f"test_{next(NUMBERS)}"
    yield await shared_postgres.create_database(name)
    connection = await asyncpg.connect(shared_postgres.url())
    await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await connection.close()


@pytest.fixture(scope="session")
def redis_url(shared_valkey: ValkeyServer) -> str:
    """A Redis-compatible server that lives as long as the test session."""
    return shared_valkey.url()


@pytest.fixture
async def postgres_server(servers_dir: Path) -> AsyncIterator[PostgresServer]:
    """A Postgres for one test to do its worst to: `stop()`, `process.kill()`, `start()` (same port, same data)."""
    async with PostgresServer(servers_dir / "faults") as server:
        yield server


@pytest.fixture
async def valkey_server(servers_dir: Path) -> AsyncIterator[ValkeyServer]:
    """A Valkey for one test to do its worst to."""
    async with ValkeyServer(servers_dir / "faults") as server:
        yield server
