"""`aisle eval golden`: the real search tool over the demo catalogue, judged by the golden set."""

from pathlib import Path

from rich.console import Console

from core.catalog import Frozen
from core.storage.index.build import Progress


class Report(Frozen):
    """What was measured."""


async def run(cache: Path, report: Progress) -> Report:
    """Measure."""
    raise NotImplementedError


def show(report: Report, console: Console) -> None:
    """As a table."""
