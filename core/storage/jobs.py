"""The job queue: procrastinate on our Postgres. Asking is one statement on our pool; the worker is the library's."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import procrastinate
import psycopg
import structlog
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status
from pydantic import JsonValue

from core.catalog import Frozen
from core.errors import AisleError, ConflictError, NotFoundError
from core.storage.postgres import Database

Arguments = Mapping[str, JsonValue]
State = Literal["waiting", "running", "succeeded", "failed", "cancelled"]

STALLED = timedelta(seconds=30)  # a worker silent this long is dead; its jobs run again
RESCUES = 5  # a job that has been tried this often when its worker dies is given up
GRACE = timedelta(seconds=3)  # for running jobs when the worker is stopped; what is cut off runs again
RECONNECT = timedelta(seconds=2)
POLL = timedelta(seconds=5)  # should a notification be lost
WORKER_CONNECTIONS = 4

log = structlog.get_logger(__name__)


class Job(Frozen):
    """How a job stands."""

    id: int
    name: str
    state: State
    attempts: int
    queued_at: datetime
    finished_at: datetime | None = None
    result: JsonValue = None
    error: str | None = None


class Task(Frozen):
    """What a worker does for jobs of one name. `run` must be safe to do again: a killed worker's jobs are repeated."""

    run: Callable[[Arguments], Awaitable[JsonValue]]
    cron: str | None = None  # also on its own, `minute hour day month weekday`, UTC
    attempts: int = 3  # in all, with growing pauses


@dataclass(frozen=True)
class Jobs:
    """Work that nobody waits for."""

    database: Database

    async def enqueue(self, name: str, arguments: Arguments | None = None, lock: str | None = None) -> int:
        """Have a job done; its id. With a `lock`, while one such job waits, that one's id; none run side by side."""
        while True:
            try:
                return await self.database.number("jobs.enqueue", name, lock, dict(arguments or {}))
            except ConflictError:
                if waiting := await self.database.number("jobs.waiting", lock):
                    return waiting  # 0: it began in this moment, so another may wait

    async def get(self, job_id: int) -> Job:
        """How a job stands. Raises `NotFoundError`."""
        row = await self.database.row("jobs.get", job_id)
        if row is None:
            raise NotFoundError("There is no such job.")
        fields = dict(row)
        return Job(state=_STATES[fields.pop("status")], **fields)

    async def prune(self, before: datetime) -> int:
        """Forget jobs that ended before this; answers how many."""
        return await self.database.execute("jobs.prune", before)

    async def run(self, registry: Mapping[str, Task], concurrency: int = 1) -> None:
        """Work until cancelled, through any loss of Postgres. Running jobs are given `GRACE` to end."""
        while True:
            app = self._app(registry)
            try:
                async with app.open_async():
                    await _work(app, concurrency)
            except (ConnectorException, psycopg.Error, OSError, TimeoutError) as error:
                log.warning("worker_lost_postgres", error=type(error).__name__)
            await asyncio.sleep(RECONNECT.total_seconds())

    def _app(self, registry: Mapping[str, Task]) -> procrastinate.App:
        connector = procrastinate.PsycopgConnector(
            conninfo=self.database.url, min_size=1, max_size=WORKER_CONNECTIONS, timeout=STALLED.total_seconds()
        )
        app = procrastinate.App(connector=connector)
        for name, task in registry.items():
            retries = task.attempts - 1  # what the library calls max_attempts
            retry = procrastinate.RetryStrategy(max_attempts=retries, exponential_wait=2) if retries else False
            queued = app.task(name=name, pass_context=True, retry=retry, lock=name, queueing_lock=name)(
                self._runner(task)
            )
            if task.cron is not None:
                app.periodic(cron=task.cron)(queued)
        return app

    def _runner(self, task: Task) -> Callable[..., Awaitable[None]]:
        async def run(context: procrastinate.JobContext, **arguments: JsonValue) -> None:
            arguments.pop("timestamp", None)  # the library's, when a schedule asked
            try:
                result = await task.run(arguments)
            except Exception as error:
                # Details of other errors are for the log: a job's status is shown to its caller.
                shown = str(error) if isinstance(error, AisleError) else "The job failed."
                await self._finish(context, None, shown)
                raise
            await self._finish(context, result, None)

        return run

    async def _finish(self, context: procrastinate.JobContext, result: JsonValue, error: str | None) -> None:
        with suppress(AisleError):  # the job itself counts, not the note about it
            await self.database.execute("jobs.finish", context.job.id, result, error)


async def _work(app: procrastinate.App, concurrency: int) -> None:
    """One worker, and beside it the care for jobs of workers that died. Ends with the first error of either."""
    options: procrastinate.app.WorkerOptions = {
        "concurrency": concurrency,
        "install_signal_handlers": False,  # signals are the entry point's
        "fetch_job_polling_interval": POLL.total_seconds(),
        "stalled_worker_timeout": STALLED.total_seconds(),
        "shutdown_graceful_timeout": GRACE.total_seconds(),
    }
    async with asyncio.TaskGroup() as group:
        group.create_task(_rescue(app))
        group.create_task(app.run_worker_async(**options))


async def _rescue(app: procrastinate.App) -> None:
    while True:
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED.total_seconds()):
            log.warning("job_rescued", job=job.id, task=job.task_name, attempts=job.attempts)
            if job.attempts < RESCUES:
                await app.job_manager.retry_job(job)
            else:  # it may be what kills the workers
                await app.job_manager.finish_job(job, Status.FAILED, delete_job=False)
        await asyncio.sleep(STALLED.total_seconds())


_STATES: Mapping[str, State] = {
    "todo": "waiting",
    "doing": "running",
    "succeeded": "succeeded",
    "failed": "failed",
    "cancelled": "cancelled",
    "aborting": "running",
    "aborted": "cancelled",
}
