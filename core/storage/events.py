"""What shoppers saw and did: appended once, aggregated in SQL."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Protocol

import orjson
from pydantic import AwareDatetime, Field

from core.catalog import Frozen
from core.errors import InvalidInputError
from core.storage.postgres import Database

CHUNK = 2000  # events a statement
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
PRUNE_STEP = timedelta(hours=6)
PRUNE_IDS = 50_000
CLOCK_SKEW = timedelta(days=1)  # how far ahead of us a caller's clock may be


class Event(Frozen):
    """One thing a shopper saw or did. `event_id` makes sending it twice harmless."""

    event_id: str = Field(min_length=1, max_length=100)
    event_type: str = Field(pattern=r"^[a-z_]{1,40}$")  # search | impression | click | view | add_to_cart | purchase …
    ts: AwareDatetime
    user_id: str | None = Field(default=None, max_length=200)
    session_id: str | None = Field(default=None, max_length=200)
    product_id: str | None = Field(default=None, max_length=200)
    source: str | None = Field(default=None, max_length=100)
    query: str | None = Field(default=None, max_length=500)  # None for a spoken turn
    position: int | None = Field(default=None, ge=0, le=2**31 - 1)
    score: float | None = Field(default=None, allow_inf_nan=False)
    quantity: int | None = Field(default=None, ge=0, le=2**31 - 1)
    value: Decimal | None = Field(default=None, max_digits=14, decimal_places=4)
    currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")
    request_id: str | None = Field(default=None, max_length=100)
    variants: dict[str, str] = Field(default_factory=dict)  # experiment → variant
    consent: bool = False  # may be used to personalize


class PopularityPolicy(Frozen):
    """How popularity is counted (SPEC §4)."""

    purchase: float = 3.0
    add_to_cart: float = 2.0
    view: float = 1.0  # a click, too
    window: timedelta = timedelta(days=30)
    half_life: timedelta = timedelta(days=7)
    needed_views: int = 10
    newcomer: float = 0.1  # the score of a product seen less often than that

    @property
    def weights(self) -> dict[str, float]:
        """Event type → weight."""
        return {"purchase": self.purchase, "add_to_cart": self.add_to_cart, "view": self.view, "click": self.view}


POPULARITY = PopularityPolicy()
VIEWS = ("view", "click")


class Events(Protocol):
    """What an event store does; `EventStore` and its memory twin."""

    async def append(self, events: Sequence[Event], now: datetime) -> int:
        """Store the events not seen before; answers how many. Raises `InvalidInputError` for an impossible time."""
        ...

    async def popularity(self, now: datetime, policy: PopularityPolicy = POPULARITY) -> dict[str, float]:
        """Product → score in [0, 1]. Who is not in it has no events and counts as a newcomer.

        raw = Σ weight · 0.5^(age / half-life) over the window; score = ln(1 + raw) / ln(1 + highest raw): logarithmic,
        because counts of shoppers' doings are heavy-tailed and one best-seller would flatten all others.
        """
        ...

    async def popular_queries(self, since: datetime, limit: int) -> list[tuple[str, int]]:
        """The queries searched most, with the number of searches."""
        ...

    async def counts(self, since: datetime) -> dict[str, int]:
        """Event type → number of events."""
        ...

    async def prune(self, before: datetime) -> None:
        """Forget events older than this."""
        ...


def check_times(events: Sequence[Event], now: datetime) -> None:
    """Raises `InvalidInputError` for times that no event can have (each month met becomes a partition)."""
    if any(not EARLIEST <= event.ts <= now + CLOCK_SKEW for event in events):
        raise InvalidInputError("An event's time is too long ago or in the future.")


@dataclass
class EventStore:
    """Events in Postgres, a partition a month."""

    database: Database
    _months: set[tuple[int, int]] = field(default_factory=set)  # partitions known to exist

    async def append(self, events: Sequence[Event], now: datetime) -> int:
        """See `Events`. Commits chunk by chunk."""
        check_times(events, now)
        await self._ensure(events, now)
        stored = 0
        for start in range(0, len(events), CHUNK):
            rows = [event.model_dump() for event in events[start : start + CHUNK]]
            stored += await self.database.execute("events.append", orjson.dumps(rows, default=str).decode())
        return stored

    async def popularity(self, now: datetime, policy: PopularityPolicy = POPULARITY) -> dict[str, float]:
        """See `Events`."""
        arguments = (
            now,
            policy.window,
            policy.half_life,
            list(policy.weights),
            list(policy.weights.values()),
            list(VIEWS),
            policy.needed_views,
            policy.newcomer,
        )
        async with self.database.patient() as session:
            rows = await session.rows("events.popularity", *arguments)
        return {row["product_id"]: row["score"] for row in rows}

    async def popular_queries(self, since: datetime, limit: int) -> list[tuple[str, int]]:
        """See `Events`."""
        rows = await self.database.rows("events.popular_queries", since, limit)
        return [(row["query"], row["searches"]) for row in rows]

    async def counts(self, since: datetime) -> dict[str, int]:
        """See `Events`."""
        return {row["event_type"]: row["count"] for row in await self.database.rows("events.counts", since)}

    async def prune(self, before: datetime) -> None:
        """See `Events`. In small steps: one long writing transaction would hold the outbox back."""
        await self.database.number("events.drop_months", before)
        self._months.clear()
        start = before.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        while start < before:
            end = min(start + PRUNE_STEP, before)
            await self.database.execute("events.prune", start, end)
            start = end
        while await self.database.execute("events.prune_ids", before, PRUNE_IDS):
            pass

    async def _ensure(self, events: Sequence[Event], now: datetime) -> None:
        """Partitions for these events and a month ahead, so that midnight on the first makes nobody wait."""
        ahead = now + timedelta(days=31)
        times = [now, ahead, *(event.ts for event in events)]
        months = {(ts.year, ts.month) for ts in (ts.astimezone(UTC) for ts in times)}
        for year, month in sorted(months - self._months):
            first = datetime(year, month, 1, tzinfo=UTC)
            await self.database.execute("events.months", first, first)
            self._months.add((year, month))
