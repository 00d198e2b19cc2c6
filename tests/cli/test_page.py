"""The page in a real browser, over the real service and the demo shop: the frontend's own end-to-end tests."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.operator import Operator

FRONTEND = Path(__file__).parents[2] / "frontend"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")


@pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no Chromium here: apt-get install chromium")
@pytest.mark.skipif(shutil.which("npm") is None, reason="no Node.js here")
@pytest.mark.skipif(not (FRONTEND / "node_modules").is_dir(), reason="the frontend is not installed: make install")
def test_a_shopper_finds_filters_pages_and_looks_closer(operator: Operator) -> None:
    operator.up()

    command = ["npm", "--prefix", str(FRONTEND), "run", "--silent", "e2e"]
    environment = os.environ | {"BASE_URL": operator.base, "CHROMIUM": CHROMIUM}
    tried = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=420, check=False)

    assert tried.returncode == 0, tried.stdout[-8000:] + tried.stderr[-2000:]
