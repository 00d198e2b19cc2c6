"""An app over the shop in memory, for a server process of its own: searches take a moment."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fastapi import FastAPI

from api.app import create_app
from api.service import Service
from core.config import Settings
from core.storage.cache import LayeredCache
from core.telemetry import Part, get_logger, logs
from tests.api.conftest import Diary, Shop, Tools
from tools.search.cached import CachedSearch

TAKES = 1.0  # seconds a search takes


def application() -> FastAPI:
    logs.configure(level="INFO", service="aisle-test")
    shop, diary = Shop(), Diary()

    async def slow(request):
        await asyncio.sleep(TAKES)
        return await shop.find(request)

    async def parts() -> tuple[Part, ...]:
        return (Part("index", "ok"),)

    @asynccontextmanager
    async def open_service(_settings: Settings) -> AsyncIterator[Service]:
        search = CachedSearch(slow, LayeredCache(), lambda: "i-1", timedelta(minutes=5))
        yield Service(Tools(search, shop), diary, parts)  # type: ignore[arg-type]
        get_logger().info("closed", written=len(diary.stored))

    settings = Settings.model_validate({"warm_queries": 0, "frontend_dir": Path("/nowhere")})
    return create_app(settings, open_service, lambda: datetime.now(UTC))
