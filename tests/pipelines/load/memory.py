"""A memory twin of the stores that a load writes to, and one call that loads a text."""

import gzip
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from core.catalog import Product
from core.errors import ConflictError
from core.storage.loads import Progress
from core.storage.products import KEEP, Patch, Patched, Written
from pipelines.load.options import LoadOptions, LoadSummary
from pipelines.load.plan import Plan
from pipelines.load.run import Store, run

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@dataclass
class MemoryCatalogue:
    held: dict[str, Product] = field(default_factory=dict)
    writes: int = 0
    fail_at: int | None = None  # the write that raises, from 1

    async def upsert_many(self, products: Sequence[Product], now: datetime) -> Written:
        self._count()
        counts = {"inserted": 0, "updated": 0, "unchanged": 0}
        for product in products:
            before = self.held.get(product.id)
            counts["inserted" if before is None else "unchanged" if before == product else "updated"] += 1
            self.held[product.id] = product
        return Written(**counts)

    async def patch_many(self, patches: Sequence[Patch], now: datetime) -> Patched:
        self._count()
        updated, missing = 0, []
        for patch in patches:
            product = self.held.get(patch.id)
            if product is None:
                missing.append(patch.id)
                continue
            news = {"price": patch.price, "stock": patch.stock}
            patched = product.model_copy(update={name: new for name, new in news.items() if new is not KEEP})
            updated += patched != product
            self.held[patch.id] = patched
        return Patched(updated=updated, unchanged=len(patches) - updated - len(missing), missing=tuple(missing))

    def _count(self) -> None:
        self.writes += 1
        if self.writes == self.fail_at:
            raise RuntimeError("the process dies here")


@dataclass
class MemoryLoads:
    held: dict[str, Progress] = field(default_factory=dict)
    claimed: set[str] = field(default_factory=set)

    async def get(self, source: str) -> Progress | None:
        return self.held.get(source)

    async def put(self, source: str, progress: Progress, now: datetime) -> None:
        self.held[source] = progress

    @asynccontextmanager
    async def claim(self, source: str) -> AsyncIterator[None]:
        if source in self.claimed:
            raise ConflictError
        self.claimed.add(source)
        try:
            yield
        finally:
            self.claimed.discard(source)


@dataclass
class Listener:
    plans: list[Plan] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)
    positions: list[tuple[int, int]] = field(default_factory=list)

    def planned(self, plan: Plan) -> bool:
        self.plans.append(plan)
        return True

    def advanced(self, name: str, position: int, size: int, rows: int) -> None:
        self.positions.append((position, size))

    def said(self, text: str) -> None:
        self.sentences.append(text)


@dataclass
class Shop:
    """Loads files into memory, and shows what came of it."""

    folder: Path
    catalogue: MemoryCatalogue = field(default_factory=MemoryCatalogue)
    loads: MemoryLoads = field(default_factory=MemoryLoads)
    listener: Listener = field(default_factory=Listener)

    async def load(self, source: str | Path, **options: Any) -> LoadSummary:
        store = Store(self.catalogue, self.loads)
        return await run(str(source), LoadOptions(**options), store, self.listener, clock=lambda: NOW)

    async def text(self, content: str | bytes, name: str = "shop.csv", **options: Any) -> LoadSummary:
        return await self.load(self.file(content, name), **options)

    def file(self, content: str | bytes, name: str) -> Path:
        path = self.folder / name
        data = content.encode() if isinstance(content, str) else content
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return path

    def rejects(self, name: str = "shop.csv") -> list[dict[str, Any]]:
        path = self.folder / f"{name}.rejects.jsonl"
        return [orjson.loads(line) for line in path.read_bytes().splitlines()] if path.exists() else []

    @property
    def products(self) -> list[Product]:
        return sorted(self.catalogue.held.values(), key=lambda product: product.id)
