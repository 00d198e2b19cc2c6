"""`aisle worker`, `aisle migrate`: one process each, as `aisle up` or an orchestrator starts them."""

import asyncio
import os
import signal
from datetime import timedelta

from cli.serving import end_with_parent
from core.config import Settings
from core.resources import open_resources
from core.storage.migrate import migrate
from worker.run import work as work_on

PATIENCE = timedelta(seconds=8)  # a little over what running jobs are given


async def work(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT; running jobs are given a moment to end."""
    end_with_parent()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    working = asyncio.create_task(work_on(settings))
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({working, stopped}, return_when=asyncio.FIRST_COMPLETED)
    if stopped.done():
        working.cancel()
        await asyncio.wait({working}, timeout=PATIENCE.total_seconds())
        if not working.done():  # it waits for a Postgres that is gone; its jobs are run again by the next worker
            os._exit(1)
    stopped.cancel()
    await asyncio.gather(working, return_exceptions=stop.is_set())


async def migrated(settings: Settings) -> None:
    """Bring the schema up to date."""
    async with open_resources(settings, follow=False) as resources:
        await migrate(resources.database)
