"""One server's life: found running or started, leased, let go.

A process that uses a server holds a shared lock on the server's `lease`. Whoever finds none running starts a keeper,
which stops the server when the last lease is gone, whether given back or lost with a killed process. So commands
share one server, a killed one leaves nothing behind, and none can pull the server from under another.
"""

import asyncio
import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import SystemRandom
from typing import IO

from core.errors import SetupError
from core.storage.servers import keeper
from core.storage.servers.account import Account

STARTING = 120.0  # seconds; crash recovery of a big log takes its time
STOPPING = keeper.PATIENCE + 5
LOOK = 0.02
SURE = 3  # looks in a row: somebody else's look may pass for a lease
PORTS = range(20_000, 32_000)  # below the range the kernel gives to outgoing connections


@dataclass
class ServerProcess:
    """A server kept in `folder`. `prepare` returns the command (called only when none runs), `answers` asks it."""

    name: str
    folder: Path
    runner: Account
    stop_signal: signal.Signals
    prepare: Callable[[int], Awaitable[tuple[str, ...]]]
    answers: Callable[[int], Awaitable[bool]]
    lease: IO[bytes] | None = field(default=None, init=False)

    async def start(self) -> int:
        """Use the running server or start one; its port. Safe to call again.

        Raises:
            SetupError: it cannot run here; the message says why.

        """
        try:
            async with self._alone():
                self.lease = self.lease or await self._take_lease()
                return await self._found() or await self._launched()
        except OSError as error:
            self._release()
            raise SetupError(f"{self.name} cannot run in {self.folder}: {error.strerror}.") from error
        except BaseException:
            self._release()
            raise

    async def stop(self) -> None:
        """Give the lease back; when it was the last, return once the server is gone."""
        self._release()
        end, shared = time.monotonic() + STOPPING, 0
        while self._kept() and time.monotonic() < end and shared < SURE:
            shared = shared + 1 if self._used_by_others() else 0
            await asyncio.sleep(LOOK)

    def kill(self) -> None:
        """Kill keeper and server outright, as a power cut would. For fault tests."""
        for pid in self.pids().values():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def pids(self) -> dict[str, int]:
        """The process ids of `keeper` and `server`; empty when none runs."""
        if not self._kept():
            return {}
        return {name: pid for name, pid in self._recorded().items() if self._is_ours(pid)}

    def _recorded(self) -> dict[str, int]:
        text = (self.folder / "keeper").read_text()
        return {str(name): int(pid) for name, pid in json.loads(text or "{}").items()}

    def _is_ours(self, pid: int) -> bool:
        """Whether that process works on this folder; the same pid may long be another's, or another container's."""
        return pid > 0 and str(self.folder) in command_of(pid)

    def _kept(self) -> bool:
        """Whether a keeper is at work."""
        with (self.folder / "keeper").open("ab") as lock:
            return not try_lock(lock, fcntl.LOCK_EX)

    def _used_by_others(self) -> bool:
        """Whether others hold leases (and it is not the keeper, which holds it alone while it stops the server)."""
        with (self.folder / "lease").open("ab") as lease:
            return not try_lock(lease, fcntl.LOCK_EX) and try_lock(lease, fcntl.LOCK_SH)

    @contextlib.asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """One starter at a time."""
        with (self.folder / "starting").open("ab") as lock:
            await wait_for_lock(lock, fcntl.LOCK_EX, f"Another process has been starting {self.name} for too long.")
            yield

    async def _take_lease(self) -> IO[bytes]:
        lease = (self.folder / "lease").open("ab")
        try:
            await wait_for_lock(lease, fcntl.LOCK_SH, f"{self.name} has been stopping for too long.")
        except BaseException:
            lease.close()
            raise
        return lease

    def _release(self) -> None:
        if self.lease is not None:
            self.lease.close()
            self.lease = None

    async def _found(self) -> int | None:
        """The port of the server that runs; None when none does."""
        return await self._ready() if self._kept() else None

    async def _launched(self) -> int:
        """The port of the server just started."""
        await self._clear_stray()
        port = free_port(self._port())
        command = await self.prepare(port)
        (self.folder / "port").write_text(str(port))
        order = keeper.Order(str(self.folder), list(command), self.stop_signal, self.runner.uid, self.runner.gid)
        script = [sys.executable, "-I", "-S", str(Path(keeper.__file__)), json.dumps(vars(order))]
        await asyncio.to_thread(detach, script)
        if (ready := await self._ready()) is None:
            raise SetupError(f"{self.name} did not start: {reason(self.folder / 'server.log')}")
        return ready

    async def _ready(self) -> int | None:
        """The port once the server answers there; None when its keeper is gone."""
        end = time.monotonic() + STARTING
        while time.monotonic() < end:
            if await self.answers(port := self._port()):
                self._tell_keeper()
                return port
            if not self._kept():
                return None
            await asyncio.sleep(LOOK)
        raise SetupError(f"{self.name} is running but does not answer; see {self.folder / 'server.log'}.")

    def _tell_keeper(self) -> None:
        """The server has answered: from now on it is worth restarting."""
        if pid := self.pids().get("keeper"):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGUSR1)

    async def _clear_stray(self) -> None:
        """End a server that outlived its keeper: two on the same files would ruin them."""
        pid = self._recorded().get("server", 0)
        end = time.monotonic() + keeper.PATIENCE
        while self._is_ours(pid):
            os.kill(pid, self.stop_signal if time.monotonic() < end else signal.SIGKILL)
            await asyncio.sleep(0.1)

    def _port(self) -> int:
        try:
            return int((self.folder / "port").read_text())
        except (FileNotFoundError, ValueError):
            return 0


def try_lock(file: IO[bytes], kind: int) -> bool:
    """Take a lock if it is free."""
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


async def wait_for_lock(file: IO[bytes], kind: int, too_long: str) -> None:
    """Take a lock, waiting off the loop's back.

    Raises:
        SetupError: with `too_long` for its message.

    """
    end = time.monotonic() + STARTING
    while not try_lock(file, kind):
        if time.monotonic() > end:
            raise SetupError(too_long)
        await asyncio.sleep(LOOK)


def command_of(pid: int) -> str:
    """The command line of a process; empty when there is none. A pid alone proves nothing: they are used again."""
    if Path("/proc/self").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    return subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout


def detach(script: list[str]) -> None:
    """Start a script that goes its own way: own session, so that a terminal's Ctrl-C does not reach it."""
    subprocess.run(
        script,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        check=True,
    )


def free_port(preferred: int) -> int:
    """`preferred` if nobody listens there, else another free one on the loopback address."""
    draw = SystemRandom()
    for port in [preferred, *(draw.choice(PORTS) for _ in range(50))]:
        if port and port_is_free(port):
            return port
    raise SetupError("No free port on 127.0.0.1 between 20000 and 32000.")


def port_is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


REASONS = {
    "No space left on device": "the disk is full. Free some space",
    "Permission denied": "a file under its folder is not its own. Run as the user who made the data folder",
    "Address already in use": "its port has just been taken. Try again",
    "user does not exist": "this user is not in /etc/passwd, where Postgres looks. Run as one that is",
    "incompatible with server": "the data was made by another version. See docs/operations.md, Upgrading",
}


def reason(log: Path) -> str:
    """Why a server gave up, from the end of its log, in words that say what to do."""
    lines = log.read_text(errors="replace").splitlines()[-30:] if log.is_file() else []
    text = "\n".join(lines)
    for sign, meaning in REASONS.items():
        if sign in text:
            return f"{meaning} (log: {log})."
    said = next((line for line in reversed(lines) if not line.startswith("keeper:")), "nothing was logged")
    return f"{said} (log: {log})."
