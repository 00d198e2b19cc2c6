"""The result cache: a small layer in this process over a shared one in Redis; tags drop what a change made wrong.

A cache never fails: without Redis there is only the layer in this process. Tags are `product:<id>` and `search`.

An invalidation must win over a fill that began before it. So a look-up that misses answers a `Stamp`, the moment it
looked, and `set` brings it back: what was dropped after that moment is not kept (by either layer). Whoever follows
the outbox invalidates *after* it has applied the change; then no answer made from older data outlives it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Hashable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple, Protocol

from core.storage.cache_local import LocalCache
from core.storage.cache_redis import EVERYTHING, RedisCache

LOCAL_TTL = timedelta(seconds=30)  # should a message be lost, nothing stale outlives this here


class Stamp(NamedTuple):
    """When a look-up happened, by the clock of each layer; None: that layer could not say."""

    local: int
    shared: int | None


class Lookup(NamedTuple):
    """What a look-up found. `layer` is `local`, `shared` or None for a miss."""

    value: bytes | None
    layer: str | None
    stamp: Stamp


class Filled(NamedTuple):
    """What a fill made. `keep=False`: answer it but do not remember it (a degraded answer)."""

    value: bytes
    tags: Collection[str] = ()
    keep: bool = True


class Observer(Protocol):
    """Told about every look-up, for the metrics."""

    def observe(self, layer: str, *, hit: bool) -> None:
        """`layer`: `local` or `shared`."""
        ...


class Cache(Protocol):
    """What a cache does. Keys are namespaced below; values are bytes (orjson)."""

    async def get(self, key: str) -> Lookup:
        """The value, or a miss with the stamp that `set` wants."""
        ...

    async def set(self, key: str, value: bytes, ttl: timedelta, tags: Collection[str], stamp: Stamp) -> None:
        """Remember a value made after `stamp`, unless one of its tags was dropped since."""
        ...

    async def fetch(self, key: str, ttl: timedelta, fill: Callable[[], Awaitable[Filled]]) -> Lookup:
        """The value, filled when missing; concurrent askers for one key share one fill. Raises what `fill` raises."""
        ...

    async def invalidate(self, tags: Collection[str]) -> None:
        """Drop what carries any of the tags, everywhere."""
        ...

    def drop(self, tags: Collection[str]) -> None:
        """Drop it in this process only: for messages and for the follower of the outbox."""
        ...


@dataclass
class SingleFlight:
    """Concurrent calls for one key become one call. Who gives up waiting does not stop it for the others."""

    _running: dict[Hashable, asyncio.Task[Any]] = field(default_factory=dict)

    async def __call__(self, key: Hashable, call: Callable[[], Awaitable[Lookup]]) -> Lookup:
        """The answer of the call that is under way for this key, or of a new one. Raises what it raises."""
        task = self._running.get(key)
        if task is None:
            task = self._running[key] = asyncio.ensure_future(call())
            task.add_done_callback(lambda done: self._landed(key, done))
        answer: Lookup = await asyncio.shield(task)
        return answer

    def _landed(self, key: Hashable, task: asyncio.Task[Any]) -> None:
        del self._running[key]
        if not task.cancelled():
            task.exception()  # looked at, in case everybody who waited has gone


@dataclass
class LayeredCache:
    """The process's own layer over Redis; without `shared` it is the memory twin."""

    local: LocalCache = field(default_factory=LocalCache)
    shared: RedisCache | None = None
    local_ttl: timedelta = LOCAL_TTL
    observer: Observer | None = None
    _flights: SingleFlight = field(default_factory=SingleFlight)
    _listening: asyncio.Task[None] | None = None

    async def get(self, key: str) -> Lookup:
        """See `Cache`."""
        found = self._look(key)
        return found if found.layer else await self._find(key, found.stamp)

    async def set(self, key: str, value: bytes, ttl: timedelta, tags: Collection[str], stamp: Stamp) -> None:
        """See `Cache`."""
        local_ttl = ttl if self.shared is None else min(ttl, self.local_ttl)
        self.local.keep(key, value, local_ttl, tags, since=stamp.local)
        if self.shared is not None and stamp.shared is not None:
            await self.shared.set(key, value, ttl, tags, stamp.shared)

    async def fetch(self, key: str, ttl: timedelta, fill: Callable[[], Awaitable[Filled]]) -> Lookup:
        """See `Cache`."""
        looked = self._look(key)
        if looked.layer:
            return looked

        async def find_or_fill() -> Lookup:
            found = await self._find(key, looked.stamp)
            if found.layer:
                return found
            made = await fill()
            if made.keep:
                await self.set(key, made.value, ttl, made.tags, found.stamp)
            return Lookup(made.value, None, found.stamp)

        # The generation is part of the flight: who asks after a drop does not join a fill that began before it.
        return await self._flights((key, self.local.generation), find_or_fill)

    async def invalidate(self, tags: Collection[str]) -> None:
        """See `Cache`. Redis first: the other way round, a reader could refill this layer from what is stale there."""
        if self.shared is not None:
            await self.shared.invalidate(tags)
        self.local.drop(tags)

    def drop(self, tags: Collection[str]) -> None:
        """See `Cache`."""
        self.local.drop(tags)

    async def clear(self) -> None:
        """Drop everything, everywhere."""
        if self.shared is not None:
            await self.shared.invalidate({EVERYTHING})
        self.local.clear()

    def start(self) -> None:
        """Follow what other processes drop, until `close`."""
        if self.shared is not None and self._listening is None:
            follow = self.shared.follow(self.local.drop, self.local.clear)
            self._listening = asyncio.create_task(follow, name="cache-follow")

    async def close(self) -> None:
        """Stop following and close the connections."""
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
            self._listening = None
        if self.shared is not None:
            await self.shared.close()

    def _look(self, key: str) -> Lookup:
        value, generation = self.local.look(key)
        self._observe("local", hit=value is not None)
        return Lookup(value, None if value is None else "local", Stamp(generation, None))

    async def _find(self, key: str, stamp: Stamp) -> Lookup:
        if self.shared is None:
            return Lookup(None, None, stamp)
        found = await self.shared.get(key)
        self._observe("shared", hit=found.value is not None)
        if found.value is None:
            return Lookup(None, None, Stamp(stamp.local, found.stamp))
        self.local.keep(key, found.value, min(found.ttl, self.local_ttl), found.tags, since=stamp.local)
        return Lookup(found.value, "shared", stamp)

    def _observe(self, layer: str, *, hit: bool) -> None:
        if self.observer is not None:
            self.observer.observe(layer, hit=hit)
