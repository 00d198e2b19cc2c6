"""The HTTP app: what wraps what, which routes there are, and what is opened and closed with it."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from importlib.metadata import version

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from api.bounds import BoundBody, BoundConcurrency, BoundTime
from api.context import SESSION_HEADER, Clock
from api.docs import docs_router
from api.door import Door, door_of
from api.errors import Problem, install
from api.head import Head
from api.impressions import Impressions
from api.observe import Observe
from api.page import page_answer, read_page
from api.routes import events, health, products, search
from api.server import end_with_parent
from api.service import Service
from api.shield import Shield
from api.warming import warm
from api.wire import Bodies
from core.config import Settings
from core.resources import open_resources
from core.telemetry import logs
from core.telemetry.metrics import Metrics, create_metrics
from core.telemetry.traces import Tracing, open_tracing
from tools import toolbox

GAUGES_EVERY = timedelta(seconds=5)
COMPRESS_FROM = 2_000  # bytes; less is not worth the time
COMPRESS_LEVEL = 3  # measured on a page of results: 0.2 ms for 27 -> 11 kB; level 6 takes 0.7 ms for 10.9 kB

OpenService = Callable[[Settings], AbstractAsyncContextManager[Service]]


def application() -> FastAPI:
    """The app with settings from the environment: what a server process starts."""
    settings = Settings()
    logs.configure(level=settings.log_level, service=settings.service_name)
    return create_app(settings)


@asynccontextmanager
async def open_service(settings: Settings) -> AsyncIterator[Service]:
    """The real thing: resources opened, tools built from them."""
    async with open_resources(settings) as resources:
        yield Service(tools=toolbox.build(resources), events=resources.events, parts=resources.parts)


def utc_now() -> datetime:
    """The time."""
    return datetime.fromtimestamp(time.time(), UTC)


def create_app(settings: Settings, open_service: OpenService = open_service, clock: Clock = utc_now) -> FastAPI:
    """Wire the app; nothing is opened before its lifespan begins."""
    metrics = create_metrics()
    tracing = open_tracing(settings.otlp_endpoint, service=settings.service_name, version=version("aisle"))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_service(settings) as service, _open_door(settings, service, clock, metrics) as door:
            app.state.door = door
            yield
        tracing.close()

    app = FastAPI(
        title="Aisle",
        description="Product discovery for a shop: search, suggestions, similar products, events.",
        version=version("aisle"),
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        middleware=_layers(settings, metrics, tracing),
        responses={"4XX": {"model": Problem}, "5XX": {"model": Problem}},
    )
    install(app)
    for noun in (search, products, events, health):
        app.include_router(noun.router)
    app.include_router(docs_router())
    app.router.default = _page_or_nothing
    return app


def _layers(settings: Settings, metrics: Metrics, tracing: Tracing) -> list[Middleware]:
    """Outermost first: whatever an inner layer refuses still gets ids, headers, a log line and its place in metrics."""
    cors = Middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_methods=["GET", "POST"],
        allow_headers=["content-type", "traceparent", "x-request-id", SESSION_HEADER],
        expose_headers=["retry-after", "x-request-id", "x-trace-id"],
    )
    return [
        Middleware(Head),
        Middleware(Shield),
        Middleware(Observe, metrics=metrics, tracing=tracing),
        *([cors] if settings.cors_origins else []),
        Middleware(GZipMiddleware, minimum_size=COMPRESS_FROM, compresslevel=COMPRESS_LEVEL),
        Middleware(BoundConcurrency, limit=settings.max_concurrency, patience=settings.queue_wait),
        Middleware(BoundTime, limit=settings.request_timeout),
        Middleware(BoundBody, limit=settings.max_body_bytes),
    ]


@asynccontextmanager
async def _open_door(settings: Settings, service: Service, clock: Clock, metrics: Metrics) -> AsyncIterator[Door]:
    """The door with its background tasks; what was shown is written down once more before it closes."""
    impressions = Impressions(service.events, metrics, clock)
    assets = await asyncio.to_thread(read_page, settings.frontend_dir)
    tasks = [
        asyncio.create_task(impressions.run(), name="impressions"),
        asyncio.create_task(_watch(metrics, service), name="gauges"),
        asyncio.create_task(warm(service, clock, settings.warm_queries), name="warming"),
        asyncio.create_task(end_with_parent(), name="parent"),
    ]
    try:
        yield Door(service, clock, metrics, impressions, assets, Bodies(), settings.metrics_dir)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await impressions.flush()


async def _watch(metrics: Metrics, service: Service) -> None:
    """Keep the gauges of the parts fresh: in multi-process serving a scrape reaches one process only."""
    while True:
        metrics.observe_parts(await service.parts())
        await asyncio.sleep(GAUGES_EVERY.total_seconds())


async def _page_or_nothing(scope: Scope, receive: Receive, send: Send) -> None:
    """What no route takes: a file of the page, the page itself, or 404."""
    if scope["type"] != "http":
        return
    request = Request(scope)
    scope["aisle.route"] = "page"
    answer = page_answer(door_of(request).assets, request) if scope["method"] == "GET" else None
    if answer is None:
        raise HTTPException(404, "There is nothing at this address.")
    await answer(scope, receive, send)
