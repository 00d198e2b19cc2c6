"""The whole life seen from outside: processes that start the servers, and die in every way."""

import asyncio
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from core.storage.servers.account import account
from core.storage.servers.postgres import PostgresServer
from core.storage.servers.process import free_port, port_is_free, reason

ROOT = Path(__file__).parents[4]
USER = """
import asyncio, json, sys
from pathlib import Path
from core.storage.servers.account import account
from core.storage.servers.postgres import PostgresServer
from core.storage.servers.valkey import ValkeyServer

async def main():
    async with PostgresServer(Path(sys.argv[1])) as postgres, ValkeyServer(Path(sys.argv[1])) as valkey:
        pids = [*postgres.process.pids().values(), *valkey.process.pids().values()]
        print(json.dumps({"url": postgres.url(), "pids": pids}), flush=True)
        await asyncio.sleep(300)

try:
    asyncio.run(main())
except KeyboardInterrupt:
    pass
"""
"""A program that uses both servers until it is stopped."""


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended and waits for init to count it does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def owner(path: Path) -> int:
    return path.stat().st_uid


class Program:
    """A running user of the servers."""

    def __init__(self, data_dir: Path, *, python: str = sys.executable, uid: int | None = None) -> None:
        environment = {
            "PYTHONPATH": f"{ROOT}:{sysconfig.get_path('purelib')}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "LD_LIBRARY_PATH": str(Path(python).parents[1] / "lib"),
        }
        switch = {} if uid is None else {"user": uid, "group": uid, "extra_groups": []}
        command = [python, "-c", USER, str(data_dir)]
        self.running = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, cwd="/", **switch)
        assert self.running.stdout is not None
        self.said = json.loads(self.running.stdout.readline())

    def end(self, number: signal.Signals) -> None:
        self.running.send_signal(number)
        self.running.wait()
        assert self.running.stdout is not None
        self.running.stdout.close()

    def left(self) -> list[int]:
        return [pid for pid in self.said["pids"] if alive(pid)]


async def eventually(holds: Callable[[], bool]) -> bool:
    for _ in range(600):
        if holds():
            return True
        await asyncio.sleep(0.05)
    return False


async def test_ctrl_c_leaves_no_process_by_the_time_the_program_ends(data_dir: Path) -> None:
    program = Program(data_dir)
    program.end(signal.SIGINT)
    assert program.left() == []


async def test_a_killed_program_leaves_no_process_and_loses_nothing(data_dir: Path) -> None:
    program = Program(data_dir)
    connection = await asyncpg.connect(program.said["url"])
    await connection.execute("CREATE TABLE kept AS SELECT 1 AS n")
    program.end(signal.SIGKILL)
    assert await eventually(lambda: not program.left())
    async with PostgresServer(data_dir) as server:
        assert server.url() == program.said["url"]
        again = await asyncpg.connect(server.url())
        assert await again.fetchval("SELECT n FROM kept") == 1
        await again.close()


async def test_a_killed_program_does_not_take_the_server_from_another(data_dir: Path) -> None:
    program = Program(data_dir)
    async with PostgresServer(data_dir) as server:
        program.end(signal.SIGKILL)
        await asyncio.sleep(1)
        connection = await asyncpg.connect(server.url())
        assert await connection.fetchval("SELECT 1") == 1
        await connection.close()
    assert await eventually(lambda: not program.left())


async def test_when_the_keeper_is_killed_the_kernel_ends_the_server(data_dir: Path) -> None:
    async with PostgresServer(data_dir) as server:
        pids = server.process.pids()
        os.kill(pids["keeper"], signal.SIGKILL)
        assert await eventually(lambda: not alive(pids["server"]))


def runs(python: Path, uid: int) -> bool:
    """Whether that user can run this Python with this checkout and its packages."""
    paths = [str(ROOT), sysconfig.get_path("purelib")]
    imports = f"import sys; sys.path[:0] = {paths}; import core.storage.servers.postgres, core.storage.servers.valkey"
    environment = {"LD_LIBRARY_PATH": str(python.parents[1] / "lib")}
    try:
        subprocess.run(
            [python, "-c", imports], user=uid, group=uid, extra_groups=[], cwd="/", check=True, env=environment
        )
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def python_for(uid: int, folder: Path) -> Path | None:
    """A Python that user can run: ours, or a copy of ours in `folder` where ours lies in a closed home."""
    if runs(Path(sys.executable), uid):
        return Path(sys.executable)
    library = Path(sysconfig.get_path("stdlib"))
    heavy = shutil.ignore_patterns("test", "site-packages", "idlelib", "__pycache__", "config-*", "ensurepip")
    copy = folder / "python" / "bin" / "python3"
    copy.parent.mkdir(parents=True)
    shutil.copy(Path(sys.executable).resolve(), copy)
    shutil.copytree(library, folder / "python" / "lib" / library.name, ignore=heavy)
    shared = Path(sysconfig.get_config_var("LIBDIR")) / (sysconfig.get_config_var("INSTSONAME") or "")
    if shared.is_file():
        shutil.copy(shared, folder / "python" / "lib")
    return copy if runs(copy, uid) else None


@pytest.fixture
def writable() -> Iterator[Path]:
    """A folder everybody may write to."""
    folder = Path(tempfile.mkdtemp(prefix="aisle-user-"))
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become an ordinary user; the other tests ran as one")
async def test_an_ordinary_user_can_run_both(writable: Path) -> None:
    user = pwd.getpwnam("daemon").pw_uid  # any user will do that is in /etc/passwd, where initdb looks
    if (python := python_for(user, writable)) is None:
        pytest.skip("no Python here that an ordinary user may run")
    program = Program(writable / "data", python=str(python), uid=user)
    assert [owner(Path(f"/proc/{pid}")) for pid in program.said["pids"]] == [user] * 4
    assert owner(writable / "data" / "servers" / "postgres" / "password") == user
    program.end(signal.SIGINT)
    assert program.left() == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's servers change user")
async def test_a_data_folder_closed_to_nobody_is_served_from_var_lib(tmp_path: Path) -> None:
    assert not account().reaches(tmp_path)  # pytest's folders are root's alone
    async with PostgresServer(tmp_path / "closed") as server:
        link = tmp_path / "closed" / "servers"
        assert link.is_symlink()
        assert server.process.folder.is_relative_to("/var/lib/aisle")
    async with PostgresServer(tmp_path / "closed") as again:
        assert again.url() == server.url()
    shutil.rmtree(link.resolve())


def test_a_port_somebody_listens_on_is_not_chosen() -> None:
    port = free_port(0)
    assert port_is_free(port)
    assert free_port(port) == port


@pytest.mark.parametrize(
    ("line", "meaning"),
    [
        ("PANIC:  could not write to file: No space left on device", "the disk is full"),
        ('could not open file "x": Permission denied', "not its own"),
        ("something new", "something new"),
    ],
)
def test_the_end_of_the_log_is_told_in_words_that_help(tmp_path: Path, line: str, meaning: str) -> None:
    log = tmp_path / "server.log"
    log.write_text(f"LOG: starting\n{line}\nkeeper: server ended with 1\n")
    assert meaning in reason(log)
