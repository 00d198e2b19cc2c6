"""The catalogue: products in Postgres, the truth that indexes and caches follow (through the outbox)."""

import hashlib
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final, NamedTuple, Protocol

import orjson

from core.catalog import Exclude, Filters, Frozen, Product
from core.storage.postgres import Database, Row, Session

CHUNK = 500  # products a statement: large enough to be fast, small enough to hold locks briefly
EMPTY_FILTERS = Filters()
EMPTY_EXCLUDE = Exclude()


class Keep(Enum):
    """For a patch: leave this field as it is (None says that it is unknown now)."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP
Price = Decimal | Keep | None
Stock = int | Keep | None


class Written(Frozen):
    """What an upsert did. `unchanged` counts products that were already so."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0

    def __add__(self, other: "Written") -> "Written":
        """Of two upserts together."""
        return Written(
            inserted=self.inserted + other.inserted,
            updated=self.updated + other.updated,
            unchanged=self.unchanged + other.unchanged,
        )


class Patch(NamedTuple):
    """New price or stock of a product; `KEEP` leaves one as it is, None says that it is unknown now."""

    id: str
    price: Price = KEEP
    stock: Stock = KEEP


class Patched(Frozen):
    """What a patch of many did. `missing`: ids of no product in the shop."""

    updated: int = 0
    unchanged: int = 0
    missing: tuple[str, ...] = ()


class Match(Frozen):
    """A product found by Postgres full-text search, with a score in [0, 1]."""

    product: Product
    score: float


class Products(Protocol):
    """What a catalogue store does; `ProductStore` and its memory twin."""

    async def upsert_many(self, products: Sequence[Product], now: datetime) -> Written:
        """Insert or replace. Doing it again changes nothing. Of equal ids the last one counts."""
        ...

    async def patch_many(self, patches: Sequence[Patch], now: datetime) -> Patched:
        """Set prices and stocks alone (nothing is embedded again), all or none; ids distinct."""
        ...

    async def delete(self, ids: Sequence[str], now: datetime) -> int:
        """Take products out of the shop; answers how many were in it."""
        ...

    async def get(self, ids: Sequence[str]) -> list[Product]:
        """The products there are, in the order asked."""
        ...

    def stream(self, batch: int = CHUNK) -> AsyncIterator[list[Product]]:
        """The whole catalogue in id order, `batch` products at a time; memory stays flat."""
        ...

    async def count(self) -> int:
        """How many products the shop has."""
        ...


@dataclass(frozen=True)
class ProductStore:
    """Products in Postgres."""

    database: Database

    async def upsert_many(self, products: Sequence[Product], now: datetime) -> Written:
        """See `Products`. Commits chunk by chunk."""
        distinct = list({product.id: product for product in products}.values())
        total = Written()
        for start in range(0, len(distinct), CHUNK):
            chunk = distinct[start : start + CHUNK]
            row = await self.database.row("products.upsert", _incoming(chunk), now)
            if row is not None:
                inserted, updated = row["inserted"], row["updated"]
                total += Written(inserted=inserted, updated=updated, unchanged=len(chunk) - inserted - updated)
        return total

    async def patch_many(self, patches: Sequence[Patch], now: datetime) -> Patched:
        """See `Products`. Raises `InvalidInputError` for a negative number."""
        updated, held = 0, set[str]()
        ordered = sorted(patches, key=lambda patch: patch.id)
        async with self.database.transaction() as session:
            for start in range(0, len(ordered), CHUNK):
                row = await session.row("products.patch", _patches(ordered[start : start + CHUNK]), now)
                if row is not None:
                    updated += row["updated"]
                    held.update(row["held"])
        missing = tuple(patch.id for patch in ordered if patch.id not in held)
        return Patched(updated=updated, unchanged=len(held) - updated, missing=missing)

    async def patch(self, product_id: str, now: datetime, *, price: Price = KEEP, stock: Stock = KEEP) -> bool:
        """Set the price or the stock of one product; False when there is no such product."""
        return not (await self.patch_many([Patch(product_id, price, stock)], now)).missing

    async def delete(self, ids: Sequence[str], now: datetime) -> int:
        """See `Products`."""
        return await self.database.execute("products.delete", list(ids), now)

    async def get(self, ids: Sequence[str]) -> list[Product]:
        """See `Products`."""
        return [to_product(row) for row in await self.database.rows("products.get", list(ids))]

    async def stream(self, batch: int = CHUNK) -> AsyncIterator[list[Product]]:
        """See `Products`. A statement a batch, not one long snapshot: replay the outbox from before the start."""
        after = ""
        while rows := await self.database.rows("products.page", after, batch):
            yield [to_product(row) for row in rows]
            after = rows[-1]["id"]

    async def count(self) -> int:
        """See `Products`."""
        return await self.database.number("products.count")

    async def search_fts(
        self,
        query: str,
        k: int,
        filters: Filters = EMPTY_FILTERS,
        exclude: Exclude = EMPTY_EXCLUDE,
        locale: str = "en",
    ) -> list[Match]:
        """The second engine, for when the in-process index is away; an empty query browses.

        Products with all words come first, their score in (0.5, 1]; when they are fewer than `k`, products with any
        of the words follow, in [0, 0.5]. Within each, `ts_rank_cd` (cover density, weights A title, B brand,
        C description) as rank / (rank + 1).
        """
        conditions = _conditions(filters, exclude)
        async with self.database.session() as session:
            found = await _search(session, (query.strip(), locale, False, k, *conditions), floor=0.5)
            if query.strip() and len(found) < k:
                ids = {match.product.id for match in found}
                rest = await _search(session, (query.strip(), locale, True, k, *conditions), floor=0.0)
                found += [match for match in rest if match.product.id not in ids]
        return found[:k]


async def _search(session: Session, arguments: tuple[object, ...], floor: float) -> list[Match]:
    rows = await session.rows("products.search", *arguments)
    return [Match(product=to_product(row), score=floor + row["score"] / 2) for row in rows]


def _conditions(filters: Filters, exclude: Exclude) -> tuple[object, ...]:
    """The values of the statement's filters, in its order; an absent one is null."""
    return (
        _lower(filters.brand),
        list(filters.category) or None,
        filters.attributes or None,
        filters.price_min,
        filters.price_max,
        filters.in_stock,
        filters.rating_min,
        _lower(exclude.brand),
        list(exclude.category) or None,
        exclude.attributes or None,
        " or ".join(f'"{term}"' for term in exclude.terms) or None,
    )


def _lower(values: Iterable[str]) -> list[str] | None:
    return [value.lower() for value in values] or None


def content_hash(product: Product) -> str:
    """Of everything that a search text or an embedding may be made of: equal hash, nothing to embed again."""
    content = [product.title, product.description, product.brand, product.category, product.attributes]
    # The order of attributes is the merchant's and means nothing to the text.
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _incoming(products: Sequence[Product]) -> str:
    rows = [product.model_dump() | {"content_hash": content_hash(product)} for product in products]
    return orjson.dumps(rows, default=str).decode()  # `str`: exact money travels as text


def _patches(patches: Sequence[Patch]) -> str:
    rows = [
        {
            "id": patch.id,
            "set_price": patch.price is not KEEP,
            "price": None if patch.price is KEEP else patch.price,
            "set_stock": patch.stock is not KEEP,
            "stock": None if patch.stock is KEEP else patch.stock,
        }
        for patch in patches
    ]
    return orjson.dumps(rows, default=str).decode()


def to_product(row: Row) -> Product:
    """A row of `products` as the value. The row was valid when it was written, so it is not validated again."""
    fields: dict[str, Any] = {name: row[name] for name in Product.model_fields}
    fields["category"] = tuple(row["category"])
    fields["images"] = tuple(row["images"])
    fields["attributes"] = {name: tuple(values) for name, values in row["attributes"].items()}
    return Product.model_construct(**fields)
