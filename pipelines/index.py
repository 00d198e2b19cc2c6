"""Builds a generation of the index from the catalogue and puts it to use. Again is always safe."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.catalog import Product
from core.errors import UnavailableError
from core.storage.index.build import Embed, Plan, Progress, build
from core.storage.index.generations import Generations, version_at
from core.storage.index.snapshot import About
from core.storage.index.vectors import DIMENSIONS
from core.storage.scratch import own_folder

READ = 1000  # products a statement


class Catalogue(Protocol):
    """The truth."""

    def stream(self, batch: int) -> AsyncIterator[list[Product]]:
        """All products in id order."""
        ...


class Position(Protocol):
    """The outbox."""

    async def latest(self) -> int:
        """Where a follower of what is read from now on may start."""
        ...


@dataclass(frozen=True)
class Sources:
    """What a build reads and where it goes."""

    catalogue: Catalogue
    outbox: Position
    generations: Generations
    embed: Embed
    model: str
    scratch: Path
    hnsw_from: int


async def run(sources: Sources, now: datetime, report: Progress, *, vectors: bool = True) -> About:
    """Build and publish. `vectors=False`: words only, in seconds; meaning follows with the next build."""
    position = await sources.outbox.latest()  # before the first read: what changes meanwhile is replayed
    try:
        return await _built(sources, position, now, report, vectors=vectors)
    except OSError as error:  # a full disk, a folder taken away: what is published stays in use
        raise UnavailableError(f"The index could not be built: {error.strerror or error}.") from error


async def _built(sources: Sources, position: int, now: datetime, report: Progress, *, vectors: bool) -> About:
    with own_folder(sources.scratch) as folder:
        plan = Plan(version_at(now), position, sources.model, now, sources.hnsw_from)
        embed = sources.embed if vectors else without_vectors
        about = await build(sources.catalogue.stream(READ), Path(folder), plan, embed, report)
        await sources.generations.publish(Path(folder), about, now)
    return about


async def without_vectors(products: Sequence[Product]) -> NDArray[np.float32]:
    """Rows of zeros: every vector is still to come."""
    return np.zeros((len(products), DIMENSIONS), dtype=np.float32)


def silent(_step: str, _done: int, _total: int | None) -> None:
    """Report to nobody."""
