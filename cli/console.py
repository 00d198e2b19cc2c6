"""What people see while something runs: on stderr, so that stdout stays for results."""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import NoReturn, TypeVar

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

from core.errors import AisleError
from core.storage.index.build import Progress as Report
from core.telemetry import logs

T = TypeVar("T")

STEPS = {"catalogue": "Reading the catalogue", "texts": "Indexing words", "vectors": "Indexing meaning"}


def console() -> Console:
    """People's console."""
    return Console(stderr=True)


def print_json(value: object) -> None:
    """One JSON object on stdout."""
    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str).decode() + "\n")


def run(work: Coroutine[object, object, T]) -> T:
    """Run a command; what went wrong is one sentence and exit code 1. Logs go to stderr: stdout is for results."""
    logs.configure(level="WARNING", service="aisle", stream=sys.stderr.buffer)
    try:
        return asyncio.run(work)
    except AisleError as error:
        fail(str(error))
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def fail(message: str) -> NoReturn:
    """Say why and leave with 1."""
    console().print(f"[red]aisle:[/] {message}", highlight=False)
    raise typer.Exit(1)


@contextmanager
def bar(*, quiet: bool = False) -> Iterator[Report]:
    """A progress bar for `(step, done, total)`; one line a step."""
    text, left = TextColumn("{task.description}"), TimeRemainingColumn()
    columns = (SpinnerColumn(), text, BarColumn(), MofNCompleteColumn(), left)
    with Progress(*columns, console=console(), disable=quiet, transient=False) as progress:
        tasks: dict[str, Callable[[int, int | None], None]] = {}

        def report(step: str, done: int, total: int | None) -> None:
            if step not in tasks:
                task = progress.add_task(STEPS.get(step, step), total=total)
                tasks[step] = lambda done, total: progress.update(task, completed=done, total=total)
            tasks[step](done, total)

        yield report
