"""Changes of the catalogue → the next moment of the index. Blocking; the moment before stays as it is."""

from collections.abc import Sequence

import numpy as np

from core.catalog import Product
from core.storage.index.build import document
from core.storage.index.columns import Columns
from core.storage.index.editor import Editor
from core.storage.index.snapshot import Snapshot
from core.storage.index.vectors import DIMENSIONS
from core.storage.outbox import Change


def apply(snapshot: Snapshot, changes: Sequence[Change], found: dict[str, Product]) -> Snapshot:
    """The next moment. Content takes a new row; price and stock change in place. `found`: what there is now."""
    editor, dead, added = Editor(snapshot.columns), [], []
    for product_id, changed in kinds_of(changes).items():
        product = found.get(product_id)
        if product is None:
            dead.append(editor.drop(product_id))
        elif "content" in changed or "delete" in changed or product_id not in snapshot.columns.row_of:
            dead.append(snapshot.columns.row_of.get(product_id))
            added.append((editor.put(product), product))
        elif (row := editor.reprice(product)) is not None:
            snapshot.records.put(row, product)
    documents = [document(row, product) for row, product in added]
    for row, product in added:
        snapshot.records.put(row, product)
    snapshot.keyword.delete([row for row in dead if row is not None])
    snapshot.keyword.add(documents)
    rows = [row for row, _ in added]
    vectors = snapshot.vectors and snapshot.vectors.append(np.zeros((len(rows), DIMENSIONS), dtype=np.float32))
    return snapshot.moved(
        columns=editor.done(),
        forward=snapshot.forward.append(documents),
        vectors=vectors,
        keyword=snapshot.keyword.commit(),
        position=changes[-1].position,
        pending=snapshot.pending.union(rows),
    )


def rescored(snapshot: Snapshot, scores: dict[str, float]) -> Columns:
    """Columns with a new popularity."""
    editor = Editor(snapshot.columns)
    editor.popularity(scores)
    return editor.done()


def kinds_of(changes: Sequence[Change]) -> dict[str, set[str]]:
    """Product → what changed of it."""
    kinds: dict[str, set[str]] = {}
    for change in changes:
        kinds.setdefault(change.product_id, set()).add(change.kind)
    return kinds


def tags_of(changes: Sequence[Change]) -> list[str]:
    """The cached answers these changes made wrong: those that show a product; all, when what is found may differ."""
    anywhere = any(change.kind in ("content", "delete") for change in changes)
    return [*sorted({f"product:{change.product_id}" for change in changes}), *(["search"] if anywhere else [])]
