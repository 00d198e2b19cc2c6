"""The worker's own jobs, done by a real worker on a real Postgres: rebuild, popularity, retention."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from croniter import croniter
from pydantic import SecretStr

from core.catalog import Product
from core.config import Settings
from core.errors import NotFoundError
from core.resources import Resources, open_resources
from core.storage.events import Event
from core.storage.index.snapshot import open_snapshot
from core.storage.jobs import Job
from core.storage.migrate import migrate
from worker.run import CHANGES_KEPT, EVENTS_KEPT, JOBS_KEPT, registry

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
ENDED = {"succeeded", "failed", "cancelled"}
PRODUCTS = [Product(id=f"{n}", title=f"Mug number {n}", price=Decimal(n), stock=n) for n in range(1, 6)]


@pytest.fixture
async def resources(data_dir: Path, database_url: str, redis_url: str) -> AsyncIterator[Resources]:
    settings = Settings(
        data_dir=data_dir, database_url=SecretStr(database_url), redis_url=SecretStr(redis_url),
        namespace=data_dir.name.lower().replace(".", "-"),
    )  # fmt: skip
    async with open_resources(settings, follow=False) as opened:
        await migrate(opened.database)
        await opened.products.upsert_many(PRODUCTS, NOW)
        yield opened


async def done(resources: Resources, *names: str, now: datetime = NOW) -> list[Job]:
    """Have these jobs done, one after another, by one worker whose clock stands still."""
    ids = [await resources.jobs.enqueue(name, lock=name) for name in names]
    working = asyncio.create_task(resources.jobs.run(registry(resources, lambda: now)))
    try:
        async with asyncio.timeout(60):
            while True:
                jobs = [await resources.jobs.get(job_id) for job_id in ids]
                if all(job.state in ENDED for job in jobs):
                    return jobs
                await asyncio.sleep(0.05)
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


def event(number: int, product_id: str = "1", *, ago: timedelta = timedelta(hours=1), kind: str = "view") -> Event:
    return Event(
        event_id=f"e{number}", event_type=kind, ts=NOW - ago, product_id=product_id, session_id="s", consent=True
    )


async def test_a_rebuild_publishes_an_index_of_the_catalogue(resources: Resources, tmp_path: Path) -> None:
    [job] = await done(resources, "rebuild_index")

    assert job.state == "succeeded"
    assert isinstance(job.result, dict)
    version = await resources.generations.current()
    assert (job.result["version"], job.result["products"], job.result["embedded"]) == (version, 5, 5)
    assert version is not None
    snapshot = open_snapshot(await resources.generations.open(version), tmp_path)
    assert sorted(snapshot.columns.row_of) == [product.id for product in PRODUCTS]
    assert snapshot.position == await resources.outbox.latest()


async def test_a_rebuild_repeated_is_a_further_generation_and_the_old_one_stays_for_a_rollback(
    resources: Resources,
) -> None:
    [first] = await done(resources, "rebuild_index")
    await resources.products.delete(["5"], NOW)
    [second] = await done(resources, "rebuild_index", now=NOW + timedelta(minutes=1))

    assert isinstance(first.result, dict)
    assert isinstance(second.result, dict)
    assert (first.result["products"], second.result["products"]) == (5, 4)
    assert await resources.generations.current() == second.result["version"]
    assert await resources.generations.artefacts.rollback("index") == first.result["version"]


async def test_popularity_is_computed_and_published(resources: Resources) -> None:
    views = [event(n) for n in range(20)]
    sales = [event(100 + n, "2", kind="purchase") for n in range(20)]
    seen_before = [event(200 + n, "2") for n in range(20)]
    await resources.events.append([*views, *sales, *seen_before], NOW)

    [job] = await done(resources, "popularity")

    assert (job.state, job.result) == ("succeeded", 2)
    version = await resources.generations.popularity_version()
    assert version is not None
    scores = await resources.generations.popularity(version)
    assert 0 < scores["1"] < scores["2"] == 1


async def test_retention_forgets_what_is_old_and_keeps_what_is_not(resources: Resources) -> None:
    old, fresh = event(1, ago=EVENTS_KEPT + timedelta(days=40)), event(2, ago=EVENTS_KEPT - timedelta(days=1))
    await resources.events.append([old, fresh], NOW)
    [finished] = await done(resources, "popularity")

    [job] = await done(resources, "retention")

    assert job.state == "succeeded"
    assert await resources.events.counts(datetime(2000, 1, 1, tzinfo=UTC)) == {"view": 1}
    assert (await resources.jobs.get(finished.id)).state == "succeeded"


async def test_ended_jobs_are_forgotten_in_time_and_the_changes_with_them(resources: Resources) -> None:
    finished = (await done(resources, "popularity"))[0]
    assert finished.finished_at is not None
    later = finished.finished_at + max(JOBS_KEPT, CHANGES_KEPT) + timedelta(days=1)

    [job] = await done(resources, "retention", now=later)

    assert job.result == 1  # the popularity job
    with pytest.raises(NotFoundError):
        await resources.jobs.get(finished.id)
    with pytest.raises(NotFoundError):  # a reader that far behind must rebuild
        await resources.outbox.read(0)


async def test_all_jobs_together_succeed_and_repeating_them_changes_nothing(resources: Resources) -> None:
    await resources.events.append([event(n) for n in range(20)], NOW)

    for minute in (0, 1):
        jobs = await done(resources, "rebuild_index", "popularity", "retention", now=NOW + timedelta(minutes=minute))
        assert {job.state for job in jobs} == {"succeeded"}

    assert await resources.events.counts(datetime(2000, 1, 1, tzinfo=UTC)) == {"view": 20}
    assert await resources.products.count() == len(PRODUCTS)


async def test_each_job_has_a_schedule_that_can_be_kept(resources: Resources) -> None:
    tasks = registry(resources, lambda: NOW)

    assert set(tasks) == {"rebuild_index", "popularity", "retention"}
    due = {name: croniter(task.cron, NOW).get_next(datetime) - NOW for name, task in tasks.items()}
    assert due["popularity"] <= timedelta(minutes=5)
    assert due["retention"] <= timedelta(days=1)
    assert due["rebuild_index"] <= timedelta(days=7)
