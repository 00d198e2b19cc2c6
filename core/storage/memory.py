"""Memory twins of the Postgres stores, for tests and for trying things out; held to the same contract suites."""

import asyncio
import math
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from core.catalog import Product
from core.errors import InvalidInputError, NotFoundError
from core.storage.events import POPULARITY, VIEWS, Event, PopularityPolicy, check_times
from core.storage.outbox import Change, Kind
from core.storage.products import CHUNK, KEEP, Patch, Patched, Written, content_hash


@dataclass
class MemoryOutbox:
    """See `core.storage.outbox.Changes`."""

    changes: list[Change] = field(default_factory=list)
    _pruned_to: int = 0
    _last: int = 0
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    def write(self, product_id: str, kinds: Sequence[Kind], at: datetime) -> None:
        """What the triggers do in Postgres."""
        for kind in kinds:
            self._last += 1
            self.changes.append(Change(position=self._last, product_id=product_id, kind=kind, at=at))
            self._woken.set()

    async def read(self, after: int, limit: int = 1000) -> list[Change]:
        """See `Changes`."""
        if not self._pruned_to <= after <= self._last:
            raise NotFoundError(f"The outbox does not hold what came after position {after}.")
        start = bisect_right(self.changes, after, key=lambda change: change.position)
        return self.changes[start : start + limit]

    async def latest(self) -> int:
        """See `Changes`."""
        return self._last

    async def wait(self, at_most: timedelta) -> bool:
        """See `Changes`."""
        try:
            await asyncio.wait_for(self._woken.wait(), at_most.total_seconds())
        except TimeoutError:
            return False
        self._woken.clear()
        return True

    async def prune(self, before: datetime) -> None:
        """See `Changes`."""
        old = [change.position for change in self.changes if change.at < before]
        self._pruned_to = max([self._pruned_to, *old])
        self.changes = [change for change in self.changes if change.at >= before]


@dataclass
class MemoryProducts:
    """See `core.storage.products.Products`."""

    outbox: MemoryOutbox = field(default_factory=MemoryOutbox)
    _shop: dict[str, Product] = field(default_factory=dict)
    _gone: dict[str, Product] = field(default_factory=dict)

    async def upsert_many(self, products: Sequence[Product], now: datetime) -> Written:
        """See `Products`."""
        counts: Counter[str] = Counter()
        distinct = {product.id: product for product in products}
        for product in sorted(distinct.values(), key=lambda each: each.id):
            counts[self._upsert(product, now)] += 1
        return Written(**counts)

    async def patch_many(self, patches: Sequence[Patch], now: datetime) -> Patched:
        """See `Products`."""
        if any(isinstance(value, int | float) and value < 0 for patch in patches for value in _numbers(patch)):
            raise InvalidInputError
        known = [patch for patch in patches if patch.id in self._shop]
        updated = sum(self._patch(patch, now) for patch in sorted(known))
        missing = tuple(sorted(patch.id for patch in patches if patch.id not in self._shop))
        return Patched(updated=updated, unchanged=len(known) - updated, missing=missing)

    async def delete(self, ids: Sequence[str], now: datetime) -> int:
        """See `Products`."""
        gone = sorted(set(ids) & self._shop.keys())
        for product_id in gone:
            self._gone[product_id] = self._shop.pop(product_id)
            self.outbox.write(product_id, ["delete"], now)
        return len(gone)

    async def get(self, ids: Sequence[str]) -> list[Product]:
        """See `Products`."""
        return [self._shop[product_id] for product_id in ids if product_id in self._shop]

    async def stream(self, batch: int = CHUNK) -> AsyncIterator[list[Product]]:
        """See `Products`."""
        rest = iter([self._shop[product_id] for product_id in sorted(self._shop)])
        while page := list(islice(rest, batch)):
            yield page

    async def count(self) -> int:
        """See `Products`."""
        return len(self._shop)

    def _upsert(self, product: Product, now: datetime) -> str:
        old = self._shop.get(product.id) or self._gone.get(product.id)
        created = product.created_at or (old.created_at if old else now)
        fresh = product.model_copy(update={"created_at": created, "updated_at": product.updated_at or now})
        here = self._shop.get(product.id)
        kinds: list[Kind] = ["content"] if here is None else _kinds(here, fresh)
        if not kinds:
            return "unchanged"
        self._gone.pop(product.id, None)
        self._shop[product.id] = fresh
        self.outbox.write(product.id, kinds, now)
        return "updated" if old else "inserted"

    def _patch(self, patch: Patch, now: datetime) -> bool:
        old = self._shop[patch.id]
        values = {"price": patch.price, "stock": patch.stock}
        changes = {name: value for name, value in values.items() if value is not KEEP}
        fresh = old.model_copy(update=changes)
        if fresh == old:
            return False
        self._shop[patch.id] = fresh.model_copy(update={"updated_at": now})
        self.outbox.write(patch.id, _kinds(old, fresh), now)
        return True


def _numbers(patch: Patch) -> list[float]:
    return [float(value) for value in (patch.price, patch.stock) if value is not KEEP and value is not None]


def _kinds(old: Product, new: Product) -> list[Kind]:
    """What changed, as the triggers see it."""
    apart = {"title", "description", "brand", "category", "attributes", "price", "stock", "updated_at"}
    same = content_hash(old) == content_hash(new) and old.model_dump(exclude=apart) == new.model_dump(exclude=apart)
    found: list[tuple[Kind, bool]] = [
        ("content", not same),
        ("price", old.price != new.price),
        ("stock", old.stock != new.stock),
    ]
    return [kind for kind, holds in found if holds]


@dataclass
class MemoryEvents:
    """See `core.storage.events.Events`."""

    events: dict[str, Event] = field(default_factory=dict)

    async def append(self, events: Sequence[Event], now: datetime) -> int:
        """See `Events`."""
        check_times(events, now)
        before = len(self.events)
        for event in events:
            self.events.setdefault(event.event_id, event)
        return len(self.events) - before

    async def popularity(self, now: datetime, policy: PopularityPolicy = POPULARITY) -> dict[str, float]:
        """See `Events`."""
        raw: defaultdict[str, float] = defaultdict(float)
        views: Counter[str] = Counter()
        for event in self._matching(lambda event: now - policy.window < event.ts <= now):
            if event.product_id is not None and event.event_type in policy.weights:
                raw[event.product_id] += policy.weights[event.event_type] * 0.5 ** ((now - event.ts) / policy.half_life)
                views[event.product_id] += event.event_type in VIEWS
        known = {product_id: value for product_id, value in raw.items() if views[product_id] >= policy.needed_views}
        highest = math.log1p(max(known.values(), default=0.0)) or 1.0
        return {
            product_id: math.log1p(value) / highest if product_id in known else policy.newcomer
            for product_id, value in sorted(raw.items())
        }

    async def popular_queries(self, since: datetime, limit: int) -> list[tuple[str, int]]:
        """See `Events`."""
        searches: defaultdict[str, set[str]] = defaultdict(set)
        for event in self._matching(lambda event: event.ts > since and event.event_type in {"search", "impression"}):
            if event.query:
                searches[event.query].add(event.request_id or event.event_id)
        counted = [(query, len(requests)) for query, requests in searches.items()]
        return sorted(counted, key=lambda pair: (-pair[1], pair[0]))[:limit]

    async def counts(self, since: datetime) -> dict[str, int]:
        """See `Events`."""
        return dict(sorted(Counter(event.event_type for event in self._matching(lambda e: e.ts > since)).items()))

    async def prune(self, before: datetime) -> None:
        """See `Events`."""
        self.events = {event.event_id: event for event in self._matching(lambda event: event.ts >= before)}

    def _matching(self, chosen: Callable[[Event], bool]) -> list[Event]:
        return [event for event in self.events.values() if chosen(event)]
