"""The HTTP server: granian, with worker processes that each open the app for themselves.

Why granian: docs/decisions/0007-http-server.md.
"""

import asyncio
import multiprocessing
import os
import signal
from datetime import timedelta

from granian import Granian
from granian.constants import Interfaces, Loops
from granian.http import HTTP1Settings

from core.telemetry import logs

APP = "api.app:application"
DRAIN = timedelta(seconds=15)  # for requests in work once a stop is asked for; a little over the request timeout
HEADERS_WITHIN = timedelta(seconds=10)  # a caller who dribbles headers holds nothing but a socket, and not for long
PARENT_EVERY = timedelta(seconds=1)
HEADER_BYTES = 64 * 1024
BACKLOG = 2048
_TO_ROOT = {"handlers": [], "level": "INFO", "propagate": True}


def serve(host: str, port: int, workers: int, *, level: str = "INFO", service: str = "aisle", app: str = APP) -> None:
    """Serve until told to stop (SIGINT or SIGTERM): no new connections, requests in work finish, then all is closed.

    `app` names a factory without arguments. Workers read their settings from the environment. With several of them,
    have `core.config.share_metrics` name the folder they count into first.
    """
    logs.configure(level=level, service=service)
    multiprocessing.set_start_method("spawn", force=True)  # a forked copy would inherit threads' locks and metrics
    Granian(
        app,
        factory=True,
        address=host,
        port=port,
        workers=workers,
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        websockets=False,
        backlog=BACKLOG,
        backpressure=BACKLOG,  # the app refuses what is too much itself, in words (api.bounds)
        http1_settings=HTTP1Settings(
            header_read_timeout=int(HEADERS_WITHIN.total_seconds() * 1000), max_buffer_size=HEADER_BYTES
        ),
        respawn_failed_workers=True,
        workers_kill_timeout=int(DRAIN.total_seconds()),
        log_dictconfig={"loggers": {"_granian": _TO_ROOT, "granian.access": _TO_ROOT}},
    ).serve()


async def end_with_parent() -> None:
    """Runs in a worker: ends it, in good order, when the server that started it was killed and could not say so."""
    parent = os.getppid()
    while os.getppid() == parent:  # noqa: ASYNC110 - there is no event for this
        await asyncio.sleep(PARENT_EVERY.total_seconds())
    os.kill(os.getpid(), signal.SIGTERM)
