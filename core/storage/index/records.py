"""Display records: each row's product as JSON, memory-mapped, so that results still show when Postgres is down."""

import mmap
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.catalog import Product


class Records:
    """Row → product. Rows of the generation lie in one mapped file; later ones in memory."""

    def __init__(self, data: mmap.mmap | bytes, offsets: NDArray[np.int64]) -> None:
        self._data = data
        self._offsets = offsets
        self._later: dict[int, bytes] = {}

    def get(self, row: int) -> Product:
        """The product of a row, as it was last written."""
        later = self._later.get(row)
        if later is None:
            later = self._data[self._offsets[row] : self._offsets[row + 1]]
        return Product.model_validate_json(later)

    def put(self, row: int, product: Product) -> None:
        """Write a row. Searches under way may see it already: it is the fresher truth about the same row."""
        self._later[row] = encode(product)


def encode(product: Product) -> bytes:
    """One record."""
    return product.model_dump_json(exclude_defaults=True).encode()


class RecordWriter:
    """Streams records to `records.bin`; `close` writes their offsets beside it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = (folder / "records.bin").open("wb")
        self._offsets = [0]

    def add(self, product: Product) -> None:
        """Append the next row."""
        self._offsets.append(self._offsets[-1] + self._file.write(encode(product)))

    def close(self) -> None:
        """Finish both files."""
        self._file.close()
        np.save(self._folder / "records.npy", np.array(self._offsets, dtype=np.int64))


def open_records(folder: Path) -> Records:
    """Map what `RecordWriter` wrote."""
    offsets = np.load(folder / "records.npy", allow_pickle=False)
    path = folder / "records.bin"
    if not path.stat().st_size:
        return Records(b"", offsets)
    with path.open("rb") as file:
        return Records(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), offsets)


def records_of(products: Iterable[Product]) -> Records:
    """Records in memory, for tests."""
    rows = [encode(product) for product in products]
    return Records(b"".join(rows), np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64))
