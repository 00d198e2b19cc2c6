"""Makes a generation of the index in an empty folder: one pass over the catalogue, then passes over its own records.

Nothing here is visible to a search until the finished folder is published, so a crash in the middle costs the work and
nothing else. Memory holds the columns, the vocabulary's counts and the vectors; texts stream through.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import orjson
from numpy.typing import NDArray

from core.catalog import Product
from core.language.compounds import Compounds
from core.language.counting import Counting, Tally
from core.language.spelling import Spelling
from core.language.tokens import words
from core.language.vocabulary import Vocabulary
from core.storage.index import editor
from core.storage.index.forward import ForwardIndex
from core.storage.index.keyword import Document, KeywordIndex
from core.storage.index.records import Records, RecordWriter, open_records
from core.storage.index.snapshot import ABOUT, FORWARD, KEYWORD, LEXICON, VECTORS, VOCABULARY, About
from core.storage.index.vectors import DIMENSIONS, VectorIndex

BATCH = 512
MAX_WORDS = 400_000
YES, NO = frozenset({"yes", "true"}), frozenset({"no", "false"})

Embed = Callable[[Sequence[Product]], Awaitable[NDArray[np.float32]]]
"""Products → one vector a product; a row of zeros for one whose vector is still to come."""
Progress = Callable[[str, int, int | None], None]
"""(step, done, of how many if known)."""


@dataclass(frozen=True)
class Plan:
    """What a build is told."""

    version: str
    position: int  # of the outbox, read before the first product was
    model: str
    now: datetime
    hnsw_from: int


async def build(
    products: AsyncIterator[list[Product]], folder: Path, plan: Plan, embed: Embed, report: Progress
) -> About:
    """Write a generation into `folder`. Products come in id order, each once. Raises OSError when the disk is full."""
    count = await _collect(products, folder, report)
    report("catalogue", count, count)
    records = open_records(folder)
    report("texts", 0, count)
    await asyncio.to_thread(_write_texts, records, count, folder)
    report("texts", count, count)
    vectors = np.zeros((count, DIMENSIONS), dtype=np.float32)
    for start in range(0, count, BATCH):
        batch = [records.get(row) for row in range(start, min(start + BATCH, count))]
        vectors[start : start + len(batch)] = await embed(batch)
        report("vectors", start + len(batch), count)
    await asyncio.to_thread(_write_vectors, vectors, folder / VECTORS, plan.hnsw_from)
    about = About(
        version=plan.version, position=plan.position, built_at=plan.now, products=count, model=plan.model,
        embedded=int(np.any(vectors, axis=1).sum()),
    )  # fmt: skip
    (folder / ABOUT).write_text(about.model_dump_json(indent=1))
    return about


async def _collect(products: AsyncIterator[list[Product]], folder: Path, report: Progress) -> int:
    rows, records, counting = editor.Editor(), RecordWriter(folder), Counting()

    def take(batch: list[Product]) -> int:
        for product in batch:
            rows.put(product)
            records.add(product)
            counting.add(product)
        return len(batch)

    done = 0
    async for batch in products:
        done += await asyncio.to_thread(take, batch)
        report("catalogue", done, None)

    def finish() -> None:
        records.close()
        editor.save(editor.rebase(rows.done()), folder)
        (folder / VOCABULARY).write_bytes(Vocabulary.from_counts(counting).to_json())

    await asyncio.to_thread(finish)
    return done


def _write_texts(records: Records, count: int, folder: Path) -> None:
    def documents() -> Iterator[Document]:
        return (document(row, records.get(row)) for row in range(count))

    KeywordIndex.build(folder / KEYWORD, documents())
    ForwardIndex.build(documents()).save(folder / FORWARD)
    seen = Tally(MAX_WORDS)
    for row in range(count):
        seen.add(spelled(records.get(row)))
    spelling = Spelling.build(seen.counts)
    compounds = Compounds.build(words(records.get(row).title) for row in range(count))
    learned = {"spelling": spelling.to_dict(), "compounds": compounds.to_dict()}
    (folder / LEXICON).write_bytes(orjson.dumps(learned))


def _write_vectors(vectors: NDArray[np.float32], folder: Path, hnsw_from: int) -> None:
    VectorIndex.build(vectors, hnsw_from).save(folder)


def document(row: int, product: Product) -> Document:
    """What the keyword index reads of a product."""
    return Document(
        ord=row,
        title=product.title,
        brand=product.brand or "",
        category=" ".join(product.category),
        attributes=" ".join(_said(product)),
        description=product.description,
    )


def _said(product: Product) -> Iterator[str]:
    """Attributes as a shopper would say them: `waterproof: yes` is waterproof, `wireless: no` says nothing."""
    for name, values in product.attributes.items():
        for value in values:
            if value.casefold() in YES:
                yield name.replace("_", " ")
            elif value.casefold() not in NO:
                yield value


def spelled(product: Product) -> set[str]:
    """The words a shopper may be trying to write."""
    texts = [product.title, product.brand or "", *product.category, *_said(product), product.description]
    return set(words(" ".join(texts)))
