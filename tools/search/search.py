"""Search: understand, gather candidates, fuse, rank, page. No LLM; same request, same data, same answer."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from contextvars import copy_context
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.errors import UnavailableError
from core.language.terms import plan
from core.language.tokens import words
from core.language.understanding import Understood, understand
from core.storage.index.snapshot import Snapshot
from core.telemetry import annotate, span
from tools.search import cursor as cursors
from tools.search.constraints import constrained, overruled
from tools.search.finding import Found, find
from tools.search.matching import Question
from tools.search.pages import page_of
from tools.search.shapes import SearchPage, SearchRequest

T = TypeVar("T")


class Index(Protocol):
    """The index as it is now."""

    @property
    def snapshot(self) -> Snapshot | None:
        """One moment of it; None while there is none to read."""
        ...


class Encoder(Protocol):
    """Text → vector."""

    async def encode(self, text: str) -> NDArray[np.float32]:
        """Unit vector (384,). Raises `UnavailableError`."""
        ...


class SecondEngine(Protocol):
    """What answers while there is no index."""

    async def __call__(self, request: SearchRequest, /) -> SearchPage:
        """A plainer page. Raises `UnavailableError`."""
        ...


@dataclass(frozen=True)
class Search:
    """The tool."""

    index: Index
    encoder: Encoder
    second: SecondEngine
    threads: Executor

    async def __call__(self, request: SearchRequest) -> SearchPage:
        """One page. Raises `InvalidInputError` for a cursor that is not this search's."""
        shown = cursors.read(request)
        snapshot = self.index.snapshot
        if snapshot is None:
            return await self.second(request)
        found = await self.find(snapshot, request)
        return await self._work(lambda: page_of(found, request, shown))

    async def find(self, snapshot: Snapshot, request: SearchRequest) -> Found:
        """All matches of a request, relaxed step by step until there are some."""
        understood = overruled(await self._work(lambda: read_query(snapshot, request)), request.filters)
        filters, exclude = constrained(request, understood)
        terms = plan(words(understood.text), snapshot.lexicon, request.off)
        question = Question(terms, None, filters, exclude, request.mode, off=request.off)
        degraded: tuple[str, ...] = ()
        if terms and request.mode != "keyword":
            try:
                question = replace(question, vector=await self._vector(snapshot, understood.text))
            except UnavailableError:
                degraded = ("semantic",)
                annotate(degraded="semantic")
        return await self._work(lambda: find(snapshot, question, understood, request, degraded))

    async def _vector(self, snapshot: Snapshot, text: str) -> NDArray[np.float32]:
        if snapshot.vectors is None:
            raise UnavailableError
        with span("embed"):
            return await self.encoder.encode(text)

    async def _work(self, call: Callable[[], T]) -> T:
        # In a copy of the request's context, so that spans in the thread are the request's.
        return await asyncio.get_running_loop().run_in_executor(self.threads, copy_context().run, call)


def read_query(snapshot: Snapshot, request: SearchRequest) -> Understood:
    """The rules' reading of the query, over the snapshot's own words."""
    with span("understand"):
        lexicon = snapshot.lexicon
        return understand(
            request.query, snapshot.vocabulary, lexicon.spelling, lexicon.synonyms, request.off, request.ignore
        )
