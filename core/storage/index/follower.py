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
from core.storage.index.build import document
from core.storage.index.columns import Columns
from core.storage.index.editor import Editor
from core.storage.index.snapshot import Snapshot, open_snapshot
from core.storage.index.vectors import DIMENSIONS
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
        snapshot = await self._popular(snapshot)
        try:
            changes = await self.changes.read(snapshot.position, CHANGES)
        except NotFoundError:
            await self.broken(snapshot.about.version)
            return False
        self.live.lag = len(changes)
        if changes:
            await self._apply(snapshot, changes)
        return await self._embed() or len(changes) == CHANGES

    async def _reopen(self) -> None:
        version = await self.generations.current()
        snapshot = self.live.snapshot
        current = snapshot is not None and snapshot.about.version == version and not self._torn
        if version is None or version in self._refused or current:
            return
        try:
            folder = await self.generations.open(version)
            fresh = await asyncio.to_thread(open_snapshot, folder, self.scratch / version)
        except IndexCorruptError as error:
            self._refused.add(version)
            self.live.problem = str(error)
            log.error("index_corrupt", version=version, error=str(error))  # noqa: TRY400 - the message is the whole story
            await self.broken(version)
            return
        self.live.snapshot, self.live.problem = fresh, ""
        self._popularity, self._torn = None, False
        log.info("index_opened", version=version, products=fresh.about.products, position=fresh.position)

    async def _popular(self, snapshot: Snapshot) -> Snapshot:
        version = await self.generations.popularity_version()
        if version is None or version == self._popularity:
            return snapshot
        scores = await self.generations.popularity(version)
        columns = await asyncio.to_thread(rescored, snapshot, scores)
        self.live.snapshot = moved = snapshot.moved(columns=columns)
        self._popularity = version
        return moved

    async def _apply(self, snapshot: Snapshot, changes: Sequence[Change]) -> None:
        kinds: dict[str, set[str]] = {}
        for change in changes:
            kinds.setdefault(change.product_id, set()).add(change.kind)
        found = {product.id: product for product in await self.products.get(list(kinds))}
        self._torn = True  # until the commit is through
        moved = await asyncio.to_thread(apply, snapshot, kinds, found)
        # Published before the keyword index commits: a search must never meet a row that its columns do not have.
        self.live.snapshot = moved.moved(position=changes[-1].position)
        await asyncio.to_thread(moved.keyword.commit)
        self._torn = False
        content = any(kinds[product_id] & {"content", "delete"} for product_id in kinds)
        await self.changed([*(f"product:{product_id}" for product_id in kinds), *(["search"] if content else [])])
        self.live.lag = 0
        log.info("index_followed", changes=len(changes), position=changes[-1].position)

    async def _embed(self) -> bool:
        snapshot = self.live.snapshot
        if snapshot is None or snapshot.vectors is None or not snapshot.pending:
            return False
        rows = sorted(snapshot.pending)[:EMBEDDED]
        vectors = await self.embed([snapshot.records.get(row) for row in rows])
        filled = await asyncio.to_thread(snapshot.vectors.fill, np.array(rows, dtype=np.int32), vectors)
        self.live.snapshot = snapshot.moved(vectors=filled, pending=snapshot.pending.difference(rows))
        return True


def apply(snapshot: Snapshot, kinds: dict[str, set[str]], found: dict[str, Product]) -> Snapshot:
    """The next moment, keyword index not yet committed. Content takes a new row; price and stock change in place."""
    editor, dead, added = Editor(snapshot.columns), [], []
    for product_id, changed in kinds.items():
        product = found.get(product_id)
        if product is None:
            dead.append(editor.drop(product_id))
        elif "content" in changed or "delete" in changed or product_id not in snapshot.columns.row_of:
            dead.append(snapshot.columns.row_of.get(product_id))
            added.append((editor.put(product), product))
        elif (row := editor.reprice(product)) is not None:
            snapshot.records.put(row, product)
    documents = [document(row, product) for row, product in added]
    for row, product in added:
        snapshot.records.put(row, product)
    snapshot.keyword.delete([row for row in dead if row is not None])
    snapshot.keyword.add(documents)
    rows = [row for row, _ in added]
    vectors = snapshot.vectors and snapshot.vectors.append(np.zeros((len(rows), DIMENSIONS), dtype=np.float32))
    return snapshot.moved(
        columns=editor.done(),
        forward=snapshot.forward.append(documents),
        vectors=vectors,
        pending=snapshot.pending.union(rows),
    )


def rescored(snapshot: Snapshot, scores: dict[str, float]) -> Columns:
    """Columns with a new popularity."""
    editor = Editor(snapshot.columns)
    editor.popularity(scores)
    return editor.done()
