"""What shoppers get when a part fails under the whole service, and that nothing is lost. Real servers, truly killed."""

import asyncio
import resource
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import SecretStr

from core.catalog import Filters, Product
from core.config import Settings
from core.errors import AisleError
from core.resources import Resources, open_resources
from core.storage.migrate import migrate
from core.storage.products import Patch
from core.storage.servers.postgres import PostgresServer
from core.storage.servers.valkey import ValkeyServer
from pipelines import index
from tools import toolbox
from tools.search.shapes import SearchPage, SearchRequest
from tools.suggest import SuggestRequest
from tools.toolbox import Toolbox
from worker.run import index_sources

NOW = datetime(2026, 1, 1, tzinfo=UTC)
THINGS = ("Lamp", "Mug", "Chair", "Table", "Rug")
COLOURS = ("red", "blue", "green", "black")


def product(number: int, word: str = "") -> Product:
    colour, thing = COLOURS[number % 4], THINGS[number % 5]
    return Product(
        id=f"p{number:03d}",
        title=f"{colour.title()} {word} {thing}".replace("  ", " "),
        brand="Acme",
        price=Decimal(10 + number),
        category=("Home", f"{thing}s"),
        attributes={"colour": (colour,)},
    )


CATALOGUE = [product(number) for number in range(60)]


def ask(query: str, **fields: object) -> SearchRequest:
    return SearchRequest(query=query, now=NOW, **fields)  # type: ignore[arg-type]


def titles(page: SearchPage) -> list[str]:
    return [result.product.title for result in page.results]


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not await holds():  # noqa: ASYNC110 - what is waited for happens in another process
            await asyncio.sleep(0.1)


@asynccontextmanager
async def service(
    data: Path, postgres: PostgresServer, valkey: ValkeyServer
) -> AsyncIterator[tuple[Resources, Toolbox]]:
    settings = Settings(
        data_dir=data, database_url=SecretStr(postgres.url()), redis_url=SecretStr(valkey.url()),
        namespace=data.name.lower().replace(".", "-"), follow_interval=timedelta(milliseconds=200),
    )  # fmt: skip
    async with open_resources(settings) as resources:
        yield resources, toolbox.build(resources)


@pytest.fixture
async def house(
    data_dir: Path, postgres_server: PostgresServer, valkey_server: ValkeyServer
) -> AsyncIterator[tuple[Resources, Toolbox]]:
    """A shop of sixty products with an index, serving."""
    async with service(data_dir, postgres_server, valkey_server) as (resources, _):
        await migrate(resources.database)
        await resources.products.delete([p.id for p in await all_products(resources)], NOW)
        await resources.products.upsert_many(CATALOGUE, NOW)
        await index.run(index_sources(resources), NOW, index.silent)
    async with service(data_dir, postgres_server, valkey_server) as opened:
        yield opened


async def all_products(resources: Resources) -> list[Product]:
    return [one async for batch in resources.products.stream(100) for one in batch]


async def test_postgres_killed_searches_go_on_and_what_changes_after_is_followed(
    house: tuple[Resources, Toolbox], postgres_server: PostgresServer
) -> None:
    resources, tools = house
    postgres_server.process.kill()

    pages = [await tools.search(ask(query)) for query in ("red lamp", "something to sit on", "blue mug under $40", "")]
    shown = await tools.product("p001")
    suggested = await tools.suggest(SuggestRequest(query="cha"))

    assert all(page.results and page.facets and not page.degraded for page in pages)
    assert shown.title == "Blue Mug"
    assert suggested.suggestions
    states = {part.name: part.state for part in await resources.parts()}
    assert states["index"] == "ok"
    await postgres_server.start()

    async def written() -> bool:
        try:
            return await resources.products.upsert_many([product(61, "Velvet")], NOW) is not None
        except AisleError:
            return False

    async def followed() -> bool:
        return "Blue Velvet Mug" in titles(await tools.search(ask("velvet")))

    await until(written)
    await until(followed)
    assert len(await all_products(resources)) == 61


async def test_a_process_started_while_postgres_is_away_answers_from_the_index_on_disk(
    house: tuple[Resources, Toolbox], data_dir: Path, postgres_server: PostgresServer, valkey_server: ValkeyServer
) -> None:
    postgres_server.process.kill()

    async with service(data_dir, postgres_server, valkey_server) as (_, tools):
        page = await tools.search(ask("red lamp"))

    await postgres_server.start()
    assert titles(page)[0] == "Red Lamp"


async def test_redis_killed_answers_are_slower_and_still_right(
    house: tuple[Resources, Toolbox], valkey_server: ValkeyServer
) -> None:
    resources, tools = house
    before = await tools.search(ask("red lamp"))
    valkey_server.process.kill()

    during = [await tools.search(ask(query)) for query in ("red lamp", "green chair", "rug")]
    await resources.products.patch_many([Patch(id="p000", price=Decimal("1.50"))], NOW)

    async def followed() -> bool:
        page = await tools.search(ask("red lamp", k=100))
        return any(result.product.price == Decimal("1.50") for result in page.results)

    await until(followed)
    await valkey_server.start()
    assert during[0].results == before.results
    assert all(page.results for page in during)
    assert await followed()  # and nothing stale comes back with Redis


async def test_a_truncated_index_leaves_postgres_to_answer_until_it_is_built_anew(
    house: tuple[Resources, Toolbox], data_dir: Path, postgres_server: PostgresServer, valkey_server: ValkeyServer
) -> None:
    resources, _ = house
    version = await resources.generations.current()
    file = data_dir / "artefacts" / "index" / str(version) / "records.bin"
    half = file.read_bytes()[:100]
    file.unlink()
    file.write_bytes(half)

    async with service(data_dir, postgres_server, valkey_server) as (fresh, tools):
        page = await tools.search(ask("red lamp", filters=Filters(price_max=Decimal(40))))
        assert "index" in page.degraded
        assert titles(page)[0] == "Red Lamp"
        states = {part.name: part for part in await fresh.parts()}
        assert states["index"].state == "degraded"
        assert "damaged" in states["index"].detail
        waiting = await fresh.jobs.enqueue("rebuild_index", lock="rebuild_index")
        assert (await fresh.jobs.get(waiting)).state == "waiting"  # asked for by the follower already, once
        await index.run(index_sources(fresh), NOW + timedelta(hours=1), index.silent)

        async def healed() -> bool:
            return not (await tools.search(ask("red lamp"))).degraded

        await until(healed)


BUILD = """
import asyncio, resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from cli.app import app
app(["index", "build"])
"""


async def test_a_disk_that_fills_up_while_building_leaves_the_index_in_use(
    house: tuple[Resources, Toolbox], data_dir: Path, postgres_server: PostgresServer, valkey_server: ValkeyServer
) -> None:
    resources, tools = house
    version = await resources.generations.current()
    environment = {
        "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1", "AISLE_DATA_DIR": str(data_dir),
        "DATABASE_URL": postgres_server.url(), "REDIS_URL": valkey_server.url(),
    }  # fmt: skip

    built = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", BUILD], env=environment, capture_output=True, text=True, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)),
    )  # fmt: skip

    assert built.returncode == 1, built.stderr
    assert "Traceback" not in built.stderr
    assert await resources.generations.current() == version
    assert titles(await tools.search(ask("red lamp")))[0] == "Red Lamp"
    left = [path for path in (data_dir / "artefacts" / "index").iterdir() if path.is_dir() and path.name != version]
    assert left == []


async def test_a_thousand_clients_at_once_all_get_an_answer(house: tuple[Resources, Toolbox]) -> None:
    _, tools = house

    pages = await asyncio.gather(*(tools.search(ask(f"{COLOURS[n % 4]} {THINGS[n % 5]} {n}")) for n in range(1000)))

    assert Counter(bool(page.results) for page in pages) == {True: 1000}


async def test_the_catalogue_loaded_anew_under_load_breaks_no_answer(house: tuple[Resources, Toolbox]) -> None:
    resources, tools = house
    going, empty, asked = True, 0, 0

    async def shopper() -> None:
        nonlocal empty, asked
        while going:
            for query in ("lamp", "mug", "blue", ""):
                page = await tools.search(ask(query, k=60))
                asked += 1
                empty += not page.results
                ids = [result.product_id for result in page.results]
                assert len(ids) == len(set(ids)), "a product shown twice"
            await asyncio.sleep(0)

    shoppers = [asyncio.create_task(shopper()) for _ in range(4)]
    for word in ("Oak", "Ash", "Elm"):
        await resources.products.upsert_many([product(number, word) for number in range(60)], NOW)
        await asyncio.sleep(0.5)

    async def followed() -> bool:
        return len(titles(await tools.search(ask("elm", k=100)))) == 60

    await until(followed)
    going = False
    await asyncio.gather(*shoppers)
    assert asked > 0
    assert empty == 0
    assert len((await tools.search(ask("", k=100))).results) == 60
