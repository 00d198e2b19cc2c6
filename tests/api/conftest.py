"""A small shop in memory behind the real door."""

import asyncio
import io
import json
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog

from api.app import create_app
from api.service import Service
from core.catalog import Breakdown, Product, Versions, Weights
from core.config import Settings
from core.errors import InvalidInputError, NotFoundError
from core.language.understanding import Understood
from core.storage.cache import LayeredCache
from core.storage.events import Event
from core.telemetry import Part, logs, span
from tools.search.cached import CachedSearch
from tools.search.cursor import read as read_cursor
from tools.search.shapes import (
    ExplainRequest,
    Explanation,
    Facet,
    FacetValue,
    Result,
    SearchPage,
    SearchRequest,
    SimilarPage,
    SimilarRequest,
)
from tools.suggest import Suggestions, SuggestRequest
from tools.understand import UnderstandRequest

NOW = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
VERSIONS = Versions(catalogue="7", index="i-1", model="m-1", weights="w-1")
COLOURS = ("red", "blue", "green")


def shelf() -> list[Product]:
    return [
        Product(
            id=f"p-{number}",
            title=f"{COLOURS[number % 3].title()} kettle {number}",
            description="Boils water. " * 30,
            brand=("Acme", "Böll")[number % 2],
            category=("Home", "Kitchen"),
            price=Decimal(number) + Decimal("0.5000"),
            attributes={"colour": (COLOURS[number % 3],)},
            stock=number % 4,
            created_at=NOW,
        )
        for number in range(1, 41)
    ]


@dataclass
class Shop:
    """Every tool over a shelf of products; `failure` is raised by all of them, `gate` holds searches back."""

    products: list[Product] = field(default_factory=shelf)
    asked: list[SearchRequest] = field(default_factory=list)
    failure: Exception | None = None
    gate: asyncio.Event | None = None
    degraded: tuple[str, ...] = ()

    async def find(self, request: SearchRequest) -> SearchPage:
        self.asked.append(request)
        await self._ready()
        with span("keyword"):
            words = request.query.lower().split()
            found = [p for p in self.products if all(word in p.title.lower() for word in words)]
        shown = read_cursor(request)
        page = found[len(shown.shown) :][: request.k]
        more = len(shown.shown) + len(page) < len(found)
        return SearchPage(
            results=tuple(self._result(product) for product in page),
            facets=(Facet(name="brand", label="Brand", values=(FacetValue(value="Acme", count=20),)),),
            total=len(found),
            cursor=shown.after(p.id for p in page).encode() if more else None,
            understood=Understood(query=request.query),
            relaxed=(),
            did_you_mean=None,
            versions=VERSIONS,
            degraded=self.degraded,
        )

    async def explain(self, request: ExplainRequest) -> Explanation:
        await self._ready()
        return Explanation(
            product_id=request.product_id,
            found=False,
            understood=Understood(query=request.search.query),
            versions=VERSIONS,
        )

    async def similar(self, request: SimilarRequest) -> SimilarPage:
        await self.product(request.product_id)
        others = [product for product in self.products if product.id != request.product_id][: request.k]
        return SimilarPage(
            product_id=request.product_id, results=tuple(self._result(p) for p in others), versions=VERSIONS
        )

    async def suggest(self, request: SuggestRequest) -> Suggestions:
        await self._ready()
        return Suggestions(suggestions=())

    async def understand(self, request: UnderstandRequest) -> Understood:
        await self._ready()
        return Understood(query=request.query)

    async def product(self, product_id: str) -> Product:
        await self._ready()
        for product in self.products:
            if product.id == product_id:
                return product
        raise NotFoundError

    async def picture(self, product_id: str) -> str:
        await self.product(product_id)
        return '<svg xmlns="http://www.w3.org/2000/svg"/>'

    async def _ready(self) -> None:
        if self.gate is not None:
            await self.gate.wait()
        if self.failure is not None:
            raise self.failure

    def _result(self, product: Product) -> Result:
        return Result(
            product_id=product.id,
            score=0.5,
            breakdown=Breakdown(search=0.5),
            weights=Weights(),
            product=product,
            highlights={"title": f"<mark>{product.title}</mark>"},
        )


@dataclass
class Tools:
    """The shop's tools as the door sees them, search behind the cache."""

    search: CachedSearch
    shop: Shop

    def __getattr__(self, name: str) -> object:
        return getattr(self.shop, name)


@dataclass
class Diary:
    """Events in memory; `failure` is raised by every write."""

    stored: dict[str, Event] = field(default_factory=dict)
    failure: Exception | None = None

    async def append(self, events: Sequence[Event], now: datetime) -> int:
        if self.failure is not None:
            raise self.failure
        if any(event.ts > now + timedelta(days=1) for event in events):
            raise InvalidInputError
        fresh = {event.event_id: event for event in events if event.event_id not in self.stored}
        self.stored.update(fresh)
        return len(fresh)

    async def popular_queries(self, since: datetime, limit: int) -> list[tuple[str, int]]:
        return [("kettle", 9)][:limit]


@dataclass(repr=False)
class House:
    """What a test can reach: the client, and what lies behind the door."""

    client: httpx.AsyncClient
    shop: Shop
    diary: Diary
    parts: list[Part]
    log: io.BytesIO

    def lines(self, event: str | None = None) -> list[dict[str, Any]]:
        """Log lines so far, of one event if named."""
        found = [json.loads(line) for line in self.log.getvalue().splitlines()]
        return [line for line in found if event in (None, line["event"])]


OPEN = (Part("postgres", "ok", readings={"pool_used": 3, "circuit": 0}), Part("index", "ok", version="i-1"))


@pytest.fixture
def log() -> Iterator[io.BytesIO]:
    stream = io.BytesIO()
    handlers = logging.getLogger().handlers[:]
    logs.configure(level="INFO", service="aisle-test", stream=stream)
    yield stream
    structlog.reset_defaults()
    logging.getLogger().handlers[:] = handlers


@asynccontextmanager
async def open_house(log: io.BytesIO, shop: Shop | None = None, **settings: object) -> AsyncIterator[House]:
    shop, diary, parts = shop or Shop(), Diary(), list(OPEN)

    @asynccontextmanager
    async def open_service(_settings: Settings) -> AsyncIterator[Service]:
        cached = CachedSearch(shop.find, LayeredCache(), lambda: "i-1", timedelta(minutes=5))

        async def tell() -> tuple[Part, ...]:
            return tuple(parts)

        yield Service(tools=Tools(cached, shop), events=diary, parts=tell)  # type: ignore[arg-type]

    known: dict[str, object] = {"warm_queries": 0, "frontend_dir": Path("/nowhere"), **settings}
    app = create_app(Settings.model_validate(known), open_service, lambda: NOW)
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://shop") as client,
    ):
        yield House(client, shop, diary, parts, log)


@pytest.fixture
async def house(log: io.BytesIO) -> AsyncIterator[House]:
    async with open_house(log) as opened:
        yield opened


@pytest.fixture
def opened(log: io.BytesIO) -> Callable[..., object]:
    """`async with opened(max_concurrency=1) as house:` a house with other settings."""

    def with_settings(**settings: object) -> object:
        return open_house(log, **settings)  # type: ignore[arg-type]

    return with_settings
