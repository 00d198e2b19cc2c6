"""Artefacts in a folder on this machine: nothing is copied, a version is opened where it lies."""

import fcntl
import os
import shutil
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.errors import ConflictError
from core.storage.artefacts import MANIFEST, Manifest

INCOMING = ".incoming-"


@dataclass(frozen=True)
class FolderPlace:
    """See `Place`. A version appears by one rename; its files are hard links where the file system allows."""

    root: Path

    def put(self, manifest: Manifest, folder: Path) -> None:
        """See `Place`."""
        target = self.root / manifest.kind / manifest.version
        incoming = target.with_name(f"{INCOMING}{uuid.uuid4().hex}")
        try:
            for name in manifest.files:
                _link(folder / name, incoming / name)
            incoming.mkdir(parents=True, exist_ok=True)
            _write(incoming / MANIFEST, manifest.model_dump_json(indent=1))
            if target.exists():
                raise ConflictError(f"Version {manifest.version} of {manifest.kind} is there already.")
            incoming.rename(target)
        finally:
            shutil.rmtree(incoming, ignore_errors=True)

    def fetch(self, manifest: Manifest, into: Path) -> Path:
        """See `Place`."""
        return self.root / manifest.kind / manifest.version

    def manifest(self, kind: str, version: str) -> Manifest | None:
        """See `Place`."""
        path = self.root / kind / version / MANIFEST
        return Manifest.model_validate_json(path.read_bytes()) if path.is_file() else None

    def versions(self, kind: str) -> Sequence[str]:
        """See `Place`."""
        return sorted(path.parent.name for path in (self.root / kind).glob(f"[!.]*/{MANIFEST}"))

    def current(self, kind: str) -> str | None:
        """See `Place`."""
        path = self.root / kind / "current"
        return path.read_text() if path.is_file() else None

    def point(self, kind: str, version: str, replacing: str | None) -> None:
        """See `Place`."""
        with self._lock(kind):
            if self.current(kind) != replacing:
                raise ConflictError(f"Another version of {kind} was published meanwhile.")
            fresh = self.root / kind / ".current"
            _write(fresh, version)
            fresh.replace(self.root / kind / "current")

    def drop(self, kind: str, version: str) -> None:
        """See `Place`. Who has the files open, or linked, keeps them."""
        folder = self.root / kind / version
        (folder / MANIFEST).unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)

    def sweep(self, kind: str, before: datetime) -> None:
        """See `Place`."""
        for path in (self.root / kind).glob("*"):
            unfinished = path.is_dir() and (path.name.startswith(INCOMING) or not (path / MANIFEST).is_file())
            if unfinished and path.stat().st_mtime < before.timestamp():
                shutil.rmtree(path, ignore_errors=True)

    @contextmanager
    def _lock(self, kind: str) -> Iterator[None]:
        with (self.root / kind / ".lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # released when the file is closed, or its holder dies
            yield


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:  # another file system, or one without hard links
        shutil.copyfile(source, target)


def _write(path: Path, text: str) -> None:
    with path.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
