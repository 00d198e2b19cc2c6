"""`aisle serve`, `aisle worker`, `aisle migrate`: one process each, as `aisle up` or an orchestrator starts them."""

import asyncio
import os
import signal
import threading
import time

from api.server import serve as serve_api
from core.config import Settings
from core.resources import open_resources
from core.storage.migrate import migrate
from worker.run import work as work_on

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
    serve_api(settings.host, settings.port, settings.workers)


async def work(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT; running jobs are given a moment to end."""
    end_with_parent()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    working = asyncio.create_task(work_on(settings))
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({working, stopped}, return_when=asyncio.FIRST_COMPLETED)
    if not working.done():
        working.cancel()
    await asyncio.gather(working, return_exceptions=stopped.done())
    stopped.cancel()


async def migrated(settings: Settings) -> None:
    """Bring the schema up to date."""
    async with open_resources(settings, follow=False) as resources:
        await migrate(resources.database)


def end_with_parent() -> None:
    """Have this process end when the one that started it is killed and cannot say so."""
    parent = os.environ.get(PARENT)
    if parent is not None and parent.isdigit():
        threading.Thread(target=_watch, args=(int(parent),), daemon=True, name="parent-watch").start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)
