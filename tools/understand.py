"""Understand: what the rules make of a query, without searching."""

import asyncio
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Protocol

from pydantic import Field

from core.catalog import Frozen
from core.language.terms import Lexicon
from core.language.understanding import Understood, understand
from core.language.vocabulary import Vocabulary

MAX_QUERY = 500  # characters


class UnderstandRequest(Frozen):
    """A query, with rules switched off by name and chips (`kind:value`) taken away."""

    query: str = Field(default="", max_length=MAX_QUERY)
    off: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()
    locale: str = "en"


class Words(Protocol):
    """One moment of what the catalogue's words mean."""

    @property
    def vocabulary(self) -> Vocabulary:
        """Names, values and numbers."""
        ...

    @property
    def lexicon(self) -> Lexicon:
        """Written forms."""
        ...


class Index(Protocol):
    """The index as it is now."""

    @property
    def snapshot(self) -> Words | None:
        """One moment of it; None while there is none to read."""
        ...


@dataclass(frozen=True)
class Understand:
    """The tool. Without an index only what needs no catalogue is understood."""

    index: Index
    threads: Executor

    async def __call__(self, request: UnderstandRequest) -> Understood:
        """Read one query."""
        return await asyncio.get_running_loop().run_in_executor(self.threads, self._read, request)

    def _read(self, request: UnderstandRequest) -> Understood:
        now = self.index.snapshot
        if now is None:
            return understand(request.query, Vocabulary(), off=request.off, ignore=request.ignore)
        lexicon = now.lexicon
        return understand(
            request.query, now.vocabulary, lexicon.spelling, lexicon.synonyms, request.off, request.ignore
        )
