"""Load files into the catalogue: plan, read in a thread, write batch by batch, remember how far. Safe to kill."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol, TypeVar

from core.catalog import Product
from core.errors import AisleError, UnavailableError
from core.storage.loads import Progress
from core.storage.products import Patch, Patched, Written
from pipelines.load.batches import Batch, batches
from pipelines.load.fetch import fetch, is_url
from pipelines.load.options import FileSummary, LoadOptions, LoadSummary
from pipelines.load.plan import Plan, plan
from pipelines.load.rejects import RejectsFile, reject
from pipelines.load.sources import files_in

T = TypeVar("T")
Clock = Callable[[], datetime]


class Catalogue(Protocol):
    """Where products go; `core.storage.products.ProductStore` is one."""

    async def upsert_many(self, products: Sequence[Product], now: datetime) -> Written:
        """Insert or replace; again changes nothing."""
        ...

    async def patch_many(self, patches: Sequence[Patch], now: datetime) -> Patched:
        """Set prices and stocks alone."""
        ...


class Loads(Protocol):
    """How far each file is; `core.storage.loads.LoadStore` is one."""

    async def get(self, source: str) -> Progress | None:
        """Where this source stands."""
        ...

    async def put(self, source: str, progress: Progress, now: datetime) -> None:
        """Remember it."""
        ...

    def claim(self, source: str) -> AbstractAsyncContextManager[None]:
        """Be the only one; ConflictError otherwise."""
        ...


class Report(Protocol):
    """Who is told what goes on; all of it for people, none of it on stdout."""

    def planned(self, plan: Plan) -> bool:
        """What a file's columns will mean. False: leave the file out."""
        ...

    def advanced(self, name: str, position: int, size: int, rows: int) -> None:
        """Bytes read of a file's bytes (0: unknown), and rows."""
        ...

    def said(self, text: str) -> None:
        """A sentence."""
        ...


@dataclass(frozen=True)
class Store:
    """Both stores that a load writes to."""

    products: Catalogue
    loads: Loads


async def run(
    source: str, options: LoadOptions, store: Store, report: Report, *, clock: Clock, stop: asyncio.Event | None = None
) -> LoadSummary:
    """Load a file, a folder, or a URL. Setting `stop` ends it after the batch at hand; the same call goes on there.

    InvalidInputError when there is nothing to load at all; what is wrong with one file of many is in its summary.
    """
    started, stop = time.perf_counter(), stop or asyncio.Event()
    done: list[FileSummary] = []
    async with _files(source, options, report) as (paths, fetched):
        for path in paths:
            folder = options.rejects_dir or (Path() if fetched else path.parent)
            done.append(await _guarded(path, folder, _Job(options, store, report, clock, stop)))
            if stop.is_set():
                break
    seconds = round(time.perf_counter() - started, 3)
    return LoadSummary(files=tuple(done), seconds=seconds, dry_run=options.dry_run, interrupted=stop.is_set())


@asynccontextmanager
async def _files(source: str, options: LoadOptions, report: Report) -> AsyncIterator[tuple[list[Path], bool]]:
    if not is_url(source):
        yield await asyncio.to_thread(files_in, Path(source)), False
        return
    with TemporaryDirectory(prefix="aisle-load-") as folder:
        path = await fetch(
            source,
            Path(folder),
            most=options.limits.download,
            allow_private=options.allow_private,
            advanced=lambda position, size: report.advanced("download", position, size, 0),
        )
        yield [path], True


@dataclass(frozen=True)
class _Job:
    options: LoadOptions
    store: Store
    report: Report
    clock: Clock
    stop: asyncio.Event


async def _guarded(path: Path, folder: Path, job: _Job) -> FileSummary:
    """One file; its failure is its own."""
    try:
        planned = await asyncio.to_thread(plan, path, job.options)
        if not job.report.planned(planned):
            return FileSummary(name=path.name, error="left out")
        rejects = RejectsFile(folder / f"{path.name}.rejects.jsonl")
        if job.options.dry_run:
            return await _load(planned, rejects, job)
        async with job.store.loads.claim(planned.key):
            return await _load(planned, rejects, job)
    except (AisleError, OSError) as failed:
        job.report.said(f"{path.name}: {failed}")
        return FileSummary(name=path.name, error=str(failed))


async def _load(planned: Plan, rejects: RejectsFile, job: _Job) -> FileSummary:
    # Prices and stocks are cheap to set again, and their rejects come from the store: such a file starts anew.
    resumes = planned.columns.kind == "products" and not job.options.dry_run
    before = await _before(planned, job) if resumes else Progress()
    done = FileSummary(name=planned.source.name, kind=planned.columns.kind, earlier=before.done, loaded=before.done)
    try:
        with rejects:
            reading = batches(planned, job.options, job.clock(), skip=before.position)
            async with aclosing(_ahead(reading)) as ahead:
                async for batch in ahead:
                    done = await _write(batch, done, rejects, job)
                    job.report.advanced(done.name, batch.position, planned.source.size, done.rows)
                    if resumes and batch.records > before.position:
                        await _remember(planned, batch, done, job)
                    if job.stop.is_set():
                        break
    except (AisleError, OSError) as failed:  # what is loaded stays, and is counted
        job.report.said(f"{planned.source.name}: {failed}")
        done = done.model_copy(update={"error": str(failed)})
    return done.model_copy(update={"rejects": str(rejects.path) if rejects.count else None})


async def _before(planned: Plan, job: _Job) -> Progress:
    """Where an earlier run of this very file was cut off; the beginning if none was."""
    progress = await _patiently(partial(job.store.loads.get, planned.key), job)
    if progress is None or progress.finished:
        return Progress()
    job.report.said(f"{planned.source.name}: going on after the {progress.position} rows an earlier run has done")
    return progress


async def _remember(planned: Plan, batch: Batch, done: FileSummary, job: _Job) -> None:
    progress = Progress(position=batch.records, done=done.loaded, rejected=done.rejected, finished=batch.last)
    await _patiently(partial(job.store.loads.put, planned.key, progress, job.clock()), job)


async def _write(batch: Batch, done: FileSummary, rejects: RejectsFile, job: _Job) -> FileSummary:
    """Store a batch, then its rejects; the counts with it added."""
    products = [row for row in batch.rows if isinstance(row, Product)]
    patches = [row for row in batch.rows if isinstance(row, Patch)]
    written, patched = Written(), Patched()
    if products and not job.options.dry_run:
        written = await _patiently(lambda: job.store.products.upsert_many(products, job.clock()), job)
    if patches and not job.options.dry_run:
        patched = await _patiently(lambda: job.store.products.patch_many(patches, job.clock()), job)
    lines = dict(zip((row.id for row in batch.rows), batch.lines, strict=True))
    missing = [reject(lines[gone], None, gone, "no such product") for gone in patched.missing]
    await asyncio.to_thread(rejects.write, sorted([*batch.rejects, *missing], key=itemgetter(0)))
    counts = {
        "inserted": done.inserted + written.inserted,
        "updated": done.updated + written.updated + patched.updated,
        "unchanged": done.unchanged + written.unchanged + patched.unchanged,
        "loaded": done.loaded + len(batch.rows) - len(missing),
        "rows": batch.records,
        "rejected": rejects.count,
    }
    return done.model_copy(update=counts)


async def _ahead(reading: Generator[Batch]) -> AsyncGenerator[Batch]:
    """Batches, the next one being read in a thread while this one is written."""
    task = asyncio.ensure_future(asyncio.to_thread(next, reading, None))
    try:
        while (batch := await task) is not None:
            task = asyncio.ensure_future(asyncio.to_thread(next, reading, None))
            yield batch
    finally:
        await asyncio.wait([task])  # a generator that runs in a thread cannot be closed
        task.cancelled() or task.exception()
        await asyncio.to_thread(reading.close)


async def _patiently(work: Callable[[], Awaitable[T]], job: _Job) -> T:
    """Do it, again while the store is away, waiting 0.5, 1, 2 … seconds up to `patience` in all."""
    waited, pause = 0.0, 0.5
    while True:
        try:
            return await work()
        except UnavailableError as away:
            if waited + pause > job.options.patience.total_seconds() or job.stop.is_set():
                raise UnavailableError(f"{away} What is loaded stays; the same command goes on from there.") from away
            job.report.said(f"{away} Trying again in {pause:g} s.")
            await asyncio.sleep(pause)
            waited, pause = waited + pause, pause * 2
