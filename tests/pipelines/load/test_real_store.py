"""Loads into a real Postgres: killed, repeated, two at once."""

import asyncio
import csv
import signal
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from core.storage.loads import LoadStore
from core.storage.migrate import migrate
from core.storage.postgres import Database, connect
from core.storage.products import ProductStore
from pipelines.load.options import LoadOptions, LoadSummary
from pipelines.load.run import Store, run
from tests.pipelines.load.memory import Listener

PROGRAM = """
import asyncio, sys
import structlog
from datetime import UTC, datetime
from core.storage.loads import LoadStore
from core.storage.postgres import connect
from core.storage.products import ProductStore
from pipelines.load.command import command
from pipelines.load.options import LoadOptions
from pipelines.load.run import Store

structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))

async def main():
    database = connect(sys.argv[1])
    store = Store(ProductStore(database), LoadStore(database))
    code = await command(sys.argv[2], LoadOptions(batch=100), store, clock=lambda: datetime.now(UTC), as_json=True)
    await database.close()
    return code

sys.exit(asyncio.run(main()))
"""


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = connect(database_url)
    await migrate(database)
    yield database
    await database.close()


async def load(database: Database, path: Path, batch: int = 500) -> LoadSummary:
    store = Store(ProductStore(database), LoadStore(database))
    return await run(str(path), LoadOptions(batch=batch), store, Listener(), clock=lambda: datetime.now(UTC))


def catalogue(path: Path, rows: int, *, price: str = "9.50") -> Path:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["sku", "name", "description", "price", "qty", "colour"])
        writer.writerows(
            [f"s{n:06}", f"Lamp {n}", "warm light " * 20, "x" if n % 100 == 50 else price, n, "red"]
            for n in range(rows)
        )
    return path


async def start(database: Database, path: Path) -> asyncio.subprocess.Process:
    root = str(Path(__file__).parents[3])
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, database.url, str(path), cwd=root, stdout=pipe, stderr=pipe
    )


async def half_way(database: Database, rows: int) -> None:
    """Wait until some, not all, are in."""
    async with asyncio.timeout(60):
        while not await ProductStore(database).count() >= rows:  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.01)


async def test_every_field_arrives_and_loading_again_changes_nothing(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "shop.jsonl"
    path.write_text(
        '{"id": "1", "title": "Lamp", "price": 12.3456, "brand": "Acme", "categories": ["Home", "Lamps"],'
        ' "images": ["https://s/1.jpg"], "rating": 4.5, "review_count": 3, "stock": 7,'
        ' "created_at": "2024-05-01", "attributes": {"Colour": ["red", "blue"]}}\n'
        '{"id": "2", "title": "Chair \U0001fa91", "price": null}\n'
    )
    assert (await load(database, path)).total("inserted") == 2
    lamp, chair = await ProductStore(database).get(["1", "2"])
    assert (lamp.price, lamp.category, lamp.attributes) == (
        Decimal("12.3456"),
        ("Home", "Lamps"),
        {"colour": ("red", "blue")},
    )
    assert (lamp.rating, lamp.rating_count, lamp.stock, lamp.created_at) == (
        4.5,
        3,
        7,
        datetime(2024, 5, 1, tzinfo=UTC),
    )
    assert (chair.title, chair.price) == ("Chair \U0001fa91", None)
    again = await load(database, path)
    assert (again.total("unchanged"), again.exit_code) == (2, 0)


async def test_prices_and_stock_alone_are_patched_and_unknown_ids_rejected(database: Database, tmp_path: Path) -> None:
    await load(database, catalogue(tmp_path / "shop.csv", 5))
    patch = tmp_path / "prices.csv"
    patch.write_text("sku,price,qty\ns000001,4.20,\ns000002,,0\ns000003,9.50,3\nnobody,1,1\n")
    summary = await load(database, patch)
    assert [summary.total(name) for name in ("updated", "unchanged", "rejected")] == [2, 1, 1]
    one, two = await ProductStore(database).get(["s000001", "s000002"])
    assert (one.price, one.stock, two.price, two.stock, one.title) == (Decimal("4.20"), 1, Decimal("9.50"), 0, "Lamp 1")


async def test_a_load_killed_half_way_goes_on_and_ends_complete(database: Database, tmp_path: Path) -> None:
    path = catalogue(tmp_path / "shop.csv", 8000)
    process = await start(database, path)
    await half_way(database, 500)
    process.send_signal(signal.SIGKILL)
    await process.communicate()
    before = await ProductStore(database).count()
    assert 500 <= before < 7920
    summary = await load(database, path, batch=100)
    assert await ProductStore(database).count() == 7920
    assert summary.total("earlier") >= before - 200  # at most the batch at hand, and one whose note was not yet written
    assert (summary.total("loaded"), summary.total("rejected"), summary.exit_code) == (7920, 80, 2)
    assert len((tmp_path / "shop.csv.rejects.jsonl").read_bytes().splitlines()) == 80
    assert (await load(database, path)).total("unchanged") == 7920


async def test_ctrl_c_finishes_the_batch_says_so_and_exits_130(database: Database, tmp_path: Path) -> None:
    path = catalogue(tmp_path / "shop.csv", 8000)
    process = await start(database, path)
    await half_way(database, 300)
    process.send_signal(signal.SIGINT)
    out, err = await process.communicate()
    assert process.returncode == 130
    assert b'"interrupted":true' in out
    assert b"the same command goes on from here" in err
    assert (await load(database, path)).total("loaded") == 7920


async def test_the_same_file_in_two_processes_is_loaded_by_one_and_explained_by_the_other(
    database: Database, tmp_path: Path
) -> None:
    path = catalogue(tmp_path / "shop.csv", 4000)
    first = await start(database, path)
    await half_way(database, 100)
    second = await load(database, path)
    assert (second.exit_code, "by another process" in str(second.files[0].error)) == (1, True)
    out, _ = await first.communicate()
    assert (first.returncode, out.count(b"\n")) == (2, 1)
    assert await ProductStore(database).count() == 3960


async def test_two_files_with_the_same_products_at_once_neither_deadlock_nor_tear(
    database: Database, tmp_path: Path
) -> None:
    one, two = catalogue(tmp_path / "a.csv", 1500, price="1"), catalogue(tmp_path / "b.csv", 1500, price="2")
    lines = two.read_text().splitlines()
    two.write_text("\n".join([lines[0], *reversed(lines[1:])]) + "\n")
    both = await asyncio.gather(load(database, one, batch=300), load(database, two, batch=300))
    assert [summary.total("loaded") for summary in both] == [1485, 1485]
    assert await ProductStore(database).count() == 1485


async def test_postgres_away_is_waited_for_and_then_said(tmp_path: Path) -> None:
    away = connect("postgresql://nobody@127.0.0.1:9/none")
    summary = await load(away, catalogue(tmp_path / "shop.csv", 5))
    assert summary.exit_code == 1
    assert summary.files[0].error
    await away.close()
