"""The worker: what is done beside serving. Jobs are safe to repeat, so that a killed worker costs only time."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from pydantic import JsonValue

from core.config import Settings
from core.resources import Resources, open_resources
from core.storage.jobs import Arguments, Task
from core.telemetry import logs
from pipelines import index, popularity

EVENTS_KEPT = timedelta(days=90)  # SPEC §6
CHANGES_KEPT = timedelta(days=14)  # longer than any index is old: the weekly rebuild's position must still be there
JOBS_KEPT = timedelta(days=14)

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time."""
    return datetime.fromtimestamp(time.time(), UTC)


def index_sources(resources: Resources) -> index.Sources:
    """What an index is built from."""
    return index.Sources(
        catalogue=resources.products,
        outbox=resources.outbox,
        generations=resources.generations,
        embed=resources.embedding,
        model=resources.encoder.model,
        scratch=resources.settings.data_dir / "scratch",
        hnsw_from=resources.settings.hnsw_from,
    )


def registry(resources: Resources, clock: Clock) -> dict[str, Task]:
    """Every job by name, with its schedule."""

    async def rebuild_index(_arguments: Arguments) -> JsonValue:
        about = await index.run(index_sources(resources), clock(), index.silent)
        return about.model_dump(mode="json")

    async def compute_popularity(_arguments: Arguments) -> JsonValue:
        scratch = resources.settings.data_dir / "scratch"
        return await popularity.run(resources.events, resources.generations, scratch, clock())

    async def retention(_arguments: Arguments) -> JsonValue:
        now = clock()
        await resources.events.prune(now - EVENTS_KEPT)
        await resources.outbox.prune(now - CHANGES_KEPT)
        return await resources.jobs.prune(now - JOBS_KEPT)

    return {
        "rebuild_index": Task(run=rebuild_index, cron="0 3 * * 0"),
        "popularity": Task(run=compute_popularity, cron="*/5 * * * *"),
        "retention": Task(run=retention, cron="30 2 * * *"),
    }


async def work(settings: Settings) -> None:
    """Work until cancelled."""
    logs.configure(level=settings.log_level, service=f"{settings.service_name}-worker")
    async with open_resources(settings, follow=False) as resources:
        await resources.jobs.run(registry(resources, utc_now))
