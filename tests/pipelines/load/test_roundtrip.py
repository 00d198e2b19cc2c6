"""Whatever a shop holds, written as a file and loaded, is the same again."""

import csv
import io
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.catalog import Product
from tests.pipelines.load.memory import Shop

LETTERS = st.characters(codec="utf-8", exclude_categories=["C", "Z", "M"], exclude_characters="<>&|»\u203a→/[{\\")
# Words as shops use them; not a lone "null", which exporters write for no value.
WORD = st.text(LETTERS, min_size=1, max_size=8).filter(
    lambda word: word.lower() not in ("null", "none") and "::" not in word
)
WORDS = st.lists(WORD, min_size=1, max_size=5).map(" ".join)
NAME = st.from_regex(r"\A[a-z]{2,8}(_[a-z]{2,6})?\Z").filter(
    lambda name: not name.startswith(("attr", "spec", "prop", "pa_"))
)
IDS = st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,12}\Z").filter(lambda text: text.lower() not in ("null", "none"))

PRODUCTS = st.builds(
    Product,
    id=IDS,
    title=WORDS,
    description=st.lists(WORDS, max_size=3).map("\n".join),
    brand=st.none() | WORDS,
    category=st.lists(WORDS, max_size=3).map(tuple),
    price=st.none() | st.decimals(0, 10**9, places=2),
    currency=st.sampled_from(["USD", "EUR", "GBP"]),
    attributes=st.dictionaries(NAME, st.lists(WORDS, min_size=1, max_size=3, unique=True).map(tuple), max_size=4),
    images=st.lists(st.integers(0, 99).map(lambda n: f"https://img.example.com/{n}.jpg"), max_size=3, unique=True).map(
        tuple
    ),
    rating=st.none() | st.floats(0, 5).map(lambda value: round(value, 2)),
    rating_count=st.integers(0, 10**6),
    stock=st.none() | st.integers(0, 10**6),
    parent_id=st.none() | IDS,
    locale=st.sampled_from(["en", "de", "pt-BR"]),
    created_at=st.none() | st.integers(631152000, 1767225600).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
)
CATALOGUES = st.lists(PRODUCTS, min_size=1, max_size=8, unique_by=lambda product: product.id)


def flat(product: Product) -> dict[str, Any]:
    """A row of a table: lists and objects as JSON in their cells."""
    row = product.model_dump(mode="json", exclude={"updated_at"})
    row["category"] = product.category_path
    row["images"] = "|".join(product.images)
    row["attributes"] = orjson.dumps(product.attributes).decode()
    return {name: "" if value is None else str(value) for name, value in row.items()}


def table(products: Sequence[Product], delimiter: str) -> bytes:
    text = io.StringIO(newline="")
    rows = [flat(product) for product in products]
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def objects(products: Sequence[Product]) -> list[dict[str, Any]]:
    return [product.model_dump(mode="json", exclude={"updated_at"}) for product in products]


def parquet(products: Sequence[Product]) -> bytes:
    frame = pl.DataFrame(
        [flat(product) | {"price": product.price, "category": list(product.category)} for product in products],
        schema_overrides={"price": pl.Decimal(14, 4), "category": pl.List(pl.String)},
    )
    data = io.BytesIO()
    frame.write_parquet(data)
    return data.getvalue()


WRITERS = {
    "shop.csv": lambda products: table(products, ","),
    "shop.tsv": lambda products: table(products, "\t"),
    "shop.csv.gz": lambda products: table(products, ";"),
    "shop.jsonl": lambda products: b"\n".join(map(orjson.dumps, objects(products))),
    "shop.json": lambda products: orjson.dumps(objects(products), option=orjson.OPT_INDENT_2),
    "shop.parquet": parquet,
}


@pytest.mark.parametrize("name", WRITERS)
@settings(max_examples=25, deadline=None)
@given(products=CATALOGUES)
async def test_any_catalogue_survives_being_written_and_loaded(name: str, products: list[Product]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shop = Shop(Path(folder))
        summary = await shop.text(WRITERS[name](products), name)
        assert (summary.exit_code, shop.rejects(name)) == (0, [])
        assert shop.products == sorted(map(normal, products), key=lambda product: product.id)


def normal(product: Product) -> Product:
    """The value that any file can carry: amounts without trailing zeros compare equal as they are."""
    return product.model_copy(update={"price": None if product.price is None else Decimal(product.price)})
