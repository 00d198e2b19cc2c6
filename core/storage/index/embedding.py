"""Products → vectors, each text embedded once for the whole shop."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.catalog import Product
from core.encoder import embedding_text

Vector = NDArray[np.float32]


class Known(Protocol):
    """Vectors by hash; `core.storage.embeddings.EmbeddingStore`, or a folder in an evaluation."""

    async def get(self, hashes: Sequence[str]) -> Mapping[str, Vector]:
        """Those that are known."""
        ...

    async def put(self, vectors: Mapping[str, Vector]) -> None:
        """Remember them."""
        ...


class Encoder(Protocol):
    """The model."""

    async def encode_many(self, texts: Sequence[str]) -> Vector:
        """One unit vector (384,) a text."""
        ...


@dataclass(frozen=True)
class Embedding:
    """Looks a vector up before it is made."""

    known: Known
    encoder: Encoder

    async def __call__(self, products: Sequence[Product]) -> Vector:
        """One row a product, in order."""
        texts = {text_hash(text): text for text in map(embedding_text, products)}
        found = dict(await self.known.get(list(texts)))
        missing = [key for key in texts if key not in found]
        if missing:
            made = dict(zip(missing, await self.encoder.encode_many([texts[key] for key in missing]), strict=True))
            await self.known.put(made)
            found |= made
        return np.stack([found[text_hash(embedding_text(product))] for product in products]).astype(np.float32)


def text_hash(text: str) -> str:
    """What a vector is known by."""
    return sha256(text.encode()).hexdigest()
