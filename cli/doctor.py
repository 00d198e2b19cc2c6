"""`aisle doctor`: every dependency, index and setting checked, and how to mend what is wrong."""

import os
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Literal

from rich.table import Table

from cli.console import console, print_json
from core.catalog import Frozen
from core.config import Settings
from core.errors import AisleError, UnavailableError
from core.resources import Resources, open_resources
from core.storage.migrate import load_migrations
from worker.run import utc_now

MIN_FREE = 2_000_000_000  # bytes
PINGS = 5  # a cache is given 100 ms; a busy machine may take longer to connect at first
OLD = 8 * 24 * 3600  # seconds; the rebuild is weekly

MARKS = {"ok": "[green]ok[/]", "warn": "[yellow]look[/]", "bad": "[red]bad[/]"}


class Check(Frozen):
    """One thing looked at. `mend` says what to do when it is not ok."""

    name: str
    state: Literal["ok", "warn", "bad"]
    found: str
    mend: str = ""


async def examine(settings: Settings, *, as_json: bool) -> int:
    """Look at everything; 1 when something is bad."""
    checks = [check async for check in look(settings)]
    if as_json:
        print_json({"ok": all(check.state != "bad" for check in checks), "checks": [c.model_dump() for c in checks]})
    else:
        table = Table(show_header=False, box=None)
        for check in checks:
            mend = f"\n[dim]→ {check.mend}[/]" if check.mend else ""
            table.add_row(MARKS[check.state], check.name, check.found + mend)
        console().print(table)
    return int(any(check.state == "bad" for check in checks))


async def look(settings: Settings) -> AsyncIterator[Check]:
    """All checks, in the order things depend on each other."""
    yield python()
    yield disk(settings.data_dir)
    yield page(settings.frontend_dir)
    async with AsyncExitStack() as stack:
        try:
            resources = await stack.enter_async_context(open_resources(settings, follow=False))
        except (AisleError, OSError) as error:
            yield Check(name="start", state="bad", found=str(error), mend="as the message says; see docs/operations.md")
            return
        yield await postgres(resources)
        yield await redis(resources)
        yield await catalogue(resources)
        yield await index(resources)
        yield await encoder(resources)


def python() -> Check:
    """The interpreter."""
    found = ".".join(map(str, sys.version_info[:3]))
    return Check(name="python", state="ok", found=found)


def disk(folder: Path) -> Check:
    """Room and permission where the data lies."""
    existing = next(parent for parent in (folder.absolute(), *folder.absolute().parents) if parent.exists())
    free = shutil.disk_usage(existing).free
    found = f"{folder}: {free / 1e9:.1f} GB free"
    if not os.access(existing, os.W_OK):
        found = f"{existing} is not writable"
        return Check(name="disk", state="bad", found=found, mend="chown it, or set AISLE_DATA_DIR")
    if free < MIN_FREE:
        return Check(name="disk", state="warn", found=found, mend="make room: an index rebuild needs twice its size")
    return Check(name="disk", state="ok", found=found)


def page(folder: Path) -> Check:
    """The built search page."""
    if (folder / "index.html").is_file():
        return Check(name="page", state="ok", found="built")
    return Check(name="page", state="warn", found="not built; the API works without it", mend="make install")


async def postgres(resources: Resources) -> Check:
    """Reachable, and its schema up to date."""
    try:
        applied = await resources.database.number("migrations.applied")
    except UnavailableError as error:
        mend = "check DATABASE_URL, or unset it to use the embedded server; its log is under the data folder"
        return Check(name="postgres", state="bad", found=str(error), mend=mend)
    except AisleError as error:
        mend = "as it says: run `aisle migrate`, or correct DATABASE_URL"
        return Check(name="postgres", state="bad", found=str(error), mend=mend)
    steps = len(load_migrations())
    if applied < steps:
        found = f"{applied} of {steps} migrations applied"
        return Check(name="postgres", state="bad", found=found, mend="aisle migrate")
    return Check(name="postgres", state="ok", found=f"reachable, {applied} migrations applied")


async def redis(resources: Resources) -> Check:
    """Reachable; the service works without it, slower."""
    shared = resources.cache.shared
    assert shared is not None
    for left in reversed(range(PINGS)):
        try:
            await shared.ping()
        except UnavailableError as error:
            if not left:
                found = f"{error} Searches are slower without."
                return Check(name="redis", state="warn", found=found, mend="check REDIS_URL")
    return Check(name="redis", state="ok", found="reachable")


async def catalogue(resources: Resources) -> Check:
    """Whether there is anything to sell."""
    try:
        count = await resources.products.count()
    except AisleError as error:
        return Check(name="catalogue", state="bad", found=str(error), mend="mend Postgres first")
    if not count:
        mend = "aisle load FILE (or `aisle up` for the demo shop)"
        return Check(name="catalogue", state="warn", found="empty", mend=mend)
    return Check(name="catalogue", state="ok", found=f"{count:,} products")


async def index(resources: Resources) -> Check:
    """Published, whole, fresh."""
    try:
        version = await resources.generations.current()
        if version is None:
            found = "none is published; Postgres full-text answers"
            return Check(name="index", state="bad", found=found, mend="aisle index build")
        await resources.generations.open(version)
        manifest = await resources.generations.artefacts.manifest("index", version)
    except UnavailableError as error:
        return Check(name="index", state="bad", found=str(error), mend="check AISLE_ARTEFACTS_URL and AISLE_DATA_DIR")
    except AisleError as error:
        return Check(name="index", state="bad", found=str(error), mend="aisle index build (or `aisle index rollback`)")
    age = (utc_now() - manifest.created_at).total_seconds()
    products, embedded = manifest.about.get("products"), manifest.about.get("embedded")
    found = f"{version}: {products} products, {embedded} with vectors, {age / 3600:.1f} h old, checksums right"
    if age > OLD or products != embedded:
        return Check(name="index", state="warn", found=found, mend="aisle index build; is `aisle worker` running?")
    return Check(name="index", state="ok", found=found)


async def encoder(resources: Resources) -> Check:
    """The model answers."""
    try:
        vector = await resources.encoder.encode("hello")
    except AisleError as error:
        return Check(name="encoder", state="bad", found=str(error), mend="make install")
    return Check(name="encoder", state="ok", found=f"{resources.encoder.model}, {len(vector)} dimensions")
