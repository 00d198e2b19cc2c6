"""Reads a graded set: `products.jsonl`, `queries.csv`, `labels.csv`, each also as `.gz`; other columns are let be."""

import csv
import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TextIO

from core.catalog import CATEGORY_SEPARATOR, Product
from core.errors import InvalidInputError
from core.language.tokens import analyze
from core.relevance import Grades

ALIKE = 0.2  # share of a query's words in its product's title by which right labels outdo wrong ones


@dataclass(frozen=True)
class GradedSet:
    """A set as it is evaluated."""

    name: str
    products: tuple[Product, ...]  # in id order
    queries: tuple[tuple[str, str], ...]  # (id, text)
    labels: Mapping[str, Grades]  # query id → product id → grade
    exchanged: bool  # the two id columns of the labels were found to be the wrong way round


def read(folder: Path) -> GradedSet:
    """The whole set. Raises `InvalidInputError` for a missing file or column."""
    unique = {product.id: product for product in read_products(folder)}
    products = tuple(unique[key] for key in sorted(unique))
    queries = tuple(read_queries(folder))
    pairs = list(read_labels(folder))
    exchanged = wrong_way_round(pairs, dict(queries), unique)
    labels: dict[str, dict[str, float]] = {}
    for query, product, grade in pairs:
        if exchanged:
            query, product = product, query  # noqa: PLW2901
        labels.setdefault(query, {})[product] = grade
    return GradedSet(folder.resolve().name, products, queries, labels, exchanged)


def read_products(folder: Path) -> Iterator[Product]:
    """Each product as the catalogue would hold it."""
    with _open(folder, "products.jsonl") as file:
        for line in file:
            if line.strip():
                yield product(json.loads(line))


def read_queries(folder: Path) -> Iterator[tuple[str, str]]:
    """(query id, query)."""
    for row in _rows(folder, "queries.csv", {"query_id", "query"}):
        yield row["query_id"], row["query"]


def read_labels(folder: Path) -> Iterator[tuple[str, str, float]]:
    """(query id, product id, grade)."""
    for row in _rows(folder, "labels.csv", {"query_id", "product_id", "grade"}):
        yield row["query_id"], row["product_id"], float(row["grade"])


def product(record: Mapping[str, object]) -> Product:
    """A line of `products.jsonl`; what the set does not know stays unknown. A product type is the category it lacks."""
    category = record.get("category") or record.get("product_type") or ()
    if isinstance(category, str):
        category = category.split(CATEGORY_SEPARATOR)
    attributes = record.get("attributes")
    return Product(
        id=str(record["id"]),
        title=str(record["title"] or "untitled")[:1000],
        description=str(record.get("description") or "")[:50_000],
        brand=_text(record.get("brand")),
        category=tuple(str(level) for level in category) if isinstance(category, list | tuple) else (),
        price=_price(record.get("price")),
        attributes=_attributes(attributes) if isinstance(attributes, Mapping) else {},
    )


def wrong_way_round(
    labels: list[tuple[str, str, float]], queries: Mapping[str, str], products: Mapping[str, Product]
) -> bool:
    """Whether the labels' two id columns were exchanged.

    Only asked where the ids fit both ways. Then a query and the product it is labelled with share words one way and,
    as strangers, hardly any the other way.
    """
    if not all(query in products and found in queries for query, found, _ in labels):
        return False
    tokens = {key: frozenset(analyze(text)) for key, text in queries.items()}
    titles = {key: frozenset(analyze(item.title)) for key, item in products.items()}

    def alike(pairs: list[tuple[str, str]]) -> float:
        shares = [len(tokens[q] & titles[p]) / max(len(tokens[q]), 1) for q, p in pairs if q in tokens and p in titles]
        return sum(shares) / max(len(shares), 1)

    named = alike([(query, found) for query, found, _ in labels])
    return alike([(found, query) for query, found, _ in labels]) > named + ALIKE


def _text(value: object) -> str | None:
    return str(value) if value else None


def _price(value: object) -> Decimal | None:
    try:
        price = Decimal(str(value)).quantize(Decimal("0.0001")) if value is not None else None
    except InvalidOperation:
        return None
    return price if price is not None and 0 <= price < Decimal(10) ** 10 else None


def _attributes(record: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    held = {str(name): value if isinstance(value, list) else [value] for name, value in record.items()}
    texts = {name: tuple(_plain(value) for value in values if value not in (None, "")) for name, values in held.items()}
    return {name: values for name, values in texts.items() if values}


def _plain(value: object) -> str:
    """6.0 is written 6."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _rows(folder: Path, name: str, needed: set[str]) -> Iterator[dict[str, str]]:
    with _open(folder, name) as file:
        reader = csv.DictReader(file)
        if missing := needed.difference(reader.fieldnames or ()):
            raise InvalidInputError(f"{folder / name} has no column {', '.join(sorted(missing))}")
        yield from reader


def _open(folder: Path, name: str) -> TextIO:
    plain, packed = folder / name, folder / f"{name}.gz"
    if plain.exists():
        return plain.open(encoding="utf-8-sig", newline="")
    if packed.exists():
        return gzip.open(packed, "rt", encoding="utf-8-sig", newline="")
    raise InvalidInputError(f"there is no {name} or {name}.gz in {folder}")
