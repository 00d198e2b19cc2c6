"""`aisle search`: one search in the terminal."""

from rich.table import Table

from cli.console import console, print_json
from core.config import Settings
from core.resources import open_resources
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
