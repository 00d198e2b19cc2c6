"""A folder of this process's own on the artefacts' disk; what killed processes left behind is swept."""

import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

PREFIX = "process-"


def own_folder(parent: Path) -> "TemporaryDirectory[str]":
    """A fresh folder, removed at the end. Folders of processes that are no more are removed now."""
    parent.mkdir(parents=True, exist_ok=True)
    for left in parent.glob(f"{PREFIX}*"):
        pid = left.name.removeprefix(PREFIX).split("-")[0]
        if pid.isdigit() and not alive(int(pid)):
            shutil.rmtree(left, ignore_errors=True)
    return TemporaryDirectory(prefix=f"{PREFIX}{os.getpid()}-", dir=parent, ignore_cleanup_errors=True)


def alive(pid: int) -> bool:
    """Whether a process of this machine has this id."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
