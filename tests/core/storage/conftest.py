"""A migrated database for each test, copied from a template."""

from collections.abc import AsyncIterator

import pytest

from core.storage.migrate import migrate
from core.storage.postgres import Database, connect


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = connect(database_url)
    await migrate(database)
    yield database
    await database.close()
