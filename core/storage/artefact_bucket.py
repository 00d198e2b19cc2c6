"""Artefacts in an object store (S3 and its like), by obstore."""

import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast

import obstore
from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    NotSupportedError,
    PreconditionError,
)
from obstore.store import ObjectStore, from_url

from core.errors import ConflictError, UnavailableError
from core.storage.artefact_folder import FolderPlace
from core.storage.artefacts import MANIFEST, Artefacts, Manifest, Place

if TYPE_CHECKING:
    from obstore import PutMode
    from obstore.store import RetryConfig, S3Config

RETRIES: "RetryConfig" = {"max_retries": 3, "retry_timeout": timedelta(seconds=20)}


@dataclass(frozen=True)
class BucketPlace:
    """See `Place`."""

    store: ObjectStore

    def put(self, manifest: Manifest, folder: Path) -> None:
        """See `Place`."""
        prefix = f"{manifest.kind}/{manifest.version}"
        with _mapped():
            if self.manifest(manifest.kind, manifest.version) is not None:
                raise ConflictError(f"Version {manifest.version} of {manifest.kind} is there already.")
            for name in manifest.files:
                obstore.put(self.store, f"{prefix}/{name}", folder / name)
            obstore.put(self.store, f"{prefix}/{MANIFEST}", manifest.model_dump_json(indent=1).encode())

    def fetch(self, manifest: Manifest, into: Path) -> Path:
        """See `Place`. A folder that is there already is not downloaded again (nor trusted: it is checked after)."""
        if into.is_dir():
            return into
        partial = into.with_name(f".{into.name}-{uuid.uuid4().hex}")
        try:
            with _mapped():
                for name in manifest.files:
                    self._download(f"{manifest.kind}/{manifest.version}/{name}", partial / name)
            partial.mkdir(parents=True, exist_ok=True)
            partial.rename(into)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        return into

    def manifest(self, kind: str, version: str) -> Manifest | None:
        """See `Place`."""
        found = self._read(f"{kind}/{version}/{MANIFEST}")
        return Manifest.model_validate_json(found[0]) if found else None

    def versions(self, kind: str) -> Sequence[str]:
        """See `Place`."""
        with _mapped():
            paths = [str(meta["path"]) for batch in obstore.list(self.store, f"{kind}/") for meta in batch]
        return sorted(path.split("/")[1] for path in paths if path.count("/") == 2 and path.endswith(f"/{MANIFEST}"))

    def current(self, kind: str) -> str | None:
        """See `Place`."""
        found = self._read(f"{kind}/current")
        return found[0].decode() if found else None

    def point(self, kind: str, version: str, replacing: str | None) -> None:
        """See `Place`. By a conditional put; a store without one takes the last word."""
        found = self._read(f"{kind}/current")
        if (found[0].decode() if found else None) != replacing:
            raise ConflictError(f"Another version of {kind} was published meanwhile.")
        mode: PutMode = {"e_tag": found[1]} if found else "create"
        with _mapped():
            try:
                obstore.put(self.store, f"{kind}/current", version.encode(), mode=mode)
            except (AlreadyExistsError, PreconditionError) as error:
                raise ConflictError(f"Another version of {kind} was published meanwhile.") from error
            except NotSupportedError:
                obstore.put(self.store, f"{kind}/current", version.encode())

    def drop(self, kind: str, version: str) -> None:
        """See `Place`."""
        with _mapped():
            obstore.delete(self.store, f"{kind}/{version}/{MANIFEST}")
        self._delete(lambda path, _: path.split("/")[1] == version, kind)

    def sweep(self, kind: str, before: datetime) -> None:
        """See `Place`."""
        complete = set(self.versions(kind))
        self._delete(
            lambda path, at: path.count("/") > 1 and path.split("/")[1] not in complete and at < before,
            kind,
        )

    def _delete(self, chosen: Callable[[str, datetime], bool], kind: str) -> None:
        with _mapped():
            batches = obstore.list(self.store, f"{kind}/")
            paths = [meta["path"] for batch in batches for meta in batch if chosen(meta["path"], meta["last_modified"])]
            if paths:
                obstore.delete(self.store, paths)

    def _read(self, path: str) -> tuple[bytes, str | None] | None:
        try:
            with _mapped():
                found = obstore.get(self.store, path)
                return bytes(found.bytes()), found.meta["e_tag"]
        except FileNotFoundError:
            return None

    def _download(self, path: str, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            for chunk in obstore.get(self.store, path).stream(min_chunk_size=4 << 20):
                file.write(chunk)


def open_artefacts(url: str | Path, options: Mapping[str, str] | None = None) -> Artefacts:
    """The artefact store at a folder, or at `s3://bucket/prefix` (also `gs://`, `az://`).

    `options` are obstore's, such as `endpoint`, `region`, `access_key_id`; what is absent comes from the provider's
    customary environment variables.
    """
    place: Place
    if isinstance(url, str) and "://" in url and not url.startswith("file://"):
        config = cast("S3Config", dict(options or {}))
        plain = config.get("endpoint", "").startswith("http://")  # a server of one's own, named on purpose
        place = BucketPlace(from_url(url, config=config, client_options={"allow_http": plain}, retry_config=RETRIES))
    else:
        place = FolderPlace(Path(str(url).removeprefix("file://")).absolute())
    return Artefacts(place)


@contextmanager
def _mapped() -> Iterator[None]:
    try:
        yield
    except BaseError as error:
        raise UnavailableError("The artefact store is not available.") from error
