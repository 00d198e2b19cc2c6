"""`aisle up`: everything on one machine. Servers, schema, demo shop, index; then a worker and the API, until Ctrl-C."""

import asyncio
import os
import signal
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta

import httpx
from pydantic import SecretStr

from cli.console import bar, console
from core.config import Settings
from core.errors import AisleError, SetupError
from core.resources import Resources, open_resources, open_servers
from core.storage.migrate import migrate
from pipelines import index, popularity
from pipelines.demo.seed import seed
from worker.run import index_sources, utc_now

GRACE = timedelta(seconds=15)  # for a child to drain and end
READY = timedelta(seconds=60)
AGAIN = timedelta(seconds=2)  # before a worker that ended is started again
PARENT = "AISLE_PARENT"


async def up(settings: Settings, *, demo: bool) -> int:
    """Run until stopped; the exit code."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        console().print(f"Data in [bold]{settings.data_dir.absolute()}[/]")
        postgres, redis = await stack.enter_async_context(open_servers(settings))
        settings = settings.model_copy(update={"database_url": SecretStr(postgres), "redis_url": SecretStr(redis)})
        await prepare(settings, demo=demo)
        children = Children({"DATABASE_URL": postgres, "REDIS_URL": redis, PARENT: str(os.getpid())}, stop)
        stack.push_async_callback(children.end)
        return await children.keep(settings)


async def prepare(settings: Settings, *, demo: bool) -> None:
    """Schema, a catalogue if there is none, and a first index by words; meaning is left to the worker."""
    async with open_resources(settings, follow=False) as resources:
        await migrate(resources.database)
        if demo and not await resources.products.count():
            console().print("The shop is empty: loading the demo catalogue")
            with bar() as report:
                await seed(resources.products, resources.events, utc_now(), report)
            scratch = settings.data_dir / "scratch"
            await popularity.run(resources.events, resources.generations, scratch, utc_now())
        if await usable(resources):
            return
        with bar() as report:
            await index.run(index_sources(resources), utc_now(), report, vectors=False)
        await resources.jobs.enqueue("rebuild_index", lock="rebuild_index")


async def usable(resources: Resources) -> bool:
    """Whether a whole generation is published."""
    version = await resources.generations.current()
    if version is None:
        return False
    try:
        await resources.generations.open(version)
    except AisleError as error:
        console().print(f"[yellow]{error}; building it anew[/]")
        return False
    return True


@dataclass
class Children:
    """The API and the worker, in sessions of their own, so that Ctrl-C reaches only us and we end them in order."""

    environment: dict[str, str]
    stop: asyncio.Event
    api: asyncio.subprocess.Process | None = None
    worker: asyncio.subprocess.Process | None = None

    async def keep(self, settings: Settings) -> int:
        """Start both, say where to look, and wait for the end; a worker that ends is started again."""
        self.api = await self._start("serve")
        self.worker = await self._start("worker")
        await self._announce(settings)
        stopped = asyncio.create_task(self.stop.wait())
        served = asyncio.create_task(self.api.wait())
        while not stopped.done() and not served.done():
            worked = asyncio.create_task(self.worker.wait())
            await asyncio.wait({stopped, served, worked}, return_when=asyncio.FIRST_COMPLETED)
            if worked.done() and not stopped.done() and not served.done():
                console().print("[yellow]The worker ended; starting it again[/]")
                await asyncio.sleep(AGAIN.total_seconds())
                self.worker = await self._start("worker")
            worked.cancel()
        code = 0 if stopped.done() else (self.api.returncode or 1)
        stopped.cancel()
        return code

    async def end(self) -> None:
        """Ask both to end, then insist."""
        running = [child for child in (self.api, self.worker) if child is not None and child.returncode is None]
        for child in running:
            child.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(GRACE.total_seconds()):
                await asyncio.gather(*(child.wait() for child in running))
        except TimeoutError:
            for child in running:
                if child.returncode is None:
                    child.kill()
                    await child.wait()

    async def _start(self, command: str) -> asyncio.subprocess.Process:
        environment = os.environ | self.environment
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "cli.app", command, env=environment, start_new_session=True
        )

    async def _announce(self, settings: Settings) -> None:
        base = f"http://{settings.host}:{settings.port}"
        assert self.api is not None
        try:
            async with asyncio.timeout(READY.total_seconds()), httpx.AsyncClient() as client:
                while (  # noqa: ASYNC110 - what is waited for is another process
                    self.api.returncode is None and not self.stop.is_set() and not await answers(client, base)
                ):
                    await asyncio.sleep(0.1)
        except TimeoutError as error:
            raise SetupError(f"The API did not get ready within {READY.seconds} s; its log is above.") from error
        if self.api.returncode is None and not self.stop.is_set():
            console().print(
                f"\n  [bold green]Aisle is ready[/]\n\n  search page  {base}/\n  API docs     {base}/docs\n"
                f"  health       {base}/health/ready\n  metrics      {base}/metrics\n\n  Ctrl-C stops everything.\n"
            )


async def answers(client: httpx.AsyncClient, base: str) -> bool:
    """Whether the API is ready."""
    try:
        return (await client.get(f"{base}/health/ready", timeout=2)).status_code == 200
    except httpx.HTTPError:
        return False
