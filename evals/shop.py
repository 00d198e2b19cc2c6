"""A shop of its own for an evaluation: products indexed in a folder apart from the live catalogue, and the real search.

Vectors are kept in one SQLite file by text hash, so that a second run is quick.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from core.catalog import Product
from core.encoder import DIMENSIONS, Encoder
from core.errors import UnavailableError
from core.storage.index.build import Embed, Plan, Progress, build
from core.storage.index.embedding import Embedding
from core.storage.index.follower import Live
from core.storage.index.snapshot import Snapshot, open_snapshot
from tools.search.search import Search
from tools.search.shapes import SearchPage, SearchRequest

READ = 1000
TABLE = """create table if not exists vectors
  (model text, hash text, vector blob, primary key (model, hash)) without rowid"""
NOW = datetime(2026, 1, 1, tzinfo=UTC)  # evaluations do not age


@dataclass(frozen=True)
class Shop:
    """What an evaluation asks."""

    search: Search
    snapshot: Snapshot
    encoder: Encoder


@dataclass(frozen=True)
class VectorFile:
    """Known vectors, in SQLite. See `core.storage.index.embedding.Known`."""

    path: Path
    model: str

    async def get(self, hashes: Sequence[str]) -> Mapping[str, NDArray[np.float32]]:
        """Those that are known."""
        return await asyncio.to_thread(self._get, hashes)

    async def put(self, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        """Remember them."""
        await asyncio.to_thread(self._put, vectors)

    def _get(self, hashes: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        with closing(self._open()) as file:
            found: dict[str, NDArray[np.float32]] = {}
            for start in range(0, len(hashes), READ):
                chunk = hashes[start : start + READ]
                marks = ",".join("?" * len(chunk))
                statement = f"select hash, vector from vectors where model = ? and hash in ({marks})"
                rows = file.execute(statement, [self.model, *chunk])
                found |= {key: np.frombuffer(vector, dtype="<f4").astype(np.float32) for key, vector in rows}
            return found

    def _put(self, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        rows = [(self.model, key, vector.astype("<f4").tobytes()) for key, vector in vectors.items()]
        with closing(self._open()) as file, file:
            file.executemany("insert or ignore into vectors values (?, ?, ?)", rows)

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = sqlite3.connect(self.path, timeout=60)
        file.execute(TABLE)
        return file


@asynccontextmanager
async def open_shop(
    products: Iterable[Product], cache: Path, report: Progress, *, hnsw_from: int = 20_000, embed: Embed | None = None,
    encode_threads: int = 2,
) -> AsyncIterator[Shop]:  # fmt: skip
    """Index products (in id order, each id once) and open a search over them. All but the vectors is temporary."""
    async with AsyncExitStack() as stack:
        bulk = await asyncio.to_thread(Encoder.load, encode_threads)
        stack.callback(bulk.close)
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="aisle-eval-")))
        generation = folder / "generation"
        generation.mkdir()
        embedding = embed or Embedding(VectorFile(cache / "vectors.sqlite", bulk.model), bulk)
        plan = Plan("eval", 0, bulk.model, NOW, hnsw_from)
        await build(_batches(products), generation, plan, embedding, report)
        snapshot = await asyncio.to_thread(open_snapshot, generation, folder / "scratch")
        threads = stack.enter_context(ThreadPoolExecutor(2, thread_name_prefix="search"))
        yield Shop(Search(Live(snapshot), bulk, nobody, threads), snapshot, bulk)


async def nobody(request: SearchRequest) -> SearchPage:
    """An evaluation has no second engine. Raises `UnavailableError`."""
    raise UnavailableError(f"No index to search for {request.query!r} in.")


async def fake_vectors(products: Sequence[Product]) -> NDArray[np.float32]:
    """Unit vectors by chance, the same for the same id: for timing at sizes whose real vectors would take an hour."""
    vectors = np.stack(
        [np.random.default_rng(abs(hash_of(p.id))).standard_normal(DIMENSIONS, dtype=np.float32) for p in products]
    )
    unit: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def hash_of(text: str) -> int:
    """A number that is the same in every process."""
    return int.from_bytes(text.encode()[-8:], "big")


async def _batches(products: Iterable[Product]) -> AsyncIterator[list[Product]]:
    rest = iter(products)
    while batch := await asyncio.to_thread(lambda: list(islice(rest, READ))):
        yield batch
