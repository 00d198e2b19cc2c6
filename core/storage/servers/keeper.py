"""Keeps one server running for as long as some process holds a shared lock on `lease`.

Run as a script of its own, standard library only: it must start in milliseconds, outlive a killed launcher long
enough to stop the server in order, and be single-threaded so that the server may be tied to it by the kernel.
The locks are `flock`: the kernel lets go of them however a process ends, so there are no stale pid files to judge.
"""

import ctypes
import fcntl
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

LOG_BYTES = 10_000_000  # per file; one older file is kept
LOOK = 0.1  # seconds between looks at the lease
STEADY = 60.0  # seconds after which a death counts as the first
LONGEST_PAUSE = 30.0  # seconds between restarts
PATIENCE = 20.0  # seconds an orderly stop may take
PR_SET_PDEATHSIG = 1


@dataclass
class Told:
    """What signals have told us: SIGTERM and its like to stop, SIGUSR1 that the server has been seen to answer."""

    stop: bool = False
    answered: bool = False

    def listen(self) -> None:
        """From now on."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1):
            signal.signal(number, self._hear)

    def _hear(self, number: int, _frame: object) -> None:
        if number == signal.SIGUSR1:
            self.answered = True
        else:
            self.stop = True


@dataclass(frozen=True)
class Order:
    """What to keep running. `uid` and `gid` are None to stay who we are."""

    folder: str
    command: list[str]
    stop_signal: int
    uid: int | None
    gid: int | None


def tied_to_parent(stop_signal: int) -> Callable[[], None] | None:
    """For the child, between fork and exec: die when this process dies. Linux only; elsewhere there is no such call."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None).prctl

    def tie() -> None:
        prctl(PR_SET_PDEATHSIG, stop_signal)

    return tie


def launch(order: Order) -> subprocess.Popen[bytes]:
    """The server, in its own process group, its output on a pipe."""
    return subprocess.Popen(
        order.command,
        cwd=order.folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        user=order.uid,
        group=order.gid,
        extra_groups=None if order.uid is None else [],
        preexec_fn=tied_to_parent(order.stop_signal),  # noqa: PLW1509 - this process has one thread
    )


class Log:
    """A file that is moved aside when it has grown past the bound."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file: IO[bytes] = path.open("ab", buffering=0)

    def write(self, data: bytes) -> None:
        """Append; a full disk costs log lines, never the server."""
        try:
            if self.file.tell() > LOG_BYTES:
                self.file.close()
                self.path.replace(self.path.with_suffix(".log.1"))
                self.file = self.path.open("ab", buffering=0)
            self.file.write(data)
        except OSError:
            return

    def say(self, text: str) -> None:
        """A line of the keeper's own."""
        self.write(f"keeper: {text}\n".encode())


def wanted(lease: IO[bytes]) -> bool:
    """Whether anybody still holds the lease. When nobody does, this process holds it exclusively from here on."""
    try:
        fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def drain(server: subprocess.Popen[bytes], log: Log, seconds: float) -> None:
    """Move what the server says into the log; returns after `seconds` or something said."""
    if server.stdout is not None and select.select([server.stdout], [], [], seconds)[0]:
        said = os.read(server.stdout.fileno(), 65536)
        if said:
            log.write(said)
        else:
            time.sleep(seconds)  # the pipe is closed; the exit status follows


def finish(server: subprocess.Popen[bytes], order: Order, log: Log) -> None:
    """Stop in order; what does not stop in time is killed (both servers recover from that)."""
    server.send_signal(order.stop_signal)
    end = time.monotonic() + PATIENCE
    while server.poll() is None and time.monotonic() < end:
        drain(server, log, LOOK)
    if server.poll() is None:
        log.say("no orderly stop in time, killing")
        server.kill()
        server.wait()


def write_pid(lock: IO[bytes], pid: int) -> None:
    """Let others see which process the server is. Always of one length: rewriting it takes no space on a full disk."""
    lock.seek(0)
    lock.write(json.dumps({"keeper": os.getpid(), "server": pid}).ljust(80).encode())
    lock.flush()


def keep(order: Order, lease: IO[bytes], lock: IO[bytes], log: Log, told: Told) -> int:
    """Run until nobody wants it, restarting after deaths with growing pauses. What has never answered is given up."""
    pause = 1.0
    while True:
        started = time.monotonic()
        server = launch(order)
        write_pid(lock, server.pid)
        while server.poll() is None and not told.stop and wanted(lease):
            drain(server, log, LOOK)
        if server.poll() is None:
            finish(server, order, log)
            return 0
        drain(server, log, 0)
        log.say(f"server ended with {server.returncode}")
        if not told.answered:
            return 1
        pause = 1.0 if time.monotonic() - started > STEADY else min(pause * 2, LONGEST_PAUSE)
        if not rest(pause, lease, told):
            return 0


def rest(seconds: float, lease: IO[bytes], told: Told) -> bool:
    """Wait before a restart; False when it is no longer wanted."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if told.stop or not wanted(lease):
            return False
        time.sleep(LOOK)
    return True


def main() -> int:
    """Take the keeper's lock, detach from the launcher, keep the server. The lock is held when the launcher goes on."""
    order = Order(**json.loads(sys.argv[1]))
    folder = Path(order.folder)
    (folder / "keeper").touch()
    with (folder / "lease").open("ab") as lease, (folder / "keeper").open("r+b") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return 0
        told = Told()
        told.listen()
        if os.fork():
            os._exit(0)
        write_pid(lock, 0)
        status = keep(order, lease, lock, Log(folder / "server.log"), told)
        os._exit(status)  # the lock goes with the process: whoever sees it free may count on us being gone


if __name__ == "__main__":
    sys.exit(main())
