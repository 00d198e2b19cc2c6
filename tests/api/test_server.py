"""The real server in a process of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]
START = "from api.server import serve; serve('127.0.0.1', {port}, {workers}, app='tests.api.served:application')"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    def __init__(self, folder: Path, workers: int = 1, **environment: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "log"
        command = [sys.executable, "-c", START.format(port=self.port, workers=workers)]
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                command, cwd=ROOT, stdout=out, stderr=out, env={**os.environ, "PYTHONPATH": str(ROOT), **environment}
            )
        for _ in range(600):
            if self.answers():
                return
            time.sleep(0.1)
        raise AssertionError(self.log.read_text())

    def answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health/live").status_code == 200
        except httpx.HTTPError:
            return False

    def raw(self, request: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            try:
                connection.sendall(request)
                return connection.recv(4096)
            except (ConnectionError, TimeoutError):
                return b""

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(30)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    started = Server(tmp_path_factory.mktemp("server"))
    yield started
    started.stop()


def test_a_stop_lets_requests_in_work_finish_and_writes_down_what_was_shown(tmp_path):
    server = Server(tmp_path)
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(httpx.get, f"{server.url}/search?q=kettle", timeout=30)
        time.sleep(0.4)
        assert server.stop() == 0
        assert answer.result().status_code == 200
    lines = [json.loads(line) for line in server.log.read_text().splitlines()]
    assert [line["written"] for line in lines if line["event"] == "closed"] == [25]
    assert not server.answers()


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (b"GET /search?k=x HTTP/1.1", b"422"),
        (b"GET /search?q=%ff HTTP/1.1", b"422"),
        (b"GET /search?q=caf\xc3\xa9&k=x HTTP/1.1", b"422"),
        (b"GET /search?q=\xff HTTP/1.1", b"4"),
        (b"GET /products/%ff%00 HTTP/1.1", b"422"),
        (b"GET /products/a%2Fb HTTP/1.1", b"404"),
        (b"GET /search?q=" + b"x" * 20_000 + b" HTTP/1.1", b"422"),
        (b"GET /search?q=" + b"x" * 70_000 + b" HTTP/1.1", b"4"),
        (b"GET * HTTP/1.1", b"4"),
        (b"\x16\x03\x01 tls", b"4"),
    ],
)
def test_odd_requests_are_refused_on_the_wire(server, request_line, status):
    answer = server.raw(request_line + b"\r\nhost: shop\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 " + status)


def test_headers_without_end_are_cut_off(server):
    server.raw(b"GET / HTTP/1.1\r\nx-endless: " + b"x" * 5_000_000)
    assert server.answers()


def test_workers_count_into_one_set_of_metrics_and_do_not_outlive_a_killed_server(tmp_path):
    (tmp_path / "metrics").mkdir()
    server = Server(tmp_path, workers=2, PROMETHEUS_MULTIPROC_DIR=str(tmp_path / "metrics"))
    try:
        for _ in range(20):
            httpx.get(f"{server.url}/search?k=0")
        counted = httpx.get(f"{server.url}/metrics").text
        assert 'aisle_http_requests_total{method="GET",route="/search",status="422"} 20.0' in counted
    finally:
        server.process.send_signal(signal.SIGKILL)
    server.process.wait()
    for _ in range(300):
        if not server.answers():
            return
        time.sleep(0.1)
    raise AssertionError("still answering")
