"""A search that remembers its answers: same call, same answer, less work.

The key holds the whole request and the version of the index, so equal requests share an answer and a new generation
starts afresh. What changes within a generation is dropped by tag: `product:<id>` of each product shown, and `search`.
Degraded answers are given but not remembered.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import blake2b
from typing import Any, Protocol

import orjson
from pydantic import ValidationError

from core.storage.cache import Filled, Lookup
from core.telemetry import annotate
from tools.search.shapes import SearchPage, SearchRequest

FORM = 1  # of what is stored; raise it when SearchPage changes
DECODED = 512  # pages kept decoded
LAYERS = {"local": "memory", "shared": "redis", None: "miss"}


class Search(Protocol):
    """A search, cached or not."""

    async def __call__(self, request: SearchRequest, /) -> SearchPage:
        """One page of results."""
        ...


class Cache(Protocol):
    """Bytes by key, filled once however many ask. See `core.storage.cache`."""

    async def fetch(self, key: str, ttl: timedelta, fill: Callable[[], Awaitable[Filled]]) -> Lookup:
        """The value, from whichever layer has it, else filled."""
        ...


@dataclass(frozen=True)
class CachedSearch:
    """Stands in for `search`. `version` names what answers are made from just now."""

    search: Search
    cache: Cache
    version: Callable[[], str]
    ttl: timedelta
    _decoded: OrderedDict[str, tuple[bytes, SearchPage]] = field(default_factory=OrderedDict, repr=False)

    async def __call__(self, request: SearchRequest, /) -> SearchPage:
        """One page of results; the layer it came from is noted as `cache`."""
        key = cache_key(request, self.version())

        async def fill() -> Filled:
            page = await self.search(request)
            value = page.model_dump_json().encode()
            self._remember(key, value, page)
            return Filled(value, tags_of(page), keep=not page.degraded)

        found = await self.cache.fetch(key, self.ttl, fill)
        annotate(cache=LAYERS[found.layer])
        if found.value is None:
            return await self.search(request)
        return await self._page(key, found.value, request)

    async def _page(self, key: str, value: bytes, request: SearchRequest) -> SearchPage:
        """Decoding costs more than all the rest of a hit, so the pages most asked for are kept decoded."""
        known = self._decoded.get(key)
        if known is not None and known[0] is value:
            self._decoded.move_to_end(key)
            return known[1]
        try:
            page = SearchPage.model_validate_json(value)
        except ValidationError:  # another release wrote it
            annotate(cache="miss")
            return await self.search(request)
        self._remember(key, value, page)
        return page

    def _remember(self, key: str, value: bytes, page: SearchPage) -> None:
        self._decoded[key] = (value, page)
        self._decoded.move_to_end(key)
        while len(self._decoded) > DECODED:
            self._decoded.popitem(last=False)


def cache_key(request: SearchRequest, version: str) -> str:
    """`search:<hash>:<k>`. Sets are sorted first: their order differs between processes."""
    fields: dict[str, Any] = request.model_dump(mode="json")
    fields["off"], fields["ignore"] = sorted(request.off), sorted(request.ignore)
    text = orjson.dumps([FORM, version, fields], option=orjson.OPT_SORT_KEYS)
    return f"search:{blake2b(text, digest_size=16).hexdigest()}:{request.k}"


def tags_of(page: SearchPage) -> frozenset[str]:
    """What must drop this page when it changes."""
    return frozenset({"search", *(f"product:{result.product_id}" for result in page.results)})
