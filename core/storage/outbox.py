"""The change outbox: what every process follows to update its indexes and drop its cached answers.

Rows are written by triggers in the transaction that changes a product. A reader never skips a change that commits
late; how is explained in `migrations/0002_outbox.sql`. The price: one long transaction that writes anything in this
cluster holds every reader back until it ends, so writers commit in small chunks.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol

from core.catalog import Frozen
from core.errors import AisleError, NotFoundError
from core.storage.postgres import Connection, Database, Row
from core.storage.postgres_errors import DRIVER_ERRORS

Kind = Literal["content", "price", "stock", "delete"]
CHANNEL = "changes"


class Change(Frozen):
    """One product changed. `price` and `stock` leave its text as it was; `content` is all else, or a new product."""

    position: int
    product_id: str
    kind: Kind
    at: datetime


class Changes(Protocol):
    """What an outbox does; `Outbox` and its memory twin."""

    async def read(self, after: int, limit: int = 1000) -> list[Change]:
        """The changes after a position, oldest first.

        Raises `NotFoundError` when changes after it have been pruned, or it is not a position of this history
        (a restored database): the reader must rebuild from the catalogue.
        """
        ...

    async def latest(self) -> int:
        """The position a reader that knows the catalogue as it is now may start from (0: nothing ever changed)."""
        ...

    async def wait(self, at_most: timedelta) -> bool:
        """Until something may have changed, or the time is over; True when woken."""
        ...

    async def prune(self, before: datetime) -> None:
        """Forget changes older than this."""
        ...


@dataclass
class Outbox:
    """The outbox in Postgres."""

    database: Database
    _connection: Connection | None = None
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    async def read(self, after: int, limit: int = 1000) -> list[Change]:
        """See `Changes`."""
        rows = await self.database.rows("outbox.read", after, limit)
        if not rows[0]["pruned_to"] <= after < rows[0]["horizon"]:
            raise NotFoundError(f"The outbox does not hold what came after position {after}.")
        return [_change(row) for row in rows if row["position"] is not None]

    async def latest(self) -> int:
        """See `Changes`."""
        return await self.database.number("outbox.latest")

    async def prune(self, before: datetime) -> None:
        """See `Changes`."""
        await self.database.execute("outbox.prune", before)

    async def wait(self, at_most: timedelta) -> bool:
        """See `Changes`. Listens on a connection of its own, opened again when lost; without one it only waits."""
        if not await self._listening():
            await asyncio.sleep(at_most.total_seconds())
            return False
        try:
            await asyncio.wait_for(self._woken.wait(), at_most.total_seconds())
        except TimeoutError:
            return False
        self._woken.clear()
        return True

    async def close(self) -> None:
        """Stop listening."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.terminate()

    async def _listening(self) -> bool:
        if self._connection is not None and not self._connection.is_closed():
            return True
        try:
            self._connection = await self.database.dedicated()
            await self._connection.add_listener(CHANNEL, self._wake)
        except (AisleError, *DRIVER_ERRORS):
            return False
        self._woken.set()  # whatever was said while nobody listened
        return True

    def _wake(self, *_: object) -> None:
        self._woken.set()


def _change(row: Row) -> Change:
    return Change.model_construct(
        position=row["position"], product_id=row["product_id"], kind=row["kind"], at=row["at"]
    )
