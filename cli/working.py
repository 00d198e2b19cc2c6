"""`aisle worker`, `aisle migrate`: one process each, as `aisle up` or an orchestrator starts them."""

import asyncio
import signal

from cli.serving import end_with_parent
from core.config import Settings
from core.resources import open_resources
from core.storage.migrate import migrate
from worker.run import work as work_on


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
