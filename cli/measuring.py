"""`aisle eval …`, `aisle bench …`: how good and how fast the answers are."""

from pathlib import Path

from cli.console import bar, console, print_json
from core.config import Settings
from evals.golden import run as golden_set
from evals.search import run as graded
from evals.search import table as graded_table


async def evaluate(settings: Settings, folder: Path, *, ablate: bool, as_json: bool) -> None:
    """A graded set."""
    with bar() as progress:
        report = await graded.run(folder, settings.data_dir / "eval", progress, deep=ablate)
    print_json(report.model_dump(mode="json")) if as_json else graded_table.show(report, console())


async def golden(settings: Settings, *, as_json: bool) -> None:
    """The golden set."""
    with bar() as progress:
        report = await golden_set.run(settings.data_dir / "eval", progress)
    print_json(report.model_dump(mode="json")) if as_json else golden_set.show(report, console())


async def bench(settings: Settings, folder: Path | None, generated: int, requests: int, *, as_json: bool) -> None:
    """Side by side with the rivals, which come with the `dev` extra."""
    from evals.bench import search as benchmark

    with bar() as progress:
        report = await benchmark.run(settings.data_dir / "eval", folder, generated, requests, progress)
    print_json(report.model_dump(mode="json")) if as_json else benchmark.show(report, console())
