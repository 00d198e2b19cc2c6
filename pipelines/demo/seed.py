"""Fills an empty shop with the demo catalogue and its shoppers' history. Again is harmless."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from core.catalog import Product
from core.storage.events import Event
from core.storage.products import Written
from pipelines.demo import catalogue
from pipelines.demo.history import history

PRODUCTS, EVENTS = 500, 2000  # a write


class Catalogue(Protocol):
    """Where products go."""

    async def upsert_many(self, products: Sequence[Product], now: datetime) -> Written:
        """Insert or replace."""
        ...


class Events(Protocol):
    """Where events go."""

    async def append(self, events: Sequence[Event], now: datetime) -> int:
        """Store those not seen before."""
        ...


async def seed(shop: Catalogue, events: Events, now: datetime, report: Callable[[str, int, int | None], None]) -> None:
    """Write both, telling how far each is."""
    products = await asyncio.to_thread(lambda: list(catalogue()))
    for start in range(0, len(products), PRODUCTS):
        await shop.upsert_many(products[start : start + PRODUCTS], now)
        report("demo catalogue", min(start + PRODUCTS, len(products)), len(products))
    past = await asyncio.to_thread(lambda: list(history(products, now)))
    for start in range(0, len(past), EVENTS):
        await events.append(past[start : start + EVENTS], now)
        report("demo history", min(start + EVENTS, len(past)), len(past))
