"""What every artefact store does; run on a folder and on S3 (moto, over real HTTP)."""

import errno
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from core.errors import ConflictError, IndexCorruptError, InvalidInputError, NotFoundError, UnavailableError
from core.storage.artefact_bucket import open_artefacts
from core.storage.artefacts import Artefacts, to_drop

NOW = datetime(2026, 11, 1, tzinfo=UTC)
FUTURE = datetime(2100, 1, 1, tzinfo=UTC)
KEYS = {"access_key_id": "test", "secret_access_key": "test", "region": "us-east-1"}


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    yield f"http://127.0.0.1:{port}"
    server.stop()


@pytest.fixture(params=["folder", "bucket"])
def artefacts(request: pytest.FixtureRequest, tmp_path: Path) -> Artefacts:
    if request.param == "folder":
        return open_artefacts(tmp_path / "store")
    endpoint = request.getfixturevalue("s3")
    bucket = f"b{abs(hash(request.node.name))}"
    client = boto3.client(
        "s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
    )
    client.create_bucket(Bucket=bucket)
    client.close()
    return open_artefacts(f"s3://{bucket}/some/prefix", {**KEYS, "endpoint": endpoint})


@pytest.fixture
def made(tmp_path: Path) -> Path:
    folder = tmp_path / "made"
    (folder / "deep").mkdir(parents=True)
    (folder / "vectors.bin").write_bytes(os.urandom(300_000))
    (folder / "deep" / "words.txt").write_text("mug\n")
    (folder / "empty").touch()
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "manifest.json"]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


async def test_a_folder_comes_back_as_it_was_put(artefacts: Artefacts, made: Path, tmp_path: Path) -> None:
    await artefacts.put_folder("indexes", "v1", made, NOW, {"position": 7})
    folder = await artefacts.get_folder("indexes", "v1", tmp_path / "got")
    assert contents(folder) == contents(made)
    manifest = await artefacts.manifest("indexes", "v1")
    assert (manifest.about, manifest.created_at) == ({"position": 7}, NOW)
    assert manifest.files["deep/words.txt"].size == 4


async def test_a_version_is_written_once(artefacts: Artefacts, made: Path) -> None:
    await artefacts.put_folder("indexes", "v1", made, NOW)
    with pytest.raises(ConflictError):
        await artefacts.put_folder("indexes", "v1", made, NOW)
    assert await artefacts.versions("indexes") == ["v1"]


async def test_what_is_not_there_is_not_found(artefacts: Artefacts, tmp_path: Path) -> None:
    assert (await artefacts.current("indexes"), await artefacts.versions("indexes")) == (None, [])
    for attempt in (artefacts.get_folder("indexes", "v1", tmp_path / "x"), artefacts.publish("indexes", "v1")):
        with pytest.raises(NotFoundError):
            await attempt
    with pytest.raises(NotFoundError):
        await artefacts.rollback("indexes")


async def test_a_published_version_is_current_and_can_be_rolled_back(artefacts: Artefacts, made: Path) -> None:
    for version in ("v1", "v2", "v3"):
        await artefacts.put_folder("indexes", version, made, NOW)
    assert await artefacts.current("indexes") is None
    for version in ("v1", "v3"):
        await artefacts.publish("indexes", version)
        assert await artefacts.current("indexes") == version
    assert [await artefacts.rollback("indexes") for _ in range(2)] == ["v2", "v1"]
    with pytest.raises(NotFoundError):
        await artefacts.rollback("indexes")
    assert await artefacts.current("indexes") == "v1"


async def test_of_two_who_publish_from_the_same_state_one_is_refused(artefacts: Artefacts, made: Path) -> None:
    for version in ("v1", "v2"):
        await artefacts.put_folder("indexes", version, made, NOW)
    artefacts.place.point("indexes", "v1", None)
    with pytest.raises(ConflictError):
        artefacts.place.point("indexes", "v2", None)
    artefacts.place.point("indexes", "v2", "v1")
    with pytest.raises(ConflictError):
        artefacts.place.point("indexes", "v1", "v1")
    assert await artefacts.current("indexes") == "v2"


async def test_of_many_who_publish_at_once_one_wins(artefacts: Artefacts, made: Path) -> None:
    for number in range(6):
        await artefacts.put_folder("indexes", f"v{number}", made, NOW)
    won: list[str] = []
    start = threading.Barrier(6)

    def point(version: str) -> None:
        start.wait()
        try:
            artefacts.place.point("indexes", version, None)
        except ConflictError:
            return
        won.append(version)

    threads = [threading.Thread(target=point, args=(f"v{number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert won == [await artefacts.current("indexes")]


async def test_pruning_keeps_the_newest_the_one_in_use_and_the_way_back(artefacts: Artefacts, made: Path) -> None:
    for number in range(1, 7):
        await artefacts.put_folder("indexes", f"v{number}", made, NOW)
    await artefacts.put_folder("models", "v1", made, NOW)
    await artefacts.publish("indexes", "v3")
    assert await artefacts.prune("indexes", keep=2, before=NOW) == ["v1", "v4"]
    assert await artefacts.versions("indexes") == ["v2", "v3", "v5", "v6"]
    assert await artefacts.versions("models") == ["v1"]
    assert await artefacts.rollback("indexes") == "v2"


async def test_names_that_could_leave_the_store_are_refused(artefacts: Artefacts, made: Path) -> None:
    for name in ("../v1", "a/b", ".hidden", ""):
        with pytest.raises(ValueError, match="pattern"):
            await artefacts.put_folder("indexes", name, made, NOW)


async def test_a_downloaded_file_that_was_damaged_is_noticed(artefacts: Artefacts, made: Path, tmp_path: Path) -> None:
    await artefacts.put_folder("indexes", "v1", made, NOW)
    folder = await artefacts.get_folder("indexes", "v1", tmp_path / "got")
    words = folder / "deep" / "words.txt"
    for damage in (b"mog\n", b"mug", None):
        words.unlink(missing_ok=True)
        if damage is not None:
            words.write_bytes(damage)
        with pytest.raises(IndexCorruptError, match=r"deep/words\.txt"):
            await artefacts.get_folder("indexes", "v1", tmp_path / "got")


async def test_a_folder_store_copies_nothing_and_opens_where_it_lies(made: Path, tmp_path: Path) -> None:
    artefacts = open_artefacts(tmp_path / "store")
    await artefacts.put_folder("indexes", "v1", made, NOW)
    folder = await artefacts.get_folder("indexes", "v1", tmp_path / "never made")
    assert folder == tmp_path / "store" / "indexes" / "v1"
    assert (folder / "vectors.bin").stat().st_ino == (made / "vectors.bin").stat().st_ino
    assert not (tmp_path / "never made").exists()


async def test_a_writer_that_died_leaves_no_version_and_is_swept_up(made: Path, tmp_path: Path) -> None:
    artefacts = open_artefacts(tmp_path / "store")
    await artefacts.put_folder("indexes", "v1", made, NOW)
    kind = tmp_path / "store" / "indexes"
    for leftover in (".incoming-1", "v2"):
        (kind / leftover).mkdir()
        (kind / leftover / "vectors.bin").write_bytes(b"half")
    assert await artefacts.versions("indexes") == ["v1"]
    with pytest.raises(NotFoundError):
        await artefacts.publish("indexes", "v2")
    await artefacts.prune("indexes", keep=1, before=NOW - timedelta(days=1))
    assert (kind / "v2").exists()
    await artefacts.prune("indexes", keep=1, before=FUTURE)
    assert sorted(path.name for path in kind.iterdir() if path.is_dir()) == ["v1"]


async def test_a_place_that_cannot_be_written_is_unavailable_and_says_why(made: Path, tmp_path: Path) -> None:
    (tmp_path / "store").write_text("not a folder")
    with pytest.raises(UnavailableError, match=os.strerror(errno.ENOTDIR)):
        await open_artefacts(tmp_path / "store").put_folder("indexes", "v1", made, NOW)


async def test_a_store_that_does_not_answer_is_unavailable(made: Path) -> None:
    artefacts = open_artefacts("s3://bucket/prefix", {**KEYS, "endpoint": "http://127.0.0.1:9"})
    with pytest.raises(UnavailableError):
        await artefacts.current("indexes")


def test_at_least_one_version_is_kept() -> None:
    with pytest.raises(InvalidInputError):
        to_drop(["v1"], None, 0)
