"""Makes the next `Columns` from the last, and moves them to and from disk."""

from bisect import bisect_left
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path

import numpy as np
import orjson
from numpy.typing import NDArray

from core.catalog import Product
from core.storage.index.columns import UNKNOWN, Columns, labels, money

NEW_PRODUCT_POPULARITY = 0.1  # SPEC §4, until ten views
ARRAYS = ("alive", "rank", "price", "rating", "stock", "created", "popularity", "indptr", "codes")


class Editor:
    """Rows are only added, killed or repriced; the columns it started from stay as they were."""

    def __init__(self, columns: Columns | None = None) -> None:
        self._base = columns or empty()
        self._ids = list(self._base.ids)
        self._row_of = dict(self._base.row_of)
        self._values = list(self._base.values)
        self._code_of = dict(self._base.code_of)
        self._folded = dict(self._base.folded)
        self._tail = {code: list(rows) for code, rows in self._base.tail.items()}
        self._dead: list[int] = []
        self._scalars: list[tuple[int, float, int, int]] = []
        self._lengths: list[int] = []
        self._codes: list[int] = []
        self._popularity: dict[int, float] = {}
        self._repriced: dict[int, Product] = {}

    def put(self, product: Product) -> int:
        """Add a row for the product, killing its old one; returns the new row. Popularity moves with it."""
        row = len(self._ids)
        previous = self.drop(product.id)
        if previous is not None:
            known = self._base.popularity
            self._popularity[row] = float(known[previous]) if previous < len(known) else self._popularity[previous]
        else:
            self._popularity[row] = NEW_PRODUCT_POPULARITY
        self._ids.append(product.id)
        self._row_of[product.id] = row
        own = [self._code(pair) for pair in dict.fromkeys(labels(product))]
        for code in own:
            self._tail.setdefault(code, []).append(row)
        self._codes += own
        self._lengths.append(len(own))
        self._scalars.append(scalars(product))
        return row

    def drop(self, product_id: str) -> int | None:
        """Kill the product's row, if it has one."""
        row = self._row_of.pop(product_id, None)
        if row is not None:
            self._dead.append(row)
        return row

    def reprice(self, product: Product) -> int | None:
        """Price, stock and rating in place: nothing that was indexed as text or labels has changed."""
        row = self._row_of.get(product.id)
        if row is not None:
            self._repriced[row] = product
        return row

    def popularity(self, scores: Mapping[str, float]) -> None:
        """Set `popularity_score` of the products named; the others go back to that of a new product."""
        for product_id, row in self._row_of.items():
            self._popularity[row] = scores.get(product_id, NEW_PRODUCT_POPULARITY)

    def done(self) -> Columns:
        """The next columns."""
        base, new = self._base, self._scalars
        columns = Columns(
            base_rows=base.base_rows,
            ids=self._ids,
            row_of=self._row_of,
            alive=np.concatenate([base.alive, np.ones(len(new), dtype=np.bool_)]),
            rank=np.concatenate([base.rank[: base.base_rows], tail_ranks(self._ids, base.base_rows)]),
            price=np.concatenate([base.price, np.array([s[0] for s in new], dtype=np.int64)]),
            rating=np.concatenate([base.rating, np.array([s[1] for s in new], dtype=np.float32)]),
            stock=np.concatenate([base.stock, np.array([s[2] for s in new], dtype=np.int32)]),
            created=np.concatenate([base.created, np.array([s[3] for s in new], dtype=np.int64)]),
            popularity=np.concatenate([base.popularity, np.zeros(len(new), dtype=np.float32)]),
            indptr=np.concatenate([base.indptr, base.indptr[-1] + np.cumsum(self._lengths, dtype=np.int64)]),
            codes=np.concatenate([base.codes, np.array(self._codes, dtype=np.int32)]),
            values=tuple(self._values),
            code_of=self._code_of,
            folded=self._folded,
            postings=base.postings,
            tail=self._tail,
        )
        columns.alive[self._dead] = False
        columns.popularity[list(self._popularity)] = list(self._popularity.values())
        for row, product in self._repriced.items():
            columns.price[row], columns.rating[row], columns.stock[row], _ = scalars(product)
        return columns

    def _code(self, pair: tuple[str, str]) -> int:
        code = self._code_of.get(pair)
        if code is None:
            code = self._code_of[pair] = len(self._values)
            self._values.append(pair)
            key = (pair[0], pair[1].casefold())
            self._folded[key] = (*self._folded.get(key, ()), code)
        return code


def scalars(product: Product) -> tuple[int, float, int, int]:
    """(price units, rating, stock, created epoch) with the columns' marks for unknown."""
    return (
        UNKNOWN if product.price is None else money(product.price),
        float("nan") if product.rating is None else product.rating,
        UNKNOWN if product.stock is None else min(product.stock, 2**31 - 1),
        0 if product.created_at is None else int(product.created_at.timestamp()),
    )


def tail_ranks(ids: list[str], base_rows: int) -> NDArray[np.float64]:
    """Places for later rows among the base's sorted ids (0, 1, 2 …): spread evenly inside their gap, in id order."""
    ranks = np.zeros(len(ids) - base_rows)
    placed = [(bisect_left(ids, ids[row], 0, base_rows), ids[row], row) for row in range(base_rows, len(ids))]
    for gap, members in groupby(sorted(placed), key=lambda place: place[0]):
        rows = [row for _, _, row in members]
        ranks[np.array(rows) - base_rows] = gap - 1 + np.arange(1, len(rows) + 1) / (len(rows) + 1)
    return ranks


def empty() -> Columns:
    """No rows."""
    return _assemble(
        [],
        (),
        {
            "alive": np.zeros(0, dtype=np.bool_),
            "rank": np.zeros(0),
            "price": np.zeros(0, dtype=np.int64),
            "rating": np.zeros(0, dtype=np.float32),
            "stock": np.zeros(0, dtype=np.int32),
            "created": np.zeros(0, dtype=np.int64),
            "popularity": np.zeros(0, dtype=np.float32),
            "indptr": np.zeros(1, dtype=np.int64),
            "codes": np.zeros(0, dtype=np.int32),
        },
    )


def rebase(columns: Columns) -> Columns:
    """Make every row a base row. Ids must be sorted and all alive, as a build adds them."""
    arrays = {name: getattr(columns, name) for name in ARRAYS}
    arrays["rank"] = np.arange(columns.rows, dtype=np.float64)
    return _assemble(list(columns.ids), columns.values, arrays)


def save(columns: Columns, folder: Path) -> None:
    """Write a rebased `Columns` as `columns.npz` and `columns.json`."""
    np.savez(folder / "columns.npz", **{name: getattr(columns, name) for name in ARRAYS})
    (folder / "columns.json").write_bytes(orjson.dumps({"ids": list(columns.ids), "values": columns.values}))


def load(folder: Path) -> Columns:
    """Read what `save` wrote."""
    names = orjson.loads((folder / "columns.json").read_bytes())
    with np.load(folder / "columns.npz", allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in ARRAYS}
    return _assemble(names["ids"], tuple((facet, value) for facet, value in names["values"]), arrays)


def _assemble(ids: list[str], values: tuple[tuple[str, str], ...], arrays: dict[str, NDArray[np.generic]]) -> Columns:
    codes, indptr = arrays["codes"], arrays["indptr"]
    owner = np.repeat(np.arange(len(ids), dtype=np.int32), np.diff(indptr))
    order = np.argsort(codes, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(codes, minlength=len(values)))]).astype(np.int64)
    folded: dict[tuple[str, str], tuple[int, ...]] = {}
    for code, (facet, value) in enumerate(values):
        key = (facet, value.casefold())
        folded[key] = (*folded.get(key, ()), code)
    return Columns(
        base_rows=len(ids),
        ids=ids,
        row_of={product_id: row for row, product_id in enumerate(ids)},
        values=values,
        code_of={pair: code for code, pair in enumerate(values)},
        folded=folded,
        postings=(starts, owner[order]),
        tail={},
        **arrays,  # type: ignore[arg-type]  # names and dtypes are those of ARRAYS
    )
