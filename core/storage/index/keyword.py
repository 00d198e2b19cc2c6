"""BM25 over tantivy: which documents match a query's terms, and the best of them.

All text is tokenized by `core.language.tokens`, so tantivy splits on spaces only. A document is known by its `ord`, the
row it has in every column of the index.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tantivy
from numpy.typing import NDArray

from core.errors import IndexCorruptError
from core.language.terms import Term, Variant
from core.language.tokens import analyze

Ords = NDArray[np.int32]
Mask = NDArray[np.bool_]

TITLE_BOOST = 1.5  # of the title over the text as a whole (which holds the title too)
TEXT_CHARS = 2000  # of a description or of attributes; beyond, sales talk dilutes what the product is
WRITER_HEAP = 50_000_000  # bytes
SPARE = 1.3  # more hits are asked for than a mask of this share should leave; eightfold while too few are left
SLIMMEST = 0.02


@dataclass(frozen=True)
class Document:
    """The texts of a product, and its row."""

    ord: int
    title: str
    brand: str = ""
    category: str = ""
    attributes: str = ""
    description: str = ""


@dataclass(frozen=True)
class Matches:
    """Rows and their scores, side by side."""

    ords: Ords
    scores: NDArray[np.float32]

    @classmethod
    def empty(cls) -> "Matches":
        """No rows."""
        return cls(np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32))


class KeywordIndex:
    """One moment of an index folder: `commit` answers the next, this one stays as it is. Only one process may write."""

    def __init__(self, index: tantivy.Index, writer: tantivy.IndexWriter | None = None) -> None:
        self._index = index
        self._schema = index.schema
        self._writer = writer
        self._searcher = index.searcher()

    @classmethod
    def build(cls, folder: Path, documents: Iterable[Document]) -> None:
        """Write an index of the documents into `folder`. Blocking. Raises OSError when the disk is full."""
        folder.mkdir(parents=True, exist_ok=True)
        index = tantivy.Index(_schema(), str(folder))
        with _as_os_error():
            writer = index.writer(heap_size=WRITER_HEAP, num_threads=1)
            for document in documents:
                writer.add_document(_entry(document))
            writer.commit()
            writer.wait_merging_threads()

    @classmethod
    def open(cls, folder: Path) -> "KeywordIndex":
        """Raises `IndexCorruptError` when the folder holds no readable index."""
        try:
            index = tantivy.Index.open(str(folder))
            index.config_reader(reload_policy="manual")
            index.reload()
            return cls(index)
        except (ValueError, OSError) as error:
            raise IndexCorruptError(f"keyword index: {error}") from error

    @property
    def size(self) -> int:
        """Documents, as of the last commit."""
        return int(self._searcher.num_docs)

    def match(self, terms: Sequence[Term], minimum: int | None = None) -> Ords:
        """Rows with every term, in any of its forms and in any field; with `minimum`, at least so many terms."""
        if not terms:
            return np.zeros(0, dtype=np.int32)
        wanted = [self._any(term, "text") for term in terms]
        if minimum is None or minimum >= len(wanted):
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, part) for part in wanted])
        else:
            parts = [(tantivy.Occur.Should, part) for part in wanted]
            query = tantivy.Query.boolean_query(parts, minimum_number_should_match=max(minimum, 1))
        return self._search(tantivy.Query.const_score_query(query, 1.0), max(self.size, 1)).ords

    def candidates(self, terms: Sequence[Term], limit: int = 300, mask: Mask | None = None) -> Matches:
        """The best rows with any of the terms, inside the mask, best first by BM25 (ties by row)."""
        if not terms or limit < 1:
            return Matches.empty()
        query = tantivy.Query.boolean_query([(tantivy.Occur.Should, self._scored(term)) for term in terms])
        if mask is None:
            return self._search(query, limit)
        share = max(np.count_nonzero(mask) / max(len(mask), 1), SLIMMEST)
        asked = int(limit / share * SPARE) if share < 1 else limit
        while True:
            found = self._search(query, min(asked, max(self.size, 1)))
            known = found.ords < len(mask)
            kept = np.flatnonzero(known)[mask[found.ords[known]]]
            if len(kept) >= limit or len(found.ords) < asked:
                return Matches(found.ords[kept[:limit]], found.scores[kept[:limit]])
            asked *= 8

    def add(self, documents: Iterable[Document]) -> None:
        """Add documents; they are found after `commit`."""
        for document in documents:
            self._writing().add_document(_entry(document))

    def delete(self, ords: Iterable[int]) -> None:
        """Take rows away; they are gone after `commit`."""
        for row in ords:
            # delete_documents_by_term takes a Python int for a signed one, and deletes nothing.
            self._writing().delete_documents_by_query(tantivy.Query.term_query(self._schema, "ord", row))

    def commit(self) -> "KeywordIndex":
        """The index with what was added and deleted. Raises OSError when the disk is full."""
        if self._writer is None:
            return self
        with _as_os_error():
            self._writer.commit()
        self._index.reload()
        return KeywordIndex(self._index, self._writer)

    def _writing(self) -> tantivy.IndexWriter:
        if self._writer is None:
            self._writer = self._index.writer(heap_size=WRITER_HEAP, num_threads=1)
        return self._writer

    def _search(self, query: tantivy.Query, limit: int) -> Matches:
        hits = self._searcher.search(query, limit=limit, count=False).hits
        if not hits:
            return Matches.empty()
        rows = np.array(self._searcher.fast_field_values("ord", [address for _, address in hits]), dtype=np.int32)
        return Matches(rows, np.array([score for score, _ in hits], dtype=np.float32))

    def _scored(self, term: Term) -> tantivy.Query:
        titled = tantivy.Query.boost_query(self._any(term, "title"), TITLE_BOOST)
        return tantivy.Query.disjunction_max_query([titled, self._any(term, "text")], 0.5)

    def _any(self, term: Term, field: str) -> tantivy.Query:
        forms = [self._form(variant, field) for variant in term.variants]
        return forms[0] if len(forms) == 1 else tantivy.Query.disjunction_max_query(forms)

    def _form(self, variant: Variant, field: str) -> tantivy.Query:
        if len(variant.tokens) == 1:
            query = tantivy.Query.term_query(self._schema, field, variant.tokens[0], index_option="freq")
        else:
            query = tantivy.Query.phrase_query(self._schema, field, list(variant.tokens))
        return query if variant.weight == 1 else tantivy.Query.boost_query(query, variant.weight)


class _as_os_error:  # noqa: N801 - reads as a statement
    """tantivy reports I/O failures as ValueError; callers expect an OSError."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, ValueError):
            raise OSError(str(error)) from error


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("ord", indexed=True, fast=True)
    for name in ("title", "text"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    return builder.build()


def _entry(document: Document) -> tantivy.Document:
    title = analyze(document.title)
    entry = tantivy.Document()
    entry.add_unsigned("ord", document.ord)  # Document(ord=…) would make it signed, and never found
    entry.add_text("title", " ".join(title))
    entry.add_text("text", " ".join([*title, *_rest(document)]))
    return entry


def _rest(document: Document) -> Iterator[str]:
    for text in (
        document.brand,
        document.category,
        document.attributes[:TEXT_CHARS],
        document.description[:TEXT_CHARS],
    ):
        if text:
            yield from analyze(text)
