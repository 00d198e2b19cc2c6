"""Why a result matched, as a reader sees it: the words that matched, marked, in safe HTML. Pure."""

import html
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from core.catalog import Product
from core.language.terms import Term
from core.language.tokens import stem, words

SNIPPET = 160  # characters
SCANNED = 4_000  # characters of a description that are looked through
WORD = re.compile(r"\d+(?:[.,]\d+)+|[^\W_]+(?:['\u2019][^\W_]+)*")
SPACES = re.compile(r"\s+")
ELLIPSIS = "\u2026"


class Span(NamedTuple):
    """A matching word, `text[start:end]`, and the tokens it is indexed by."""

    start: int
    end: int
    tokens: tuple[str, ...]


def highlight(product: Product, terms: Sequence[Term]) -> dict[str, str]:
    """Return the title and a snippet of the description where words of the query stand in them, by field."""
    found = {}
    if marked := mark(product.title, spans(product.title, terms)):
        found["title"] = marked
    text = SPACES.sub(" ", product.description[:SCANNED]).strip()
    if inside := spans(text, terms):
        found["description"] = snippet(text, inside)
    return found


def spans(text: str, terms: Sequence[Term]) -> list[Span]:
    """Return the words of a text that answer a term. A variant of several tokens counts only when all are there."""
    present = [Span(m.start(), m.end(), tokens_of(m.group().lower())) for m in WORD.finditer(text)]
    all_tokens = {token for span in present for token in span.tokens}
    variants = (variant.tokens for term in terms for variant in term.variants)
    wanted = {token for tokens in variants if all_tokens.issuperset(tokens) for token in tokens}
    return [span for span in present if span.tokens and wanted.issuperset(span.tokens)]


@lru_cache(maxsize=100_000)
def tokens_of(word: str) -> tuple[str, ...]:
    """Return what the analyzer makes of one word."""
    return tuple(stem(token) for token in words(word))


def mark(text: str, found: Iterable[Span]) -> str:
    """Return the text HTML-escaped, the spans in <mark>; empty when there are none."""
    parts, at = [], 0
    for span in found:
        parts += [html.escape(text[at : span.start]), f"<mark>{html.escape(text[span.start : span.end])}</mark>"]
        at = span.end
    return "".join((*parts, html.escape(text[at:]))) if parts else ""


def snippet(text: str, found: Sequence[Span]) -> str:
    """Return the stretch of about `SNIPPET` characters that holds most of the matching words, marked."""
    if len(text) <= SNIPPET:
        return mark(text, found)
    start, end = window(found)
    slack = (SNIPPET - (end - start)) // 2
    left = text.rfind(" ", 0, max(0, start - slack)) + 1 if start > slack else 0
    right = text.find(" ", min(len(text), max(end, left + SNIPPET)))
    right = len(text) if right < 0 or right > left + 2 * SNIPPET else right
    right = max(end, min(right, left + 2 * SNIPPET))
    inside = [Span(s.start - left, s.end - left, s.tokens) for s in found if left <= s.start and s.end <= right]
    before, after = (ELLIPSIS if left else ""), (ELLIPSIS if right < len(text) else "")
    return f"{before}{mark(text[left:right], inside)}{after}"


def window(found: Sequence[Span]) -> tuple[int, int]:
    """Return start and end of the run of spans within `SNIPPET` characters that has most different words, then most."""
    best, score = (found[0].start, found[0].end), (0, 0)
    first = 0
    for last, span in enumerate(found):
        while span.end - found[first].start > SNIPPET and first < last:
            first += 1
        run = found[first : last + 1]
        here = (len({s.tokens for s in run}), len(run))
        if here > score:
            best, score = (run[0].start, span.end), here
    return best
