import asyncio
import gzip
import json
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from core.errors import InvalidInputError
from pipelines.load.options import LoadOptions
from pipelines.load.run import Store, run
from tests.pipelines.load.memory import NOW, Shop

HEAD = "id,title,price\n"
ROWS: list[dict[str, Any]] = [{"id": f"p{n}", "title": f"Lamp {n}", "price": f"{n}.50"} for n in range(1, 8)]


def csv_of(rows: list[dict[str, Any]], delimiter: str = ",") -> str:
    return "\n".join(delimiter.join(row) for row in [list(rows[0]), *(list(row.values()) for row in rows)]) + "\n"


def jsonl_of(rows: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("shop.csv", csv_of(ROWS)),
        ("shop.csv.gz", csv_of(ROWS)),
        ("shop.tsv", csv_of(ROWS, "\t")),
        ("shop.tsv.gz", csv_of(ROWS, "\t")),
        ("shop.txt", csv_of(ROWS, ";")),
        ("shop.jsonl", jsonl_of(ROWS)),
        ("shop.ndjson.gz", jsonl_of(ROWS)),
        ("shop.json", json.dumps(ROWS)),
        ("shop.json.gz", json.dumps(ROWS, indent=2)),
        ("products.json", json.dumps({"products": ROWS, "count": 7})),
        ("pretty.json", "\n".join(json.dumps(row, indent=1) for row in ROWS)),
        ("lines.json", jsonl_of(ROWS)),
        ("bom.csv", "\ufeff" + csv_of(ROWS)),
        ("utf16.csv", csv_of(ROWS).encode("utf-16")),
        ("utf16.jsonl", jsonl_of(ROWS).encode("utf-16-le")),
        ("misnamed.csv.gz", jsonl_of(ROWS).encode("utf-8")),
    ],
)
async def test_every_format_loads_the_same_products(shop: Shop, name: str, content: str | bytes) -> None:
    if name.startswith("misnamed"):
        name = "misnamed.ndjson"  # a gzip file need not say so
        content = gzip.compress(jsonl_of(ROWS).encode())
    summary = await shop.text(content, name)
    assert summary.exit_code == 0
    assert [(p.id, p.title, p.price) for p in shop.products] == [
        (row["id"], row["title"], Decimal(row["price"])) for row in ROWS
    ]


async def test_parquet_loads_with_its_own_types(shop: Shop) -> None:
    frame = pl.DataFrame(
        {
            "sku": [1, 2],
            "name": ["Lamp", "Chair"],
            "price": [1.5, 2.0],
            "tags": [["a", "b"], None],
            "stock": [3, None],
            "created_at": [NOW, None],
        }
    )
    frame.write_parquet(shop.folder / "shop.parquet")
    assert (await shop.load(shop.folder / "shop.parquet")).exit_code == 0
    lamp, chair = shop.products
    assert (lamp.id, lamp.price, lamp.attributes, lamp.stock, lamp.created_at) == (
        "1",
        Decimal("1.5"),
        {"tags": ("a", "b")},
        3,
        NOW,
    )
    assert (chair.attributes, chair.stock) == ({}, None)


async def test_a_folder_loads_its_files_in_name_order_and_leaves_rejects_and_hidden_files_alone(shop: Shop) -> None:
    shop.file(HEAD + "1,Second,2\n", "b.csv")
    shop.file(HEAD + "1,First,1\n", "a.csv.gz")
    shop.file('{"line": 1}', "a.csv.rejects.jsonl")
    shop.file("x", ".hidden.csv")
    shop.file("x", "notes.md")
    summary = await shop.load(shop.folder)
    assert [file.name for file in summary.files] == ["a.csv.gz", "b.csv"]
    assert (summary.total("inserted"), summary.total("updated"), shop.products[0].title) == (1, 1, "Second")


NASTY: list[tuple[str, str | bytes, str | None, str]] = [
    ("shop.csv", "1,Lamp,abc", "price", "not a price"),
    ("shop.csv", "1,Lamp,-3", "price", "negative price"),
    ("shop.csv", "1,Lamp,NaN", "price", "not finite"),
    ("shop.csv", "1,Lamp,Infinity", "price", "not finite"),
    ("shop.csv", "1,,3", "title", "no title"),
    ("shop.csv", "1,<p> </p>,3", "title", "no title"),
    ("shop.csv", ",Lamp,3", "id", "no id"),
    ("shop.csv", "good,Lamp,3", "id", "duplicate id: it stands on line 2 already"),
    ("shop.csv", b"1,Caf\xe9,3", "title", "broken encoding: byte 0xe9 is not valid text"),
    ("shop.csv", "1,La\x00mp,3", "title", "NUL character"),
    ("shop.csv", "1,Lamp,3,4,5", None, "too many columns: 5 where the header has 3"),
    ("shop.csv", "1,Lamp", "price", "too few columns: 2 where the header has 3"),
    ("shop.csv", "1," + "x" * 10_000_000 + ",3", "title", "cell of 10000000 characters; at most 1000000 are read"),
    ("shop.csv", "1," + "x" * 1_001 + ",3", "title", "title longer than 1000 characters"),
    ("shop.csv", "x" * 201 + ",Lamp,3", "id", "id longer than 200 characters"),
    ("shop.csv", '1,"Lamp,3', None, "a quote is opened and not closed"),
    ("shop.jsonl", '{"id": "1", "title": "Lamp", "price": NaN}', "price", "not finite"),
    ("shop.jsonl", '{"id": "1", "title": "Lamp", "price": 1e400}', "price", "not finite"),
    ("shop.jsonl", '{"id": "1", "title": "Lamp\\u0000", "price": 1}', "title", "NUL character"),
    ("shop.jsonl", '{"id": "1", "title": "Lamp \\ud83d", "price": 1}', "title", "broken encoding: half a character"),
    (
        "shop.jsonl",
        b'{"id": "1", "title": "Caf\xe9", "price": 1}',
        "title",
        "broken encoding: byte 0xe9 is not valid text",
    ),
    ("shop.jsonl", '{"id": "1", "title": "Lamp", "price": {"a": [1]}}', "price", "not a price"),
    ("shop.jsonl", '{"id": "1", "title": "Lamp", "price": true}', "price", "not a price"),
    ("shop.jsonl", '{"id": "1", "title": "Lamp"', None, "not JSON"),
    ("shop.jsonl", '["id", "title"]', None, "not a JSON object"),
    ("shop.jsonl", '{"id": null, "title": "Lamp", "price": 1}', "id", "no id"),
    ("shop.jsonl", "[" * 100_000, None, "not JSON"),
    ("shop.jsonl", '{"id": "1", "title": "L", "created_at": "0001-01-01"}', "created_at", "absurd date"),
    ("shop.jsonl", '{"id": "1", "title": "L", "created_at": "soon"}', "created_at", "not a date"),
    ("shop.jsonl", '{"id": "1", "title": "L", "rating": 9}', "rating", "a rating lies between 0 and 5"),
    ("shop.jsonl", '{"id": "1", "title": "L", "stock": 1.5}', "stock", "not a whole number"),
    ("shop.jsonl", '{"id": "1", "title": "L", "stock": "many"}', "stock", "not a number"),
    ("shop.jsonl", '{"id": "1", "title": "L", "currency": "Taler"}', "currency", "not a currency code"),
    ("shop.jsonl", '{"id": "1\\n2", "title": "L"}', "id", "control characters in the id"),
    ("shop.jsonl", json.dumps({"id": "1", "title": "L"} | {f"c{n}": n for n in range(3000)}), None, "too many columns"),
]


@pytest.mark.parametrize(("name", "row", "column", "reason"), NASTY)
async def test_a_bad_row_is_rejected_with_line_column_and_reason_and_the_good_ones_load(
    shop: Shop, name: str, row: str | bytes, column: str | None, reason: str
) -> None:
    bad = row if isinstance(row, bytes) else row.encode()
    first, last = (
        (b"id,title,price\ngood,Lamp,1\n", b"\nlast,Chair,2\n")
        if name == "shop.csv"
        else (
            b'{"id": "good", "title": "Lamp", "price": 1, "x": "caf\\u00e9"}\n',
            b'\n{"id": "last", "title": "Chair", "price": 2}\n',
        )
    )
    summary = await shop.text(first + bad + last, name)
    rejects = shop.rejects(name)
    assert (summary.exit_code, [p.id for p in shop.products]) == (2, ["good", "last"])
    assert [(r["line"], r["column"]) for r in rejects] == [(3 if name == "shop.csv" else 2, column)]
    assert reason in rejects[0]["reason"]
    assert len(rejects[0]["value"]) <= 201
    assert summary.files[0].rejects == str(shop.folder / f"{name}.rejects.jsonl")


async def test_a_file_in_windows_1252_is_recognized_and_one_stray_byte_is_not_enough(shop: Shop) -> None:
    rows = "".join(f"{n},Café “{n}” für 5 €,1\n" for n in range(9))
    await shop.text((HEAD + rows).encode("cp1252"))
    assert shop.products[3].title == "Café “3” für 5 €"
    assert shop.listener.plans[0].source.encoding == "cp1252"


async def test_another_encoding_can_be_said(shop: Shop) -> None:
    await shop.text((HEAD + "1,Žluťoučký kůň,1\n").encode("cp1250"), encoding="cp1250")
    assert shop.products[0].title == "Žluťoučký kůň"


async def test_a_broken_gzip_loads_what_comes_before_the_damage(shop: Shop) -> None:
    whole = gzip.compress((HEAD + "".join(f"{n},Lamp {hash(str(n))},1\n" for n in range(50_000))).encode())
    (shop.folder / "shop.csv.gz").write_bytes(whole[: len(whole) // 2])
    summary = await shop.load(shop.folder / "shop.csv.gz")
    assert summary.exit_code == 2
    assert 1000 < len(shop.products) < 50_000
    assert "breaks off or is damaged" in shop.rejects("shop.csv.gz")[-1]["reason"]


async def test_a_gzip_bomb_is_refused(shop: Shop) -> None:
    summary = await shop.text(HEAD + "1,Lamp,1\n" + " " * 50_000_000, "bomb.csv.gz")
    assert summary.exit_code == 1
    assert "refused as a bomb" in str(summary.files[0].error)


async def test_an_array_that_breaks_off_loads_its_beginning(shop: Shop) -> None:
    summary = await shop.text(json.dumps(ROWS)[:-30], "shop.json")
    assert (summary.exit_code, len(shop.products)) == (2, 6)
    assert "nothing was read from here on" in shop.rejects("shop.json")[0]["reason"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("blank.csv", b"\n \n"),
        ("head.csv", b"id,title,price\n"),
        ("book.xlsx.csv", b"PK\x03\x04 spreadsheet"),
        ("page.json", b"<html>"),
        ("prose.txt", b"It was a dark and stormy night.\nThe end.\n"),
        ("noid.csv", b"title,colour\nLamp,red\n"),
        ("bad.parquet", b"PAR1 not really PAR1"),
        ("random.csv", bytes(range(256)) * 20),
        ("nul.csv", b"\x00" * 5000),
        ("allbad.csv", b"id,title,price\n1,,2\n2,,x\n"),
    ],
)
async def test_a_file_without_one_product_is_a_clear_failure(shop: Shop, name: str, content: bytes) -> None:
    summary = await shop.text(content, name)
    assert summary.exit_code == 1
    assert summary.files[0].error or summary.files[0].rejected
    assert not shop.products


async def test_a_source_that_is_not_there_is_an_error(shop: Shop) -> None:
    with pytest.raises(InvalidInputError, match="no file or folder"):
        await shop.load(shop.folder / "nothing.csv")
    with pytest.raises(InvalidInputError, match="holds no"):
        await shop.load(shop.folder)


async def test_one_bad_file_in_a_folder_does_not_stop_the_others(shop: Shop) -> None:
    shop.file("no table", "a.csv")
    shop.file(HEAD + "1,Lamp,1\n", "b.csv")
    summary = await shop.load(shop.folder)
    assert (summary.exit_code, len(shop.products)) == (2, 1)


async def test_loading_again_changes_nothing(shop: Shop) -> None:
    await shop.text(csv_of(ROWS))
    summary = await shop.load(shop.folder / "shop.csv")
    assert (summary.total("unchanged"), summary.total("inserted"), summary.total("updated")) == (7, 0, 0)
    assert summary.exit_code == 0


async def test_a_dry_run_says_what_would_happen_and_writes_nothing(shop: Shop) -> None:
    summary = await shop.text(csv_of(ROWS) + "9,,1\n", dry_run=True)
    assert (summary.total("loaded"), summary.total("rejected"), shop.catalogue.writes) == (7, 1, 0)
    assert (summary.exit_code, shop.loads.held) == (2, {})


async def test_ids_with_prices_are_a_patch_that_touches_nothing_else(shop: Shop) -> None:
    await shop.text(csv_of(ROWS))
    summary = await shop.text("id,price,qty\np1,9.99,4\np2,,0\np3,3.50,\np99,1,1\np4,,\n", "prices.csv")
    lamp = shop.catalogue.held["p1"]
    assert (lamp.title, lamp.price, lamp.stock) == ("Lamp 1", Decimal("9.99"), 4)
    assert (shop.catalogue.held["p2"].price, shop.catalogue.held["p2"].stock) == (Decimal("2.50"), 0)
    assert (summary.files[0].kind, summary.total("updated"), summary.total("unchanged")) == ("patch", 2, 1)
    assert [(r["line"], r["reason"]) for r in shop.rejects("prices.csv")] == [
        (5, "no such product"),
        (6, "neither a price nor a stock"),
    ]


async def test_a_crash_half_way_resumes_where_it_was_and_ends_as_if_nothing_had_happened(shop: Shop) -> None:
    rows = [{"id": f"p{n:03}", "title": f"Lamp {n}", "price": "x" if n % 10 == 3 else "1"} for n in range(100)]
    path = shop.file(csv_of(rows), "shop.csv")
    shop.catalogue.fail_at = 4
    with pytest.raises(RuntimeError, match="dies here"):
        await shop.load(path, batch=10)
    assert len(shop.products) == 30
    summary = await shop.load(path, batch=10)
    assert (summary.total("earlier"), summary.total("inserted"), summary.total("loaded")) == (30, 60, 90)
    assert summary.exit_code == 2
    assert len(shop.products) == 90
    assert [reject["line"] for reject in shop.rejects()] == [n + 2 for n in range(100) if n % 10 == 3]


async def test_a_crash_resumes_with_other_batch_sizes_and_still_knows_earlier_ids(shop: Shop) -> None:
    rows = [{"id": f"p{n % 60:03}", "title": f"Lamp {n}", "price": "1"} for n in range(100)]
    path = shop.file(csv_of(rows), "shop.csv")
    shop.catalogue.fail_at = 3
    with pytest.raises(RuntimeError):
        await shop.load(path, batch=7)
    summary = await shop.load(path, batch=9)
    assert (len(shop.products), summary.total("rejected")) == (60, 40)
    assert shop.catalogue.held["p000"].title == "Lamp 0"


async def test_a_changed_file_starts_anew(shop: Shop) -> None:
    path = shop.file(csv_of(ROWS), "shop.csv")
    shop.catalogue.fail_at = 2
    with pytest.raises(RuntimeError):
        await shop.load(path, batch=3)
    shop.file(csv_of([row | {"title": "New"} for row in ROWS]), "shop.csv")
    await shop.load(path, batch=3)
    assert {product.title for product in shop.products} == {"New"}


async def test_stopping_ends_after_the_batch_and_the_next_run_goes_on(shop: Shop) -> None:
    path, stop = shop.file(csv_of(ROWS), "shop.csv"), asyncio.Event()
    stop.set()
    store = Store(shop.catalogue, shop.loads)
    summary = await run(str(path), LoadOptions(batch=2), store, shop.listener, clock=lambda: NOW, stop=stop)
    assert (summary.exit_code, len(shop.products)) == (130, 2)
    summary = await shop.load(path, batch=2)
    assert (summary.exit_code, summary.total("earlier"), len(shop.products)) == (0, 2, 7)


async def test_the_same_file_is_not_loaded_twice_at_once(shop: Shop) -> None:
    path = shop.file(csv_of(ROWS), "shop.csv")
    await shop.load(path, dry_run=True)
    async with shop.loads.claim(shop.listener.plans[0].key):
        assert (await shop.load(path)).exit_code == 1
    assert shop.catalogue.writes == 0
    assert (await shop.load(path)).exit_code == 0
