"""What people see of a load, on stderr: the columns, a progress bar, the result. stdout is for `--json` alone."""

import signal
from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.prompt import Confirm
from rich.table import Table

from pipelines.load.options import LoadSummary
from pipelines.load.plan import Plan

WHY = {"name": "by its name", "values": "by its values", "rest": "", "you": "as you said"}


class ConsoleReport:
    """A `Report` on a rich console. `confirm`: asked before each file; None goes ahead."""

    def __init__(self, console: Console, confirm: Callable[[str], bool] | None = None) -> None:
        self._console = console
        self._confirm = confirm
        self._bars: dict[str, TaskID] = {}
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(binary_units=True),
            TextColumn("{task.fields[rows]:,} rows"),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def planned(self, plan: Plan) -> bool:
        """Show what each column will mean."""
        self._progress.stop()
        self._console.print(table(plan))
        return self._confirm is None or self._confirm(f"Load {plan.source.name} so?")

    def advanced(self, name: str, position: int, size: int, rows: int) -> None:
        """Move a file's bar."""
        if name not in self._bars:
            self._bars[name] = self._progress.add_task(escape(name), total=size or None, rows=rows)
            self._progress.start()
        self._progress.update(self._bars[name], completed=position, rows=rows)

    def said(self, text: str) -> None:
        """A sentence above the bars."""
        self._console.print(text, markup=False, highlight=False)

    def finished(self, summary: LoadSummary) -> None:
        """The result in a few lines."""
        self._progress.stop()
        self._console.print(told(summary), markup=False, highlight=False)


def ask(console: Console) -> Callable[[str], bool]:
    """A yes-or-no question on the console, yes by default."""

    def answer(question: str) -> bool:
        # The loop's handler cannot run while a question blocks it: until then Ctrl-C means what it always does.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            return Confirm.ask(question, console=console, default=True)
        finally:
            signal.signal(signal.SIGINT, before)

    return answer


def table(plan: Plan) -> Table:
    """Column → meaning, with an example and why."""
    what = "prices and stock of products that are there" if plan.columns.kind == "patch" else "products"
    source = plan.source
    packed = " in gzip" if source.gzipped else ""
    shown = Table(
        title=escape(f"{source.name}: {what} ({source.format}{packed}, {source.encoding})"), title_justify="left"
    )
    for heading in ("Column", "becomes", "for example", ""):
        shown.add_column(heading, overflow="fold")
    for use in plan.columns.uses:
        target = "left out" if use.target == "drop" else use.target
        shown.add_row(escape(use.column), escape(target), escape(printable(use.example)), WHY[use.why])
    return shown


def printable(text: str) -> str:
    """Text that a terminal takes: no control characters, no broken Unicode."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def told(summary: LoadSummary) -> str:
    """The result in words."""
    total = summary.total
    if summary.dry_run:
        parts = [f"{total('loaded'):,} rows would load", f"{total('rejected'):,} would be rejected"]
    else:
        parts = [f"{total(name):,} {name}" for name in ("inserted", "updated", "unchanged", "rejected")]
    if total("earlier"):
        parts.append(f"{total('earlier'):,} loaded before it was cut off")
    lines = [f"{', '.join(parts)}, in {summary.seconds:.1f} s."]
    lines += [f"{file.name}: {file.error}" for file in summary.files if file.error]
    lines += [f"Why rows were rejected: {file.rejects}" for file in summary.files if file.rejects]
    if summary.interrupted:
        lines.append("Interrupted; the same command goes on from here.")
    return "\n".join(lines)
