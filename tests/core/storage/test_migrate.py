"""Bringing the schema up to date, on a real Postgres."""

import asyncio
import subprocess
import sys

import pytest

from core.errors import AisleError, SetupError, UnavailableError
from core.storage.migrate import Migration, load_migrations, migrate, pending
from core.storage.postgres import Database, connect

ONE = Migration(version=1, name="one", sql="create table one (id int)")
TWO = Migration(version=2, name="two", sql="select pg_sleep(0.2); create table two (id int)")
BROKEN = Migration(version=2, name="broken", sql="create table three (id int); select 1 / 0")


async def tables(database: Database) -> set[str]:
    async with database.session() as session:
        rows = await session.connection.fetch("select tablename from pg_tables where schemaname = 'public'")
    return {row["tablename"] for row in rows}


async def test_every_step_is_applied_once_in_order(database_url: str) -> None:
    database = connect(database_url)
    assert await migrate(database) == tuple(step.version for step in load_migrations())
    assert await migrate(database) == ()
    assert {"products", "changes", "events", "embeddings", "loads", "procrastinate_jobs"} <= await tables(database)
    await database.close()


async def test_steps_are_numbered_without_gap_or_double() -> None:
    steps = load_migrations()
    assert [step.version for step in steps] == list(range(1, len(steps) + 1))


async def test_of_many_who_migrate_at_once_one_does_it(database_url: str) -> None:
    databases = [connect(database_url) for _ in range(6)]
    applied = await asyncio.gather(*(migrate(database, (ONE, TWO)) for database in databases))
    assert sorted(applied, key=len) == [*[()] * 5, (1, 2)]
    for database in databases:
        await database.close()


async def test_two_processes_may_migrate_at_once(database_url: str) -> None:
    code = (
        "import asyncio, sys; from core.storage.migrate import migrate; from core.storage.postgres import connect\n"
        "print(len(asyncio.run(migrate(connect(sys.argv[1])))))"
    )
    command = [sys.executable, "-c", code, database_url]
    running = [await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE) for _ in range(2)]
    counts = [int((await process.communicate())[0].split()[-1]) for process in running]
    assert sorted(counts) == [0, len(load_migrations())]


async def test_a_step_that_fails_leaves_nothing_of_itself(database_url: str) -> None:
    database = connect(database_url)
    with pytest.raises(AisleError):
        await migrate(database, (ONE, BROKEN))
    assert await tables(database) == {"schema_migrations", "one"}
    assert await migrate(database, (ONE, TWO)) == (2,)
    await database.close()


async def test_a_step_edited_after_it_was_applied_is_refused(database_url: str) -> None:
    database = connect(database_url)
    await migrate(database, (ONE,))
    with pytest.raises(SetupError, match="0001"):
        await migrate(database, (ONE.model_copy(update={"sql": "create table other (id int)"}),))
    await database.close()


def test_steps_of_a_newer_release_are_left_alone() -> None:
    assert pending((ONE,), {1: ONE.checksum, 2: "unknown here"}) == ()


async def test_a_database_that_is_not_there_is_said_to_be_unavailable() -> None:
    with pytest.raises(UnavailableError):
        await migrate(connect("postgresql://nobody:none@127.0.0.1:9/none"))


async def test_a_wrong_password_is_a_matter_of_setup(database_url: str) -> None:
    wrong = database_url.replace("aisle:", "aisle:wrong", 1)
    with pytest.raises(SetupError):
        await migrate(connect(wrong))
