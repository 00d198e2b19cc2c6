"""The whole service as an operator starts it: one command up, a catalogue in, a change followed, every way down."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

CATALOGUE = "id,title,brand,price,category\n" + "".join(
    f"p{i},{colour} {thing},Acme,{10 + i}.50,Home > {thing}s\n"
    for i, (colour, thing) in enumerate((c, t) for c in ("Red", "Blue", "Green") for t in ("Lamp", "Mug", "Chair"))
)
START = 60  # seconds for a start on a loaded machine
FOLLOW = 20


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

    def up(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "cli.app", "up", "--no-demo"]
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


@pytest.fixture
def operator(data_dir: Path) -> Iterator[Operator]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    operator = Operator(data_dir, port)
    yield operator
    for process in operator.running:
        if process.poll() is None:
            process.kill()
            process.wait()
    gone(operator, 30)


def test_a_shop_from_a_file_to_the_page_and_through_every_way_down(operator: Operator, tmp_path: Path) -> None:
    file = tmp_path / "shop.csv"
    file.write_text(CATALOGUE)
    loaded = operator.aisle("load", str(file), "--yes", "--json")
    assert loaded.returncode == 0, loaded.stderr
    assert json.loads(loaded.stdout)["inserted"] == 9

    process = operator.up()
    assert operator.found("red lamp")[0] == "p0"
    until(lambda: operator.search("something to sit on")["degraded"] == [], 60)  # the worker has made the vectors

    # A change in the catalogue is followed by the serving process within seconds, its cached answers with it.
    file.write_text(CATALOGUE + "p9,Purple Umbrella,Acme,5.00,Home > Umbrellas\n")
    assert operator.found("purple umbrella")[:1] != ["p9"]
    assert operator.aisle("load", str(file), "--yes").returncode == 0
    until(lambda: "p9" in operator.found("purple umbrella"), FOLLOW)
    operator.aisle("load", str(patch(tmp_path)), "--yes")
    until(lambda: "4.25" in json.dumps(operator.search("purple umbrella")), FOLLOW)

    assert operator.aisle("doctor").returncode == 0
    listed = json.loads(operator.aisle("index", "list", "--json").stdout)["generations"]
    assert sum(generation["current"] for generation in listed) == 1

    # kill -9: nothing survives it but the data.
    process.kill()
    process.wait()
    gone(operator, 30)
    process = operator.up()
    assert "p9" in operator.found("purple umbrella")
    assert operator.search("red lamp")["total"]

    # Ctrl-C: an orderly end, no process left.
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0
    gone(operator, 15)


def patch(folder: Path) -> Path:
    file = folder / "prices.csv"
    file.write_text("id,price,stock\np9,4.25,3\n")
    return file
