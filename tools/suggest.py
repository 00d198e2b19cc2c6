"""Suggest: what the shopper may be typing, from the catalogue's vocabulary; a slip of the finger is forgiven."""

import asyncio
import html
import string
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Literal, Protocol

from pydantic import Field

from core.catalog import CATEGORY_SEPARATOR, Frozen
from core.language.completions import Completions, Named
from core.language.phrases import clean, key, terms, words
from core.language.vocabulary import Vocabulary

Kind = Literal["query", "brand", "category", "product"]
SHOWN: tuple[Kind, ...] = ("query", "category", "brand", "product")
CHOSEN: tuple[Kind, ...] = ("category", "brand", "query", "product")
SHARES: dict[Kind, float] = {"query": 0.5, "category": 0.25, "brand": 0.25, "product": 1.0}
MIN_FORGIVEN = 4  # letters of a last word from which a slip is looked for


class SuggestRequest(Frozen):
    """What has been typed so far."""

    query: str = Field(default="", max_length=500)
    k: int = Field(default=8, ge=1, le=20)
    locale: str = "en"


class Suggestion(Frozen):
    """One completion. `highlight`: the text in safe HTML with what was completed in <mark>."""

    text: str
    kind: Kind
    product_id: str | None = None
    highlight: str


class Suggestions(Frozen):
    """Completions by kind, within a kind most carried first, ties by text."""

    suggestions: tuple[Suggestion, ...] = ()


class Words(Protocol):
    """One moment of what the catalogue's words mean."""

    @property
    def vocabulary(self) -> Vocabulary:
        """Names, values and numbers."""
        ...


class Index(Protocol):
    """The index as it is now."""

    @property
    def snapshot(self) -> Words | None:
        """One moment of it; None while there is none to read."""
        ...


@dataclass(frozen=True)
class Suggest:
    """The tool."""

    index: Index
    threads: Executor

    async def __call__(self, request: SuggestRequest) -> Suggestions:
        """Complete one prefix; nothing typed, nothing suggested."""
        return await asyncio.get_running_loop().run_in_executor(self.threads, self._suggest, request)

    def _suggest(self, request: SuggestRequest) -> Suggestions:
        now = self.index.snapshot
        return suggest(request.query, request.k, now.vocabulary) if now else Suggestions()


def suggest(query: str, k: int, vocabulary: Vocabulary) -> Suggestions:
    """Return up to `k` completions of a query."""
    typed = terms(clean(query))
    if not typed:
        return Suggestions()
    tables = vocabulary.completions
    found = gather(typed, k, tables)
    if not found:
        typed = [forgiven(word, tables) for word in typed]
        found = gather(typed, k, tables)
    return Suggestions(suggestions=tuple(shown(kind, name, typed) for kind, name in found))


def gather(typed: Sequence[str], k: int, tables: dict[str, Completions]) -> list[tuple[Kind, Named]]:
    """Return the best of each kind within its share; products fill what is left. No name is also suggested as words."""
    found: dict[Kind, list[Named]] = {}
    seen: set[str] = set()
    for kind in CHOSEN:
        left = k - sum(map(len, found.values()))
        share = min(left, max(1, int(k * SHARES[kind])))
        unique = {leaf(kind, name.text): name for name in reversed(tables[kind].find(typed, 3 * share))}
        fresh = [name for text, name in reversed(unique.items()) if text not in seen or kind == "product"]
        found[kind] = fresh[:share]
        seen |= unique.keys()
    return [(kind, name) for kind in SHOWN for name in found[kind]]


def leaf(kind: Kind, text: str) -> str:
    """Return what makes two suggestions the same to a reader."""
    return key(terms(text.rsplit(CATEGORY_SEPARATOR, 1)[-1] if kind == "category" else text))


def forgiven(word: str, tables: dict[str, Completions]) -> str:
    """Return the word, or with one slip undone if only so it begins a word of the catalogue."""
    if len(word) < MIN_FORGIVEN or any(table.has(word) for table in tables.values()):
        return word
    return next((w for w in slips(word) if any(table.has(w) for table in tables.values())), word)


def slips(word: str) -> Iterator[str]:
    """Yield the word with one slip undone, the likeliest first: swapped, one too many, one wrong, one missing."""
    cuts = [(word[:i], word[i:]) for i in range(1, len(word) + 1)]
    yield from (a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1)
    yield from (a + b[1:] for a, b in cuts if b)
    yield from (a + letter + b[1:] for a, b in cuts if b for letter in string.ascii_lowercase)
    yield from (a + letter + b for a, b in cuts for letter in string.ascii_lowercase)


def shown(kind: Kind, name: Named, typed: Sequence[str]) -> Suggestion:
    """Return a suggestion with what the shopper has not typed yet marked."""
    parts, at = [], 0
    for word in words(name.text):
        length = max((len(t) for t in typed if word.text.startswith(t)), default=0)
        if length:
            parts += [marked(name.text[at : word.start]), html.escape(name.text[word.start : word.start + length])]
            at = min(word.start + length, word.end)
    return Suggestion(
        text=name.text, kind=kind, product_id=name.product_id, highlight="".join((*parts, marked(name.text[at:])))
    )


def marked(text: str) -> str:
    """Return the text in safe HTML, in <mark> but for the space around it."""
    inner = text.strip()
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{before}<mark>{html.escape(inner)}</mark>{after}" if inner else text
