"""A shop in memory that files are loaded into."""

from pathlib import Path

import pytest

from tests.pipelines.load.memory import Shop


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)
