import csv
import gzip
import json
from pathlib import Path

import pytest
from rich.console import Console

from core.errors import InvalidInputError
from evals.search.dataset import read
from evals.search.run import OFFABLE, run
from evals.search.table import show

REAL = Path(__file__).parents[2].parent / "shared" / "data" / "search" / "abt_buy"
PRODUCTS = [
    {"id": "1", "title": "Red running shoe", "brand": "Nike", "category": None, "product_type": "Shoe", "price": 49.9,
     "attributes": {"size": 10.0, "colours": ["red", "white"], "none": None}},
    {"id": "2", "title": "Blue suede shoe", "brand": None, "description": None, "price": "free", "ean": ["1"]},
    {"id": "3", "title": "Desk lamp", "category": "Home > Lighting", "attributes": {}},
    {"id": "4", "title": "Bluetooth speaker", "description": "A small speaker"},
]  # fmt: skip
QUERIES = [("q1", "red shoes"), ("q2", "desk lamp"), ("q3", "blue tooth speaker"), ("q4", "lamp")]
LABELS = [("q1", "1", 3), ("q1", "2", 1), ("q2", "3", 2), ("q3", "4", 3), ("q3", "3", 0), ("q4", "4", 0)]


def write(folder, *, packed=False, labels=LABELS, queries=QUERIES):
    text = "\n".join(json.dumps(product) for product in PRODUCTS) + "\n"
    if packed:
        (folder / "products.jsonl.gz").write_bytes(gzip.compress(text.encode()))
    else:
        (folder / "products.jsonl").write_text(text)
    for name, head, rows in (
        ("queries", ["query_id", "query"], queries),
        ("labels", ["query_id", "product_id", "grade"], labels),
    ):
        with (folder / f"{name}.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([*head, "note"])
            writer.writerows([*row, "other columns are let be"] for row in rows)
    return folder


def quiet(_step, _done, _of):
    pass


@pytest.mark.parametrize("packed", [True, False])
def test_a_set_is_read_packed_or_not_and_what_it_does_not_know_stays_unknown(tmp_path, packed):
    graded = read(write(tmp_path, packed=packed))
    shoe, suede, lamp, _ = graded.products
    assert shoe.category == ("Shoe",)
    assert shoe.attributes == {"size": ("10",), "colours": ("red", "white")}
    assert (suede.price, suede.brand, suede.description) == (None, None, "")
    assert lamp.category == ("Home", "Lighting")
    assert graded.labels["q1"] == {"1": 3.0, "2": 1.0}
    assert not graded.exchanged


def test_a_missing_file_or_column_is_named(tmp_path):
    with pytest.raises(InvalidInputError, match=r"products\.jsonl"):
        read(tmp_path)
    write(tmp_path)
    (tmp_path / "labels.csv").write_text("query,product\n")
    with pytest.raises(InvalidInputError, match="product_id"):
        read(tmp_path)


def test_labels_whose_columns_were_exchanged_are_noticed_only_where_the_ids_fit_both_ways(tmp_path):
    queries = [
        ("1", "suede shoe blue"),
        ("2", "lamp for a desk"),
        ("3", "bluetooth speaker"),
        ("4", "red running shoe"),
    ]
    right = [("1", "2", 1), ("2", "3", 1), ("3", "4", 1), ("4", "1", 1)]
    wrong = [(product, query, grade) for query, product, grade in right]
    good, bad = tmp_path / "good", tmp_path / "bad"
    good.mkdir()
    bad.mkdir()
    assert not read(write(good, queries=queries, labels=right)).exchanged
    graded = read(write(bad, queries=queries, labels=wrong))
    assert graded.exchanged
    assert graded.labels == read(good).labels


async def test_the_real_search_is_measured_by_engine_and_by_rule(tmp_path):
    report = await run(write(tmp_path), tmp_path / "cache", quiet, deep=True)
    assert (report.queries, report.scored, report.products) == (4, 3, 4)  # q4 has nothing worth finding
    assert report.ndcg_at_10 == 1
    assert report.mrr_at_10 == 1
    assert report.recall_at_100 == 1
    assert report.zero_result_rate == 0
    assert {line.name for line in report.engines} == {"default", "keyword", "semantic", "max", "rrf"}
    assert [line.name for line in report.rules] == [f"without {rule}" for rule in OFFABLE]
    needed = {"ndcg_at_10", "mrr_at_10", "recall_at_100", "judged_at_10", "ndcg_at_10_judged_only"}
    assert needed | {"zero_result_rate", "queries", "p50_ms", "p95_ms"} <= json.loads(report.model_dump_json()).keys()
    console = Console(width=140, record=True, quiet=True)
    show(report, console)


async def test_an_empty_page_counts_as_finding_nothing(tmp_path):
    report = await run(write(tmp_path, queries=[("q1", "qwzx vbnk"), ("q2", "desk lamp")]), tmp_path / "cache", quiet)
    assert report.zero_result_rate == 0.5


async def test_a_second_run_embeds_nothing_and_says_the_same(tmp_path):
    write(tmp_path)
    first = await run(tmp_path, tmp_path / "cache", quiet)
    size = (tmp_path / "cache" / "vectors.sqlite").stat().st_size
    second = await run(tmp_path, tmp_path / "cache", quiet)
    assert (tmp_path / "cache" / "vectors.sqlite").stat().st_size == size
    assert first.model_copy(update={"p50_ms": 0, "p95_ms": 0}) == second.model_copy(update={"p50_ms": 0, "p95_ms": 0})


@pytest.mark.skipif(not REAL.is_dir(), reason="the graded sets are not beside this checkout")
def test_the_real_set_that_has_its_labels_exchanged_is_noticed():
    graded = read(REAL)
    assert graded.exchanged
    titles = {product.id: product.title for product in graded.products}
    shared = [
        bool(set(text.lower().split()) & set(titles[next(iter(graded.labels[key]))].lower().split()))
        for key, text in graded.queries[:200]
    ]
    assert sum(shared) > 150
