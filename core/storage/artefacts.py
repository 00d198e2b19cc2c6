"""Versioned folders (indexes, models, snapshots): put whole, checked when read, published by one atomic pointer.

In a place lies `<kind>/<version>/…` with `manifest.json` written last, so that a folder without one is not there,
and `<kind>/current`, the version in use. Versions sort by name in the order they were made (use a timestamp).
"""

import asyncio
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeVar

from pydantic import Field, JsonValue

from core.catalog import Frozen
from core.errors import IndexCorruptError, InvalidInputError, NotFoundError, UnavailableError

MANIFEST = "manifest.json"
NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"
T = TypeVar("T")


class FileSeal(Frozen):
    """What a file must be."""

    size: int  # bytes
    sha256: str


class Manifest(Frozen):
    """What a version holds."""

    kind: str = Field(pattern=NAME)
    version: str = Field(pattern=NAME)
    created_at: datetime
    files: dict[str, FileSeal]  # path inside the folder, with `/`
    about: dict[str, JsonValue] = Field(default_factory=dict)  # whatever its maker wants to tell its reader


class Place(Protocol):
    """Where artefacts lie. Blocking; `Artefacts` calls it from threads. Raises only `core.errors` and `OSError`."""

    def put(self, manifest: Manifest, folder: Path) -> None:
        """Store the files, then the manifest. Raises `ConflictError` when the version is there already."""
        ...

    def fetch(self, manifest: Manifest, into: Path) -> Path:
        """A folder to read the version from: `into`, or where it lies. Not yet checked."""
        ...

    def manifest(self, kind: str, version: str) -> Manifest | None:
        """None: there is no such version, or it is not complete."""
        ...

    def versions(self, kind: str) -> Sequence[str]:
        """The complete ones, oldest first."""
        ...

    def current(self, kind: str) -> str | None:
        """The version in use."""
        ...

    def point(self, kind: str, version: str, replacing: str | None) -> None:
        """Swap the pointer if it still says `replacing`. Raises `ConflictError`."""
        ...

    def drop(self, kind: str, version: str) -> None:
        """Remove a version: its manifest first."""
        ...

    def sweep(self, kind: str, before: datetime) -> None:
        """Remove what interrupted writers left behind before this time."""
        ...


@dataclass(frozen=True)
class Artefacts:
    """The artefact store over a folder (`FolderPlace`) or a bucket (`BucketPlace`)."""

    place: Place

    async def put_folder(
        self, kind: str, version: str, folder: Path, now: datetime, about: Mapping[str, JsonValue] | None = None
    ) -> Manifest:
        """Store a folder as a version; it is not in use until `publish`.

        The folder must not be written to again (a folder store shares its files by hard link).
        Raises `ConflictError` when the version is there already, `UnavailableError` when the disk is full.
        """
        files = await _work(seal, folder)
        manifest = Manifest(kind=kind, version=version, created_at=now, files=files, about=dict(about or {}))
        await _work(self.place.put, manifest, folder)
        return manifest

    async def get_folder(self, kind: str, version: str, into: Path) -> Path:
        """A folder with the version, every checksum verified: `into`, or where it lies already, which is not copied.

        Raises:
            NotFoundError: there is no such version.
            IndexCorruptError: a file is missing or is not what was put.

        """
        manifest = await self.manifest(kind, version)
        folder = await _work(self.place.fetch, manifest, into)
        await _work(verify, manifest, folder)
        return folder

    async def manifest(self, kind: str, version: str) -> Manifest:
        """What a version holds. Raises `NotFoundError`."""
        manifest = await _work(self.place.manifest, kind, version)
        if manifest is None:
            raise NotFoundError(f"There is no version {version} of {kind}.")
        return manifest

    async def versions(self, kind: str) -> list[str]:
        """The complete versions, oldest first."""
        return list(await _work(self.place.versions, kind))

    async def current(self, kind: str) -> str | None:
        """The version in use, if any was ever published."""
        return await _work(self.place.current, kind)

    async def publish(self, kind: str, version: str) -> None:
        """Put a version to use. Raises `NotFoundError`, and `ConflictError` when somebody else published meanwhile."""
        await self.manifest(kind, version)
        await _work(self.place.point, kind, version, await self.current(kind))

    async def rollback(self, kind: str) -> str:
        """Back to the newest complete version before the one in use, which it answers. Raises `NotFoundError`."""
        current = await self.current(kind)
        older = [version for version in await self.versions(kind) if current is not None and version < current]
        if not older:
            raise NotFoundError(f"There is no version of {kind} to go back to.")
        await _work(self.place.point, kind, older[-1], current)
        return older[-1]

    async def prune(self, kind: str, keep: int, before: datetime) -> list[str]:
        """Remove all but the `keep` newest versions and what interrupted writers left before `before`.

        Answers the versions removed. The one in use, and the one it would be rolled back to, stay.
        """
        gone = to_drop(await self.versions(kind), await self.current(kind), keep)
        for version in gone:
            await _work(self.place.drop, kind, version)
        await _work(self.place.sweep, kind, before)
        return gone


def to_drop(versions: Sequence[str], current: str | None, keep: int) -> list[str]:
    """Which versions (oldest first) a pruning to `keep` removes."""
    if keep < 1:
        raise InvalidInputError("At least one version must be kept.")
    older = [version for version in versions if current is not None and version < current]
    stay = {*versions[-keep:], current, *older[-1:]}
    return [version for version in versions if version not in stay]


def seal(folder: Path) -> dict[str, FileSeal]:
    """Size and checksum of every file under a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): _seal(path) for path in files}


def verify(manifest: Manifest, folder: Path) -> None:
    """Raises `IndexCorruptError` unless every file of the manifest is there as it was put."""
    for name, expected in manifest.files.items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != expected.size or _seal(path) != expected:
            raise IndexCorruptError(f"{manifest.kind} {manifest.version}: {name} is missing or damaged.")


def _seal(path: Path) -> FileSeal:
    with path.open("rb") as file:
        return FileSeal(size=path.stat().st_size, sha256=hashlib.file_digest(file, "sha256").hexdigest())


async def _work(call: Callable[..., T], *args: object) -> T:
    try:
        return await asyncio.to_thread(call, *args)
    except OSError as error:  # a full disk, a lost mount
        raise UnavailableError(f"The artefact store cannot be used: {error.strerror}.") from error
