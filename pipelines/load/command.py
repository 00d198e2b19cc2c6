"""`aisle load` once its stores are open: what it prints, asks and exits with. The command line itself is in `cli`."""

import asyncio
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import orjson
from rich.console import Console

from core.errors import AisleError, InvalidInputError
from pipelines.load.options import INTERRUPTED, NOTHING, LoadOptions
from pipelines.load.run import Clock, Store, run
from pipelines.load.show import ConsoleReport, ask


def column_map(pairs: list[str]) -> dict[str, str]:
    """`--map title=Name --map price=` → {"title": "Name", "price": ""}."""
    for pair in pairs:
        if "=" not in pair:
            raise InvalidInputError(f"--map {pair}: say field=COLUMN, or COLUMN= to leave one out")
    return {field.strip(): column.strip() for field, _, column in (pair.partition("=") for pair in pairs)}


async def command(
    source: str, options: LoadOptions, store: Store, *, clock: Clock, yes: bool = False, as_json: bool = False
) -> int:
    """Load, and say so; answers the exit code. Asks before loading when both ends are a terminal, unless `yes`."""
    console = Console(stderr=True)
    asks = console.is_terminal and sys.stdin.isatty() and not (yes or as_json or options.dry_run)
    with _stopped_by_signals() as stop, ConsoleReport(console, ask(console) if asks else None) as report:
        try:
            summary = await run(source, options, store, report, clock=clock, stop=stop)
        except KeyboardInterrupt:  # at the question
            return INTERRUPTED
        except AisleError as failed:
            if as_json:
                _answer({"error": str(failed), "exit_code": NOTHING})
            report.said(str(failed))
            return NOTHING
        if as_json:
            _answer(summary.to_json())
        report.finished(summary)
        return summary.exit_code


def _answer(value: object) -> None:
    sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE))


@contextmanager
def _stopped_by_signals() -> Iterator[asyncio.Event]:
    """The first Ctrl-C finishes the batch at hand; the second ends the program."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    caught = (signal.SIGINT, signal.SIGTERM)

    def once() -> None:
        stop.set()
        for number in caught:
            loop.remove_signal_handler(number)

    for number in caught:
        loop.add_signal_handler(number, once)
    try:
        yield stop
    finally:
        for number in caught:
            loop.remove_signal_handler(number)
