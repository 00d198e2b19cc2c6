import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.operator import Operator, gone


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
