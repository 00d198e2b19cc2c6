"""Nearest products by meaning, over FAISS: exact while few, HNSW when many, always inside a filter's mask.

A row of zeros is a product whose vector is still to come: it is never found, and its cosine is 0.
"""

from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

import faiss
import numpy as np
import orjson
from numpy.typing import NDArray

from core.encoder import DIMENSIONS as DIMENSIONS
from core.storage.index.keyword import Mask, Matches, Ords

Vectors = NDArray[np.float32]

HNSW_LINKS = 32
HNSW_BUILD = 40  # efConstruction; 80 doubled the build and won 0.001 of recall
HNSW_SEARCH = (100, 160)  # efSearch: so much, and so much over the share of rows that a filter leaves, which keeps
# recall@200 at 0.96 to 0.98 from no filter down to a tenth (docs/decisions/0004-vectors.md)
SELECTIVE = 0.1  # share of rows a filter leaves below which they are compared one by one
FEW = 2_000  # rows that are always compared one by one
FLOOR_QUANTILE = 0.95  # of the best cosines that nonsense reaches in this catalogue


@dataclass(frozen=True)
class VectorIndex:
    """The vectors of one moment. A value: `append` and `fill` answer a new one that shares the base."""

    base: NDArray[np.float16]  # (n, 384) unit rows, mapped from disk; half precision moves a cosine by under 0.001
    graph: faiss.Index  # over the base
    present: Mask  # base rows that have a vector
    tail: Vectors  # rows since the build
    floor: float  # cosine that nonsense hardly ever reaches: below it a match by meaning alone is no match

    @classmethod
    def build(cls, vectors: Vectors, hnsw_from: int) -> "VectorIndex":
        """From (n, 384) unit rows. Blocking: 20 s for 50,000 rows from `hnsw_from` on, instant below."""
        base = vectors.astype(np.float16)
        graph = _graph(base.astype(np.float32), hnsw_from)
        present = np.any(base, axis=1)
        index = cls(base, graph, present, np.zeros((0, DIMENSIONS), dtype=np.float32), 0.0)
        return replace(index, floor=index.calibrated())

    @property
    def size(self) -> int:
        """Rows."""
        return len(self.base) + len(self.tail)

    def search(self, vector: Vectors, k: int, mask: Mask | None = None) -> Matches:
        """The `k` nearest rows inside the mask, best first, with cosines; ties by row."""
        allowed = self.present if mask is None else self.present & mask[: len(self.base)]
        left = int(allowed.sum())
        if left <= max(FEW, SELECTIVE * len(self.base)):
            ords = np.flatnonzero(allowed).astype(np.int32)
        else:
            ords = self._nearest(vector, min(k, left), allowed)
        if len(self.tail):
            rows = np.any(self.tail, axis=1)
            if mask is not None:
                rows &= _padded(mask, self.size)[len(self.base) :]
            ords = np.concatenate([ords, (np.flatnonzero(rows) + len(self.base)).astype(np.int32)])
        scores = self.cosine(vector, ords)
        best = np.lexsort((ords, -scores))[:k]
        return Matches(ords[best], scores[best])

    def cosine(self, vector: Vectors, ords: Ords) -> NDArray[np.float32]:
        """Cosine of the vector to each of these rows."""
        split = len(self.base)
        result = np.empty(len(ords), dtype=np.float32)
        first = ords < split
        # Not `@`: for a few hundred rows BLAS wakes all its threads, which costs a busy server more than it gains.
        result[first] = np.einsum("ij,j->i", self.base[ords[first]].astype(np.float32), vector)
        result[~first] = np.einsum("ij,j->i", self.tail[ords[~first] - split], vector)
        return result

    def vectors(self, ords: Ords) -> Vectors:
        """Unit vectors (len(ords), 384); zeros for those still to come."""
        split = len(self.base)
        result = np.empty((len(ords), DIMENSIONS), dtype=np.float32)
        first = ords < split
        result[first] = self.base[ords[first]]
        result[~first] = self.tail[ords[~first] - split]
        return result

    def vector(self, row: int) -> Vectors | None:
        """The unit vector (384,) of a row, None while it is still to come."""
        found = self.base[row] if row < len(self.base) else self.tail[row - len(self.base)]
        return found.astype(np.float32) if found.any() else None

    def append(self, vectors: Vectors) -> "VectorIndex":
        """The same with more rows, numbered on from `size`."""
        return replace(self, tail=np.concatenate([self.tail, vectors.astype(np.float32)])) if len(vectors) else self

    def fill(self, rows: Ords, vectors: Vectors) -> "VectorIndex":
        """The same with the vectors of these later rows, which were still to come; rows of the base stay as built."""
        tail, later = self.tail.copy(), rows >= len(self.base)
        tail[rows[later] - len(self.base)] = vectors[later]
        return replace(self, tail=tail)

    def save(self, folder: Path) -> None:
        """Write the base; rows appended since a build are not part of a generation. Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / "vectors.npy", self.base)
        (folder / "vectors.faiss").write_bytes(faiss.serialize_index(self.graph).tobytes())
        (folder / "vectors.json").write_bytes(orjson.dumps({"rows": len(self.base), "floor": self.floor}))

    @classmethod
    def open(cls, folder: Path) -> "VectorIndex":
        """Read what `save` wrote. Raises OSError, ValueError or RuntimeError when it is not whole."""
        about = orjson.loads((folder / "vectors.json").read_bytes())
        base = np.load(folder / "vectors.npy", mmap_mode="r")
        graph = faiss.deserialize_index(np.fromfile(folder / "vectors.faiss", dtype=np.uint8))
        if not base.shape == (about["rows"], DIMENSIONS) or graph.ntotal != about["rows"]:
            raise ValueError("the vectors are not whole")
        tail = np.zeros((0, DIMENSIONS), dtype=np.float32)
        return cls(base, graph, np.any(base, axis=1), tail, float(about["floor"]))

    def calibrated(self) -> float:
        """The floor for this catalogue: what nonsense reaches at best, at a high quantile. 1 when there is nothing."""
        probes = nonsense()
        best = [found.scores[0] for probe in probes if len((found := self.search(probe, 1)).scores)]
        return float(np.quantile(best, FLOOR_QUANTILE)) if best else 1.0

    def _nearest(self, vector: Vectors, k: int, allowed: Mask) -> Ords:
        selector = faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))  # type: ignore[call-arg, arg-type]
        if isinstance(self.graph, faiss.IndexHNSW):
            fixed, scaled = HNSW_SEARCH
            effort = max(k, fixed + round(scaled * len(allowed) / max(int(allowed.sum()), 1)))
            parameters = faiss.SearchParametersHNSW(sel=selector, efSearch=effort)  # type: ignore[attr-defined]
        else:
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        _, found = self.graph.search(vector[None, :].astype(np.float32), k, params=parameters)
        ords: Ords = found[0][found[0] >= 0].astype(np.int32)
        return ords


def nonsense() -> Vectors:
    """Vectors (64, 384) of queries no shop can answer (`nonsense.txt`), by the model the products are embedded with."""
    stored = (files("core.storage.index") / "nonsense.vectors.txt").read_text("ascii").split()
    return np.frombuffer(bytes.fromhex("".join(stored)), dtype="<f2").reshape(-1, DIMENSIONS).astype(np.float32)


def _graph(vectors: Vectors, hnsw_from: int) -> faiss.Index:
    if len(vectors) < hnsw_from:
        graph: faiss.Index = faiss.IndexFlatIP(DIMENSIONS)
    else:
        half = faiss.ScalarQuantizer.QT_fp16
        graph = faiss.IndexHNSWSQ(DIMENSIONS, half, HNSW_LINKS, faiss.METRIC_INNER_PRODUCT)  # type: ignore[arg-type]
        graph.hnsw.efConstruction = HNSW_BUILD
        graph.train(vectors)
    graph.add(vectors)
    return graph


def _padded(mask: Mask, size: int) -> Mask:
    """The mask with rows it does not know closed."""
    return mask if len(mask) >= size else np.concatenate([mask, np.zeros(size - len(mask), dtype=np.bool_)])
