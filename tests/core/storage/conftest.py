"""A migrated database for each test, copied from a template that is migrated once."""

from collections.abc import AsyncIterator
from itertools import count

import asyncpg
import pytest

from core.storage.migrate import migrate
from core.storage.postgres import Database, connect
from core.storage.servers.postgres import PostgresServer

NUMBERS = count()


@pytest.fixture(scope="session")
async def template(shared_postgres: PostgresServer) -> str:
    database = connect(await shared_postgres.create_database("template_stores"))
    await migrate(database)
    await database.close()
    return "template_stores"


@pytest.fixture
async def migrated_url(shared_postgres: PostgresServer, template: str) -> AsyncIterator[str]:
    """A database with the schema in it, for one test."""
    name = f"stores_{next(NUMBERS)}"
    admin = await asyncpg.connect(shared_postgres.url())
    await admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    yield shared_postgres.url(name)
    await admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await admin.close()


@pytest.fixture
async def database(migrated_url: str) -> AsyncIterator[Database]:
    database = connect(migrated_url)
    yield database
    await database.close()
