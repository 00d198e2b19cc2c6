"""The job queue, with a real worker on a real Postgres."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from importlib import resources

import pytest

from core.errors import InvalidInputError, NotFoundError
from core.storage.jobs import Job, Jobs, Task
from core.storage.migrate import load_migrations
from core.storage.postgres import Database

ENDED = {"succeeded", "failed", "cancelled"}


@asynccontextmanager
async def worker(jobs: Jobs, registry: Mapping[str, Task]) -> AsyncIterator[None]:
    running = asyncio.create_task(jobs.run(registry))
    try:
        yield
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def ended(jobs: Jobs, job_id: int) -> Job:
    for _ in range(600):
        job = await jobs.get(job_id)
        if job.state in ENDED:
            return job
        await asyncio.sleep(0.05)
    pytest.fail(f"job {job_id} did not end")


@pytest.fixture
def jobs(database: Database) -> Jobs:
    return Jobs(database)


async def test_a_job_is_done_and_its_result_read_by_id(jobs: Jobs) -> None:
    async def add(arguments: Mapping[str, object]) -> int:
        return sum(arguments["numbers"])  # type: ignore[call-overload]

    job_id = await jobs.enqueue("add", {"numbers": [1, 2]})
    assert (await jobs.get(job_id)).state == "waiting"
    async with worker(jobs, {"add": Task(run=add)}):
        job = await ended(jobs, job_id)
    assert (job.name, job.state, job.result, job.error) == ("add", "succeeded", 3, None)
    assert job.finished_at is not None
    assert job.finished_at >= job.queued_at


async def test_while_one_waits_asking_again_answers_the_same_job(jobs: Jobs) -> None:
    first = await jobs.enqueue("rebuild_index", lock="rebuild_index")
    assert await jobs.enqueue("rebuild_index", lock="rebuild_index") == first
    assert await jobs.enqueue("rebuild_index") != first


async def test_many_askers_at_once_agree_on_one_job(jobs: Jobs) -> None:
    ids = await asyncio.gather(*(jobs.enqueue("popularity", lock="popularity") for _ in range(10)))
    assert len(set(ids)) == 1


async def test_while_one_runs_another_may_wait_but_not_run(jobs: Jobs) -> None:
    running, most, begun, release = 0, 0, asyncio.Event(), asyncio.Event()

    async def slow(_: Mapping[str, object]) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        begun.set()
        await release.wait()
        running -= 1

    first = await jobs.enqueue("slow", lock="slow")
    registry = {"slow": Task(run=slow)}
    async with worker(jobs, registry), worker(jobs, registry):
        await asyncio.wait_for(begun.wait(), 20)
        second = await jobs.enqueue("slow", lock="slow")
        assert second != first
        await asyncio.sleep(0.3)
        release.set()
        await ended(jobs, first)
        await ended(jobs, second)
    assert most == 1


async def test_a_failure_says_what_may_be_shown_and_no_more(jobs: Jobs) -> None:
    async def refuse(_: Mapping[str, object]) -> None:
        raise InvalidInputError("No such catalogue.")

    async def crash(_: Mapping[str, object]) -> None:
        raise RuntimeError("password=hunter2")

    refused, crashed = await jobs.enqueue("refuse"), await jobs.enqueue("crash")
    async with worker(jobs, {"refuse": Task(run=refuse, attempts=1), "crash": Task(run=crash, attempts=1)}):
        first, second = await ended(jobs, refused), await ended(jobs, crashed)
    assert (first.state, first.error) == ("failed", "No such catalogue.")
    assert (second.state, second.error) == ("failed", "The job failed.")


async def test_a_job_is_tried_as_often_as_its_task_says(jobs: Jobs) -> None:
    tried = 0

    async def crash(_: Mapping[str, object]) -> None:
        nonlocal tried
        tried += 1
        raise RuntimeError

    job_id = await jobs.enqueue("crash")
    async with worker(jobs, {"crash": Task(run=crash, attempts=2)}):
        job = await ended(jobs, job_id)
    assert (tried, job.state, job.attempts) == (2, "failed", 2)


async def test_an_unknown_job_is_not_found(jobs: Jobs) -> None:
    with pytest.raises(NotFoundError):
        await jobs.get(4711)


async def test_ended_jobs_are_forgotten_and_waiting_ones_kept(jobs: Jobs) -> None:
    async def nothing(_: Mapping[str, object]) -> None:
        return None

    done = await jobs.enqueue("nothing")
    async with worker(jobs, {"nothing": Task(run=nothing)}):
        await ended(jobs, done)
    waiting = await jobs.enqueue("nothing")
    assert await jobs.prune(datetime(2100, 1, 1, tzinfo=UTC)) == 1
    assert (await jobs.get(waiting)).state == "waiting"
    with pytest.raises(NotFoundError):
        await jobs.get(done)


async def lose_worker(jobs: Jobs, attempts: int) -> None:
    """What a killed worker leaves behind."""
    async with jobs.database.session() as session:
        dead = await session.connection.fetchval(
            "insert into procrastinate_workers (last_heartbeat) values (now() - interval '1 hour') returning id"
        )
        await session.connection.execute(
            "update procrastinate_jobs set status = 'doing', worker_id = $1, attempts = $2", dead, attempts
        )


async def test_the_job_of_a_worker_that_died_is_done_by_another(jobs: Jobs) -> None:
    async def work(_: Mapping[str, object]) -> str:
        return "done"

    job_id = await jobs.enqueue("work")
    await lose_worker(jobs, attempts=0)
    assert (await jobs.get(job_id)).state == "running"
    async with worker(jobs, {"work": Task(run=work)}):
        assert (await ended(jobs, job_id)).result == "done"


async def test_a_job_whose_workers_always_die_is_given_up(jobs: Jobs) -> None:
    async def work(_: Mapping[str, object]) -> None:
        pytest.fail("tried again")

    job_id = await jobs.enqueue("work")
    await lose_worker(jobs, attempts=5)
    async with worker(jobs, {"work": Task(run=work)}):
        assert (await ended(jobs, job_id)).state == "failed"


async def test_a_task_with_a_schedule_is_done_on_its_own(jobs: Jobs) -> None:
    done = asyncio.Event()

    async def work(arguments: Mapping[str, object]) -> None:
        assert arguments == {}
        done.set()

    async with worker(jobs, {"work": Task(run=work, cron="* * * * * *")}):  # a sixth field: every second
        await asyncio.wait_for(done.wait(), 30)


def test_the_queues_schema_is_that_of_the_library_installed() -> None:
    """An upgrade of procrastinate needs its migrations as further steps of ours (docs/decisions/0005-job-queue.md)."""
    [step] = [step for step in load_migrations() if step.name == "procrastinate"]
    schema = (resources.files("procrastinate") / "sql" / "schema.sql").read_text(encoding="utf-8")
    assert step.sql.endswith(schema)
