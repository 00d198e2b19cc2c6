"""Keeps a process's index fresh: opens what is published, replays the outbox after it, and lets vectors follow texts.

A change is searchable by its words as soon as it is read; its vector comes a moment later. Replaying a change twice is
harmless: the product is always read as it is now.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Protocol

import numpy as np
import structlog
from numpy.typing import NDArray

from core.catalog import Product
from core.errors import AisleError, IndexCorruptError, NotFoundError
from core.storage.index.changes import apply, rescored, tags_of
from core.storage.index.snapshot import Snapshot, open_snapshot
from core.storage.outbox import Change, Changes

CHANGES = 500  # a step; more wait for the next, so that a bulk load does not hold a search back
EMBEDDED = 64  # vectors a step
AGAIN = timedelta(seconds=5)  # after a failure

log = structlog.get_logger(__name__)


class Shelf(Protocol):
    """Where changed products are read."""

    async def get(self, ids: Sequence[str]) -> list[Product]:
        """The products there are."""
        ...


class Generations(Protocol):
    """Where published generations are found."""

    async def current(self) -> str | None:
        """Version of the published one."""
        ...

    async def open(self, version: str) -> Path:
        """Its folder, checked against its checksums. Raises `IndexCorruptError`."""
        ...

    async def older(self, version: str) -> list[str]:
        """Complete versions before this one, newest first."""
        ...

    async def popularity_version(self) -> str | None:
        """Version of the published popularity."""
        ...

    async def popularity(self, version: str) -> dict[str, float]:
        """Product → score in [0, 1]."""
        ...


@dataclass
class Live:
    """The index as this process serves it; `snapshot` is replaced whole."""

    snapshot: Snapshot | None = None
    problem: str = "no index has been opened yet"
    lag: int = 0  # changes known of and not yet applied


@dataclass
class Follower:
    """One per process."""

    live: Live
    generations: Generations
    changes: Changes
    products: Shelf
    embed: Callable[[Sequence[Product]], Awaitable[NDArray[np.float32]]]
    changed: Callable[[Sequence[str]], Awaitable[None]]  # told the cache tags to drop, after changes are searchable
    broken: Callable[[str], Awaitable[None]]  # told the version that could not be opened or followed
    scratch: Path
    interval: timedelta
    _refused: set[str] = field(default_factory=set)
    _popularity: str | None = None  # version in the snapshot
    _torn: bool = False  # the working copy may have lost a change: open the generation anew

    async def start(self, patience: timedelta) -> None:
        """Open the published index, if it can be had in time; else serving begins without one."""
        try:
            async with asyncio.timeout(patience.total_seconds()):
                await self._reopen()
        except (AisleError, OSError, TimeoutError) as error:
            self.live.problem = str(error) or "the index could not be opened in time"

    async def run(self) -> None:
        """Follow until cancelled. A failure is logged and tried again; the index keeps answering as it last was."""
        while True:
            try:
                busy = await self.step()
            except (AisleError, OSError, ValueError, RuntimeError) as error:
                log.warning("index_follow_failed", error=str(error), kind=type(error).__name__)
                await asyncio.sleep(AGAIN.total_seconds())
                continue
            if not busy:
                await self.changes.wait(self.interval)

    async def step(self) -> bool:
        """One round; whether there may be more to do at once."""
        await self._reopen()
        snapshot = self.live.snapshot
        if snapshot is None:
            return False
        snapshot = self.live.snapshot = await self._popular(snapshot)
        try:
            changes = await self.changes.read(snapshot.position, CHANGES)
        except NotFoundError:  # too old to be followed
            await self.broken(snapshot.about.version)
            return False
        self.live.lag = len(changes)
        if changes:
            await self._follow(snapshot, changes)
        return await self._embed() or len(changes) == CHANGES

    async def _reopen(self) -> None:
        """Go over to what is published, once it has caught up with what is served now."""
        wanted, served = await self.generations.current(), self.live.snapshot
        if wanted is None or (served is not None and served.about.version == wanted and not self._torn):
            return
        versions = [wanted] if served is not None else [wanted, *await self.generations.older(wanted)]
        for version in versions:
            if version in self._refused or (fresh := await self._open(version)) is None:
                continue
            self.live.snapshot = await self._caught_up(fresh)
            self.live.problem, self._torn = "" if version == wanted else self.live.problem, False
            log.info("index_opened", version=version, products=fresh.about.products, position=fresh.position)
            return

    async def _open(self, version: str) -> Snapshot | None:
        """A generation, None if it is damaged: an alarm, and a rebuild is asked for."""
        try:
            folder = await self.generations.open(version)
            return await asyncio.to_thread(open_snapshot, folder, self.scratch / version)
        except IndexCorruptError as error:
            self._refused.add(version)
            self.live.problem = str(error)
            log.error("index_corrupt", version=version, error=str(error))  # noqa: TRY400 - this is the whole story
            await self.broken(version)
            return None

    async def _caught_up(self, fresh: Snapshot) -> Snapshot:
        """The generation with all that happened since, as far as it can be read: with Postgres away it serves as is."""
        self._popularity = None
        try:
            fresh = await self._popular(fresh)
            while changes := await self.changes.read(fresh.position, CHANGES):
                fresh = await self._moved(fresh, changes)
        except (AisleError, OSError) as error:
            if self.live.snapshot is not None:
                raise
            log.warning("index_not_caught_up", error=str(error), position=fresh.position)
        return fresh

    async def _popular(self, snapshot: Snapshot) -> Snapshot:
        version = await self.generations.popularity_version()
        if version is None or version == self._popularity:
            return snapshot
        scores = await self.generations.popularity(version)
        columns = await asyncio.to_thread(rescored, snapshot, scores)
        self._popularity = version
        return snapshot.moved(columns=columns)

    async def _moved(self, snapshot: Snapshot, changes: Sequence[Change]) -> Snapshot:
        found = {product.id: product for product in await self.products.get(list({c.product_id for c in changes}))}
        return await asyncio.to_thread(apply, snapshot, changes, found)

    async def _follow(self, snapshot: Snapshot, changes: Sequence[Change]) -> None:
        self._torn = True  # a failure half-way leaves the working copy in doubt: the generation is opened anew
        moved = await self._moved(snapshot, changes)
        self.live.snapshot, self._torn = moved, False
        await self.changed(tags_of(changes))
        self.live.lag = 0
        log.info("index_followed", changes=len(changes), position=moved.position)

    async def _embed(self) -> bool:
        snapshot = self.live.snapshot
        if snapshot is None or snapshot.vectors is None or not snapshot.pending:
            return False
        rows = sorted(snapshot.pending)[:EMBEDDED]
        vectors = await self.embed([snapshot.records.get(row) for row in rows])
        filled = await asyncio.to_thread(snapshot.vectors.fill, np.array(rows, dtype=np.int32), vectors)
        self.live.snapshot = snapshot.moved(vectors=filled, pending=snapshot.pending.difference(rows))
        return True
