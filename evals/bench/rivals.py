"""Bare keyword engines on the same texts and queries: what a shop could have without us. Top 10 ids, one thread."""

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter

import bm25s
import tantivy

from core.catalog import Frozen
from evals.bench.clients import Timing, timing

TOP = 10
Ask = Callable[[str], Sequence[str]]


class Rival(Frozen):
    """One engine's figures."""

    name: str
    build_seconds: float
    timing: Timing


def measure(name: str, build: Callable[[], Ask], queries: Sequence[str]) -> Rival:
    """Build, warm, and ask each query once."""
    start = perf_counter()
    ask = build()
    built = perf_counter() - start
    for query in queries[:50]:
        ask(query)
    took = []
    start = perf_counter()
    for query in queries:
        begun = perf_counter()
        ask(query)
        took.append((perf_counter() - begun) * 1000)
    return Rival(name=name, build_seconds=round(built, 2), timing=timing(took, 1, 0, perf_counter() - start))


def words(query: str) -> list[str]:
    """Plain words: what is left is no syntax in any of the engines."""
    return "".join(c if c.isalnum() else " " for c in query.lower()).split()


def bare_tantivy(ids: Sequence[str], texts: Sequence[str]) -> Ask:
    """One English-stemmed field, OR of the words."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw")
    builder.add_text_field("text", tokenizer_name="en_stem")
    index = tantivy.Index(builder.build())
    writer = index.writer(100_000_000, 1)
    for product_id, text in zip(ids, texts, strict=True):
        document = tantivy.Document()
        document.add_text("id", product_id)
        document.add_text("text", text)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def ask(query: str) -> list[str]:
        parsed = index.parse_query(" ".join(words(query)) or "x", ["text"])
        return [str(searcher.doc(address)["id"][0]) for _, address in searcher.search(parsed, TOP).hits]

    return ask


def bare_bm25s(ids: Sequence[str], texts: Sequence[str]) -> Ask:
    """bm25s at its defaults, English stop words."""
    engine = bm25s.BM25()
    engine.index(bm25s.tokenize(list(texts), stopwords="en", show_progress=False), show_progress=False)

    def ask(query: str) -> list[str]:
        tokens = bm25s.tokenize([" ".join(words(query))], stopwords="en", show_progress=False)
        if not tokens.vocab:
            return []
        rows, _ = engine.retrieve(tokens, k=min(TOP, len(ids)), show_progress=False)
        return [ids[row] for row in rows[0]]

    return ask


def bare_sqlite(ids: Sequence[str], texts: Sequence[str], file: Path) -> Ask:
    """SQLite FTS5, porter stemming, bm25 order, OR of the words."""
    database = sqlite3.connect(file)
    database.execute("CREATE VIRTUAL TABLE shop USING fts5(id UNINDEXED, text, tokenize='porter unicode61')")
    database.executemany("INSERT INTO shop VALUES (?, ?)", zip(ids, texts, strict=True))
    database.commit()

    def ask(query: str) -> list[str]:
        match = " OR ".join(f'"{word}"' for word in words(query)) or '"x"'
        found = database.execute("SELECT id FROM shop WHERE shop MATCH ? ORDER BY rank LIMIT ?", (match, TOP))
        return [str(row[0]) for row in found]

    return ask
