"""Brings the schema up to date: `migrations/NNNN_<name>.sql`, each applied once, in order, forward only.

Any number of processes may start at once: an advisory lock lets one of them do it while the others wait.
"""

import hashlib
import re
from importlib import resources

import structlog

from core.catalog import Frozen
from core.errors import SetupError
from core.storage.postgres import Connection, Database
from core.storage.postgres_errors import DRIVER_ERRORS, to_aisle

LOCK = 0x4149534C45  # "AISLE": any constant that nobody else takes

log = structlog.get_logger(__name__)

_LEDGER = """
create table if not exists schema_migrations (
  version int primary key, name text not null, checksum text not null, applied_at timestamptz not null default now()
)
"""


class Migration(Frozen):
    """One step of the schema."""

    version: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """Of the text, so that an edited step is noticed."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def load_migrations() -> tuple[Migration, ...]:
    """The steps this version of the code brings along, in order."""
    found = (
        Migration(version=int(match[1]), name=match[2], sql=file.read_text(encoding="utf-8"))
        for file in (resources.files("core.storage") / "migrations").iterdir()
        if (match := re.fullmatch(r"(\d{4})_(\w+)\.sql", file.name))
    )
    return tuple(sorted(found, key=lambda step: step.version))


def pending(steps: tuple[Migration, ...], applied: dict[int, str]) -> tuple[Migration, ...]:
    """What is still to do. `applied`: version → checksum. Raises `SetupError` when an applied step was edited.

    Versions this code does not know are fine: a newer release is being rolled out beside us.
    """
    for step in steps:
        if applied.get(step.version, step.checksum) != step.checksum:
            raise SetupError(f"Migration {step.version:04} was changed after it had been applied.")
    return tuple(step for step in steps if step.version not in applied)


async def migrate(database: Database, steps: tuple[Migration, ...] | None = None) -> tuple[int, ...]:
    """Apply what is pending and answer the versions applied. Raises `UnavailableError`, `SetupError`."""
    connection = await database.dedicated()
    try:
        await connection.execute("select pg_advisory_lock($1)", LOCK)  # released when the connection closes
        done = await _apply(connection, load_migrations() if steps is None else steps)
        if await connection.fetchval("select to_regprocedure('outbox_mend()') is not null"):
            await connection.execute("select outbox_mend()")
    except DRIVER_ERRORS as error:
        raise to_aisle(error) from error
    finally:
        await connection.close()
    return done


async def _apply(connection: Connection, steps: tuple[Migration, ...]) -> tuple[int, ...]:
    await connection.execute(_LEDGER)
    rows = await connection.fetch("select version, checksum from schema_migrations")
    todo = pending(steps, {row["version"]: row["checksum"] for row in rows})
    for step in todo:
        async with connection.transaction():
            await connection.execute(step.sql)
            await connection.execute(
                "insert into schema_migrations (version, name, checksum) values ($1, $2, $3)",
                step.version,
                step.name,
                step.checksum,
            )
        log.info("migration_applied", version=step.version, name=step.name)
    return tuple(step.version for step in todo)
