"""Vectors by the hash of the text they were made from, so that no text is embedded twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.storage.postgres import Database

Vector = NDArray[np.float32]
STORED = np.dtype("<f4")
CHUNK = 2000


@dataclass(frozen=True)
class EmbeddingStore:
    """The vectors of one model."""

    database: Database
    model: str

    async def get(self, hashes: Sequence[str]) -> dict[str, Vector]:
        """Hash → vector (d,), for those that are known. The arrays are read-only."""
        found: dict[str, Vector] = {}
        for start in range(0, len(hashes), CHUNK):
            rows = await self.database.rows("embeddings.get", self.model, list(hashes[start : start + CHUNK]))
            found |= {row["hash"]: np.frombuffer(row["vector"], STORED).astype(np.float32, copy=False) for row in rows}
        return found

    async def put(self, vectors: Mapping[str, Vector]) -> None:
        """Remember vectors (d,) by hash; one that is known already stays as it is."""
        items = sorted(vectors.items())
        for start in range(0, len(items), CHUNK):
            chunk = items[start : start + CHUNK]
            stored = [vector.astype(STORED, copy=False).tobytes() for _, vector in chunk]
            await self.database.execute("embeddings.put", self.model, [key for key, _ in chunk], stored)
