"""What was shown, where and why, written down without making anybody wait.

A served page leaves a note in a bounded buffer; a background task turns notes into events and writes them in bulk.
When storage stays away the oldest are dropped and counted. An impression's id is made of request and product, so the
page's own report of the same impression (`POST /events`) is the same event.
"""

import asyncio
import hashlib
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from api.context import Clock, Context
from core.errors import AisleError
from core.storage.events import Event, Events
from core.telemetry import get_logger
from core.telemetry.metrics import Metrics

CAPACITY = 1_000  # answers a process remembers while storage is away, some 25,000 events
BATCH = 1_000  # events a write
REST = 3.0  # the writer rests this many times as long as a write took, so that it never crowds out searches


@dataclass(frozen=True, slots=True)
class Shown:
    """One page as it was served. `query` is None where none was typed; `offset` results came on earlier pages."""

    context: Context
    source: str
    query: str | None
    offset: int
    results: tuple[tuple[str, float], ...]  # product id, score

    def events(self) -> Iterator[Event]:
        """The search itself, when it was typed and begins, then an impression for each result."""
        if self.query and self.offset == 0:
            yield self._event("search", None, None, None)
        for place, (product_id, score) in enumerate(self.results, start=self.offset + 1):
            yield self._event("impression", product_id, place, score)

    def _event(self, event_type: str, product_id: str | None, position: int | None, score: float | None) -> Event:
        return Event(
            event_id=impression_id(self.context.request_id, product_id or ""),
            event_type=event_type,
            ts=self.context.now,
            user_id=self.context.user_id,
            session_id=self.context.session_id,
            product_id=product_id,
            source=self.source,
            query=self.query,
            position=position,
            score=score,
            request_id=self.context.request_id,
        )


def impression_id(request_id: str, product_id: str) -> str:
    """The one id of "this product was shown in this answer", whoever reports it."""
    return hashlib.blake2b(f"{request_id}\n{product_id}".encode(), digest_size=16).hexdigest()


@dataclass
class Impressions:
    """The buffer and its writer. `add` never waits and never fails."""

    events: Events
    metrics: Metrics
    clock: Clock
    interval: timedelta = timedelta(seconds=1)
    capacity: int = CAPACITY
    _waiting: deque[Shown] = field(default_factory=deque)

    def add(self, page: Shown) -> None:
        """Remember `page` until it is written; the oldest goes when there is no more room."""
        self._waiting.append(page)
        self._bound()

    async def run(self) -> None:
        """Write for ever, in batches, resting in between; cancelled at shutdown."""
        while True:
            await asyncio.sleep(self.interval.total_seconds())
            started = time.perf_counter()
            while self._waiting and await self.flush():
                await asyncio.sleep(REST * (time.perf_counter() - started))
                started = time.perf_counter()

    async def flush(self) -> bool:
        """Write one batch; whether it was written. A batch that fails goes back to the front."""
        pages = list(self._take())
        batch = [event for page in pages for event in page.events()]
        if not batch:
            return True
        try:
            await self.events.append(batch, self.clock())
        except AisleError as error:
            self._waiting.extendleft(reversed(pages))
            self._bound()
            get_logger().warning("impressions_wait", waiting=len(self._waiting), reason=type(error).__name__)
            return False
        self.metrics.impressions.labels("stored").inc(len(batch))
        return True

    def _take(self) -> Iterator[Shown]:
        taken = 0
        while self._waiting and taken < BATCH:
            page = self._waiting.popleft()
            taken += len(page.results)
            yield page

    def _bound(self) -> None:
        while len(self._waiting) > self.capacity:
            self.metrics.impressions.labels("dropped").inc(len(self._waiting.popleft().results))
