"""`aisle search`, `aisle eval …`, `aisle bench …`."""

from pathlib import Path

from rich.table import Table

from cli.console import bar, console, print_json
from core.config import Settings
from core.resources import open_resources
from evals.bench import search as benchmark
from evals.golden import run as golden_set
from evals.search import run as graded
from evals.search import table as graded_table
from tools import toolbox
from tools.search.shapes import SearchPage, SearchRequest
from worker.run import utc_now


async def search(settings: Settings, query: str, k: int, *, as_json: bool) -> None:
    """One search on the live catalogue."""
    request = SearchRequest(query=query, k=k, now=utc_now().replace(minute=0, second=0, microsecond=0))
    async with open_resources(settings) as resources:
        page = await toolbox.build(resources).search(request)
    if as_json:
        print_json(page.model_dump(mode="json"))
    else:
        show(page)


def show(page: SearchPage) -> None:
    """A page as a table."""
    screen = console()
    table = Table(title=f"{page.total:,} results", title_justify="left")
    for heading in ("", "id", "title", "brand", "price", "score"):
        table.add_column(heading)
    for place, result in enumerate(page.results, start=1):
        product = result.product
        price = "" if product.price is None else f"{product.price} {product.currency}"
        table.add_row(str(place), product.id, product.title, product.brand or "", price, f"{result.score:.3f}")
    if page.understood.corrected:
        screen.print(f"Searched for: {page.understood.corrected}")
    for chip in page.understood.chips:
        screen.print(f"Understood: {chip.label}")
    for step in page.relaxed:
        screen.print(f"[yellow]{step.message}[/]")
    screen.print(table)


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
    """Side by side with the rivals."""
    with bar() as progress:
        report = await benchmark.run(settings.data_dir / "eval", folder, generated, requests, progress)
    print_json(report.model_dump(mode="json")) if as_json else benchmark.show(report, console())
