"""What a search reads: one consistent moment of the whole index. Replaced whole, never changed."""

import os
import shutil
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import orjson

from core.catalog import Frozen, Product
from core.errors import IndexCorruptError
from core.language.compounds import Compounds
from core.language.spelling import Spelling
from core.language.synonyms import Synonyms
from core.language.terms import Lexicon
from core.language.vocabulary import Vocabulary
from core.storage.index import editor
from core.storage.index.columns import Columns
from core.storage.index.forward import ForwardIndex
from core.storage.index.keyword import KeywordIndex
from core.storage.index.records import Records, open_records
from core.storage.index.vectors import VectorIndex

FORMAT = 1
LOCK = ".tantivy-writer.lock"
ABOUT, LEXICON, VOCABULARY = "index.json", "lexicon.json", "vocabulary.json"
KEYWORD, FORWARD, VECTORS = "keyword", "forward", "vectors"


class About(Frozen):
    """What a generation says of itself."""

    version: str
    position: int  # of the outbox, from which its followers go on
    built_at: datetime
    products: int
    embedded: int  # of those, how many have a vector
    model: str
    format: int = FORMAT


@dataclass(frozen=True)
class Snapshot:
    """One moment of the index."""

    about: About
    position: int  # of the outbox, reached
    columns: Columns
    records: Records
    keyword: KeywordIndex
    forward: ForwardIndex
    vectors: VectorIndex | None  # None: missing or damaged, so keyword only
    lexicon: Lexicon
    vocabulary: Vocabulary
    pending: frozenset[int] = frozenset()  # rows whose vector is still to come

    def product(self, product_id: str) -> Product | None:
        """The display record of a live product."""
        row = self.columns.row_of.get(product_id)
        return None if row is None else self.records.get(row)

    def moved(self, **changes: object) -> "Snapshot":
        """The next moment."""
        return replace(self, **changes)  # type: ignore[arg-type]  # names are checked by the tests of the follower


def open_snapshot(folder: Path, scratch: Path) -> Snapshot:
    """Read a generation. Damaged vectors leave it keyword-only; anything else damaged raises `IndexCorruptError`.

    `scratch`: where this process keeps its own working copy of the keyword index.
    """
    try:
        about = About.model_validate_json((folder / ABOUT).read_bytes())
        if about.format != FORMAT:
            raise IndexCorruptError(
                f"index format {about.format}; this version reads {FORMAT}: rebuild with `aisle index`"
            )
        return Snapshot(
            about=about,
            position=about.position,
            columns=editor.load(folder),
            records=open_records(folder),
            keyword=KeywordIndex.open(working_copy(folder / KEYWORD, scratch)),
            forward=ForwardIndex.open(folder / FORWARD),
            vectors=_open_vectors(folder / VECTORS),
            lexicon=_open_lexicon(folder / LEXICON),
            vocabulary=Vocabulary.from_json((folder / VOCABULARY).read_bytes()),
        )
    except (OSError, ValueError, KeyError) as error:
        raise IndexCorruptError(f"index {folder.name}: {error}") from error


def working_copy(source: Path, scratch: Path) -> Path:
    """A copy of the keyword index that this process may write to: hard links where the file system has them.

    Segment files are never written again, only replaced, so links are as good as copies.
    """
    target = scratch / KEYWORD
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for file in source.iterdir():
        if file.name == LOCK:
            continue
        try:
            os.link(file, target / file.name)
        except OSError:
            shutil.copyfile(file, target / file.name)
    return target


def _open_lexicon(file: Path) -> Lexicon:
    learned = orjson.loads(file.read_bytes())
    return Lexicon(Spelling.from_dict(learned["spelling"]), Compounds.from_dict(learned["compounds"]), Synonyms.load())


def _open_vectors(folder: Path) -> VectorIndex | None:
    try:
        return VectorIndex.open(folder)
    except (OSError, ValueError, RuntimeError, IndexCorruptError):
        return None
