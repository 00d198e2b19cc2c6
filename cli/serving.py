"""`aisle serve`: the API, as `aisle up` or an orchestrator starts it.

Imports little: this process only watches over those that serve, and nobody should wait for it to load what they load.
"""

import os
import signal
import threading
import time

from api.server import serve as serve_api
from core.config import Settings, share_metrics

PARENT = "AISLE_PARENT"  # set by `aisle up`: end when it is gone, however it went


def overridden(settings: Settings, **options: object) -> Settings:
    """The settings with what the command line says; exported, since worker processes read the environment."""
    given = {name: value for name, value in options.items() if value is not None}
    for name, value in given.items():
        os.environ[f"AISLE_{name.upper()}"] = str(value)
    return settings.model_copy(update=given)


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT."""
    end_with_parent()
    if settings.workers > 1:
        share_metrics(settings.data_dir / "metrics")
    serve_api(settings.host, settings.port, settings.workers, level=settings.log_level, service=settings.service_name)


def end_with_parent() -> None:
    """Have this process end when the one that started it is killed and cannot say so."""
    parent = os.environ.get(PARENT)
    if parent is not None and parent.isdigit():
        threading.Thread(target=_watch, args=(int(parent),), daemon=True, name="parent-watch").start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)
