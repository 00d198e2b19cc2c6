"""`aisle load`: what the loader says, as a table, a bar and a summary."""

import asyncio
import signal
from collections.abc import Sequence
from dataclasses import dataclass

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from cli.console import console, fail, print_json
from core.config import Settings
from core.resources import open_resources
from core.storage.migrate import migrate
from pipelines.load.options import LoadOptions, LoadSummary
from pipelines.load.plan import Plan
from pipelines.load.run import Store, run
from worker.run import utc_now


def options_of(
    columns: Sequence[str], currency: str, locale: str, *, dry_run: bool, batch: int, private: bool
) -> LoadOptions:
    """The options of the command line. A `--map` without `=` is an error."""
    pairs = [given.partition("=") for given in columns]
    if wrong := [name for name, sign, _ in pairs if not sign]:
        fail(f"--map {wrong[0]}: write field=Column, or field= to drop a column")
    mapped = {name.strip(): column.strip() for name, _, column in pairs}
    return LoadOptions(
        columns=mapped, currency=currency, locale=locale, dry_run=dry_run, batch=batch, allow_private=private
    )


async def load(settings: Settings, source: str, options: LoadOptions, *, as_json: bool, ask: bool) -> int:
    """Load, and say what happened; the exit code."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with open_resources(settings, follow=False) as resources:
        await migrate(resources.database)
        store = Store(resources.products, resources.loads)
        with Progress(TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn(),
                      console=console()) as bars:  # fmt: skip
            summary = await run(source, options, store, Screen(bars, ask=ask), clock=utc_now, stop=stop)
    if as_json:
        print_json(summary.to_json())
    else:
        show(summary, console())
    return summary.exit_code


@dataclass
class Screen:
    """Tells a person what the loader does."""

    bars: Progress
    ask: bool
    _task: TaskID | None = None
    _name: str = ""

    def planned(self, plan: Plan) -> bool:
        """Show the columns; ask when somebody is there to answer."""
        self.bars.console.print(plan_table(plan))
        if not self.ask or not self.bars.console.is_terminal:
            return True
        self.bars.stop()
        taken = typer.confirm("Load with these columns?", default=True, err=True)
        self.bars.start()
        return taken

    def advanced(self, name: str, position: int, size: int, rows: int) -> None:
        """Move the bar of a file."""
        if self._task is None or name != self._name:
            self._task, self._name = self.bars.add_task(name, total=size or None), name
        self.bars.update(self._task, completed=position, description=f"{name}  {rows:,} rows")

    def said(self, text: str) -> None:
        """A sentence."""
        self.bars.console.print(text, highlight=False, markup=False)


def plan_table(plan: Plan) -> Table:
    """Column → what it will be."""
    table = Table(title=f"{plan.source.name}: {plan.columns.kind}", title_justify="left")
    for heading in ("column", "becomes", "for example"):
        table.add_column(heading, overflow="ellipsis", max_width=60)
    for use in plan.columns.uses:
        table.add_row(use.column, use.target, use.example)
    return table


def show(summary: LoadSummary, screen: Console) -> None:
    """The counts, and where the rejects are."""
    counts = ", ".join(f"{summary.total(name):,} {name}" for name in ("inserted", "updated", "unchanged", "rejected"))
    screen.print(f"{counts} in {summary.seconds:.1f} s{' (dry run: nothing was written)' if summary.dry_run else ''}")
    for file in summary.files:
        if file.rejects:
            screen.print(f"{file.name}: {file.rejected:,} rows rejected; why is in {file.rejects}")
        if file.error:
            screen.print(f"[red]{file.name}: {file.error}[/]")
