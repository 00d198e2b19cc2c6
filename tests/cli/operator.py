"""Somebody at a terminal: starts the service as its own processes and looks at what is left of them."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx

START = 60  # seconds for a start on a loaded machine


@dataclass
class Operator:
    """Somebody at a terminal."""

    data: Path
    port: int
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {"AISLE_DATA_DIR": str(self.data), "AISLE_PORT": str(self.port), "AISLE_WARM_QUERIES": "5"}

    def aisle(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "cli.app", *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=120, check=False)

    def up(self, *options: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "cli.app", "up", *options]
        with (self.data / "up.log").open("ab") as log:
            process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log, start_new_session=True)
        self.running.append(process)
        until(lambda: self.status("/health/ready") == 200, START)
        return process

    def status(self, path: str) -> int:
        try:
            return httpx.get(self.base + path, timeout=5).status_code
        except httpx.HTTPError:
            return 0

    def search(self, query: str, **parameters: str) -> dict[str, object]:
        answer = httpx.get(f"{self.base}/search", params={"q": query} | parameters, timeout=10)
        answer.raise_for_status()
        page: dict[str, object] = answer.json()
        return page

    def found(self, query: str) -> list[str]:
        results = self.search(query)["results"]
        assert isinstance(results, list)
        return [result["product_id"] for result in results]

    def processes(self) -> list[str]:
        """Command lines of all processes that know this data folder."""
        found = []
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit() and int(folder.name) != os.getpid():
                try:
                    text = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
                except OSError:
                    continue
                if str(self.data).encode() in text:
                    found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        return found


def until(holds: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.2)


def gone(operator: Operator, seconds: float) -> None:
    """Every process of this data folder has ended."""
    deadline = time.monotonic() + seconds
    while left := operator.processes():
        assert time.monotonic() < deadline, left
        time.sleep(0.2)
