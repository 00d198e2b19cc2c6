"""A migrated database, emptied for each test (making one anew takes ten times as long)."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from core.storage.migrate import migrate
from core.storage.postgres import Database, connect
from core.storage.servers.postgres import PostgresServer

EMPTY = """
truncate products, product_texts, changes, events, event_ids, embeddings, loads, job_results, procrastinate_jobs,
  procrastinate_events, procrastinate_periodic_defers, procrastinate_workers restart identity cascade;
update outbox set pruned_to = 0, xid_offset = 0;
select drop_event_months('2100-01-01');
"""


@pytest.fixture(scope="session")
async def stores_url(shared_postgres: PostgresServer) -> str:
    url = await shared_postgres.create_database("stores")
    database = connect(url)
    await migrate(database)
    await database.close()
    return url


@pytest.fixture
async def migrated_url(stores_url: str) -> str:
    """A database with the schema in it and nothing else."""
    connection = await asyncpg.connect(stores_url)
    await connection.execute(EMPTY)
    await connection.close()
    return stores_url


@pytest.fixture
async def database(migrated_url: str) -> AsyncIterator[Database]:
    database = connect(migrated_url)
    yield database
    await database.close()
