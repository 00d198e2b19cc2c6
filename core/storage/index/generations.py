"""Published generations of the index, in the artefact store; and the popularity that is published beside them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import orjson

from core.errors import IndexCorruptError, NotFoundError
from core.storage.artefacts import Artefacts
from core.storage.index.snapshot import About

INDEX, POPULARITY = "index", "popularity"
KEPT = 3  # generations; the one in use and its predecessor among them
LEFTOVERS = timedelta(hours=6)  # what an interrupted writer left is swept after this


def version_at(now: datetime) -> str:
    """A version that sorts by time."""
    return now.strftime("%Y%m%dT%H%M%S%fZ")


@dataclass(frozen=True)
class Generations:
    """Where generations are published and found."""

    artefacts: Artefacts
    scratch: Path  # where a bucket's are downloaded to

    async def current(self) -> str | None:
        """The version in use."""
        return await self.artefacts.current(INDEX)

    async def open(self, version: str) -> Path:
        """Its folder, every checksum verified. Raises `IndexCorruptError`."""
        try:
            return await self.artefacts.get_folder(INDEX, version, self.scratch / "fetched" / version)
        except NotFoundError as error:
            raise IndexCorruptError(f"index {version} is published but not complete in the artefact store") from error

    async def older(self, version: str) -> list[str]:
        """Complete versions before this one, newest first: what to fall back to."""
        return [one for one in reversed(await self.artefacts.versions(INDEX)) if one < version]

    async def publish(self, folder: Path, about: About, now: datetime) -> None:
        """Put a finished folder to use, then drop generations nobody would go back to."""
        await self.artefacts.put_folder(INDEX, about.version, folder, now, about.model_dump(mode="json"))
        await self.artefacts.publish(INDEX, about.version)
        await self.artefacts.prune(INDEX, KEPT, now - LEFTOVERS)

    async def popularity_version(self) -> str | None:
        """The popularity in use."""
        return await self.artefacts.current(POPULARITY)

    async def popularity(self, version: str) -> dict[str, float]:
        """Product → score in [0, 1]."""
        folder = await self.artefacts.get_folder(POPULARITY, version, self.scratch / "popularity" / version)
        scores: dict[str, float] = orjson.loads((folder / "scores.json").read_bytes())
        return scores

    async def publish_popularity(self, scores: Mapping[str, float], folder: Path, now: datetime) -> str:
        """Publish scores; `folder` is an empty one to write them in."""
        version = version_at(now)
        (folder / "scores.json").write_bytes(orjson.dumps(dict(scores), option=orjson.OPT_SORT_KEYS))
        await self.artefacts.put_folder(POPULARITY, version, folder, now)
        await self.artefacts.publish(POPULARITY, version)
        await self.artefacts.prune(POPULARITY, KEPT, now - LEFTOVERS)
        return version
