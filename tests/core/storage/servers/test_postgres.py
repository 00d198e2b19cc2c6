import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from core.errors import SetupError
from core.storage.servers.postgres import PostgresServer


async def scalar(url: str, sql: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def eventually_scalar(url: str, sql: str) -> object:
    async with asyncio.timeout(60):
        while True:
            with contextlib.suppress(OSError, asyncpg.PostgresError):
                return await scalar(url, sql)
            await asyncio.sleep(0.05)


async def test_a_started_server_takes_only_its_password_and_only_from_this_machine(
    postgres_server: PostgresServer,
) -> None:
    assert await scalar(postgres_server.url(), "SHOW listen_addresses") == "127.0.0.1"
    with pytest.raises(asyncpg.InvalidPasswordError):
        await scalar(postgres_server.url().replace(postgres_server.password, "guess"), "SELECT 1")
    secret = postgres_server.process.folder / "password"
    assert secret.stat().st_mode & 0o777 == 0o600


async def test_the_server_never_runs_as_root(postgres_server: PostgresServer) -> None:
    folder = Path("/proc") / str(postgres_server.process.pids()["server"])
    assert (await asyncio.to_thread(folder.stat)).st_uid != 0


@pytest.mark.parametrize("extension", ["vector", "pg_trgm", "unaccent"])
async def test_it_has_the_extensions_the_schema_needs(database_url: str, extension: str) -> None:
    await scalar(database_url, f"CREATE EXTENSION {extension}")


async def test_a_second_start_uses_the_same_server_and_the_last_stop_ends_it(data_dir: Path) -> None:
    first, second = PostgresServer(data_dir), PostgresServer(data_dir)
    urls = await asyncio.gather(first.start(), second.start())
    assert urls[0] == urls[1]
    assert first.process.pids() == second.process.pids()
    await first.stop()
    assert await scalar(second.url(), "SELECT 1") == 1
    server = second.process.pids()["server"]
    await second.stop()
    assert second.process.pids() == {}
    with pytest.raises(ProcessLookupError):
        os.kill(server, 0)


async def test_a_stopped_server_starts_again_on_its_port_with_its_data(postgres_server: PostgresServer) -> None:
    url = postgres_server.url()
    await scalar(url, "CREATE TABLE IF NOT EXISTS kept AS SELECT 42 AS n")
    await postgres_server.stop()
    with pytest.raises(OSError, match="Connect call failed"):
        await scalar(url, "SELECT 1")
    assert await postgres_server.start() == url
    assert await scalar(url, "SELECT n FROM kept") == 42


async def test_killing_server_and_keeper_loses_nothing_committed(postgres_server: PostgresServer) -> None:
    await scalar(postgres_server.url(), "CREATE TABLE survivors AS SELECT generate_series(1, 1000) AS n")
    postgres_server.process.kill()
    assert await scalar(await postgres_server.start(), "SELECT count(*) FROM survivors") == 1000


async def test_a_server_killed_alone_is_restarted_by_its_keeper(postgres_server: PostgresServer) -> None:
    await scalar(postgres_server.url(), "CREATE TABLE restarted AS SELECT 7 AS n")
    pids = postgres_server.process.pids()
    os.kill(pids["server"], signal.SIGKILL)
    assert await eventually_scalar(postgres_server.url(), "SELECT n FROM restarted") == 7
    assert postgres_server.process.pids()["keeper"] == pids["keeper"]


async def test_a_pid_file_left_by_another_life_does_not_stop_it(data_dir: Path) -> None:
    async with PostgresServer(data_dir) as server:
        folder = server.process.folder
    (folder / "data" / "postmaster.pid").write_text(
        f"{os.getpid()}\n{folder / 'data'}\n1\n{server.port}\n\n127.0.0.1\n"
    )
    async with PostgresServer(data_dir) as server:
        assert await scalar(server.url(), "SELECT 1") == 1


async def test_when_its_port_was_taken_meanwhile_it_moves_to_another(data_dir: Path) -> None:
    async with PostgresServer(data_dir) as server:
        port = server.port
    squatter = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", port)
    async with squatter, PostgresServer(data_dir) as server:
        assert server.port != port
        assert await scalar(server.url(), "SELECT 1") == 1


async def test_half_made_data_is_made_anew(data_dir: Path) -> None:
    partial = data_dir / "servers" / "postgres" / "data.partial"
    partial.mkdir(parents=True)
    (partial / "PG_VERSION").write_text("18")
    for folder in (data_dir / "servers", data_dir / "servers" / "postgres"):
        folder.chmod(0o711)
    async with PostgresServer(data_dir) as server:
        assert await scalar(server.url(), "SELECT 1") == 1


async def test_a_lost_password_is_a_clear_error_rather_than_a_new_server(data_dir: Path) -> None:
    async with PostgresServer(data_dir) as server:
        secret = server.process.folder / "password"
    secret.unlink()
    with pytest.raises(SetupError, match=r"password is lost\. Restore it"):
        await PostgresServer(data_dir).start()


async def test_broken_data_is_a_clear_error_with_the_servers_own_words(data_dir: Path) -> None:
    async with PostgresServer(data_dir) as server:
        (server.process.folder / "data" / "PG_VERSION").write_text("9\n")
    with pytest.raises(SetupError, match=r"another version.*server\.log"):
        await PostgresServer(data_dir).start()


async def test_a_data_folder_that_cannot_be_made_is_a_clear_error(data_dir: Path) -> None:
    blocked = data_dir / "file"
    blocked.write_text("")
    with pytest.raises(SetupError, match="AISLE_DATA_DIR"):
        await PostgresServer(blocked).start()


async def test_a_server_that_ran_out_of_disk_serves_again_once_there_is_room(small_disk: Path) -> None:
    filler = small_disk / "filler"
    async with PostgresServer(small_disk) as server:
        await scalar(server.url(), "CREATE TABLE kept AS SELECT 1 AS n")
        with contextlib.suppress(OSError):
            filler.write_bytes(bytes(200 * 2**20))
        with pytest.raises((OSError, asyncpg.PostgresError)):  # the log cannot grow: Postgres stops at once
            await scalar(server.url(), "CREATE TABLE lost AS SELECT repeat('x', 900) FROM generate_series(1, 100000)")
        filler.unlink()
        assert await eventually_scalar(server.url(), "SELECT n FROM kept") == 1


@pytest.fixture
def small_disk(data_dir: Path) -> Iterator[Path]:
    disk = data_dir / "disk"
    disk.mkdir()
    try:
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=90m,mode=711", "tmpfs", disk], check=True, capture_output=True
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("only root may make a small disk")
    yield disk
    subprocess.run(["umount", disk], check=True)
