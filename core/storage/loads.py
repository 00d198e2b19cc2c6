"""How far each file has been loaded, so that a load cut off half-way resumes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from core.catalog import Frozen
from core.errors import ConflictError
from core.storage.postgres import Database


class Progress(Frozen):
    """Where a load stands. Save it after the products it counts: doing a batch again is harmless, losing one is not."""

    position: int = 0  # bytes or rows read, as the reader counts
    done: int = 0
    rejected: int = 0
    finished: bool = False


@dataclass(frozen=True)
class LoadStore:
    """Progress by source. `source` identifies the file as it is: path, size, modification time, column mapping."""

    database: Database

    async def get(self, source: str) -> Progress | None:
        """Where the load of this source stands; None when it never began."""
        row = await self.database.row("loads.get", source)
        return None if row is None else Progress.model_construct(**dict(row))

    async def put(self, source: str, progress: Progress, now: datetime) -> None:
        """Remember it."""
        values = (progress.position, progress.done, progress.rejected, progress.finished)
        await self.database.execute("loads.put", source, *values, now)

    @asynccontextmanager
    async def claim(self, source: str) -> AsyncIterator[None]:
        """Be the only one who loads this source, else `ConflictError`; a process that dies lets go of it."""
        connection = await self.database.dedicated()
        try:
            if not await connection.fetchval(self.database.queries["loads.claim"], source):
                raise ConflictError("This file is being loaded by another process.")
            yield
        finally:
            await connection.close()
