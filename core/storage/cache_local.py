"""The first cache layer: in this process, bounded, least recently used goes first."""

import time
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple


class Entry(NamedTuple):
    """A remembered value."""

    value: bytes
    expires: float
    tags: frozenset[str]


@dataclass
class LocalCache:
    """Bytes by key with a time to live and tags. Used from one event loop only."""

    max_bytes: int = 64 << 20
    remembered_drops: int = 20_000
    clock: Callable[[], float] = time.monotonic
    generation: int = 0  # grows with every drop
    _entries: OrderedDict[str, Entry] = field(default_factory=OrderedDict)
    _by_tag: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _dropped: OrderedDict[str, int] = field(default_factory=OrderedDict)  # tag → generation of its last drop
    _forgotten: int = 0  # drops up to this generation may have been forgotten: fills from before it are refused
    _bytes: int = 0

    def look(self, key: str) -> tuple[bytes | None, int]:
        """The value, and the generation it was looked up at (for `keep`)."""
        entry = self._entries.get(key)
        if entry is not None and entry.expires <= self.clock():
            self._remove(key)
            entry = None
        if entry is None:
            return None, self.generation
        self._entries.move_to_end(key)
        return entry.value, self.generation

    def keep(self, key: str, value: bytes, ttl: timedelta, tags: Collection[str], *, since: int) -> bool:
        """Remember a value whose making began at generation `since`; False when it may be stale already, or too big."""
        stale = since < self._forgotten or any(self._dropped.get(tag, 0) > since for tag in tags)
        if stale or len(value) > self.max_bytes // 8:
            return False
        self._remove(key)
        self._entries[key] = Entry(value, self.clock() + ttl.total_seconds(), frozenset(tags))
        self._bytes += len(value)
        for tag in tags:
            self._by_tag[tag].add(key)
        while self._bytes > self.max_bytes:
            self._remove(next(iter(self._entries)))
        return True

    def drop(self, tags: Collection[str]) -> None:
        """Forget what carries any of the tags, and refuse what is being made from before now."""
        self.generation += 1
        for tag in tags:
            self._dropped[tag] = self.generation
            self._dropped.move_to_end(tag)
            for key in tuple(self._by_tag.get(tag, ())):
                self._remove(key)
        while len(self._dropped) > self.remembered_drops:
            self._forgotten = self._dropped.popitem(last=False)[1]

    def clear(self) -> None:
        """Forget everything: messages may have been lost."""
        self.generation += 1
        self._forgotten = self.generation
        self._entries.clear()
        self._by_tag.clear()
        self._dropped.clear()
        self._bytes = 0

    def _remove(self, key: str) -> None:
        entry = self._entries.pop(key, None)
        if entry is None:
            return
        self._bytes -= len(entry.value)
        for tag in entry.tags:
            keys = self._by_tag[tag]
            keys.discard(key)
            if not keys:
                del self._by_tag[tag]
