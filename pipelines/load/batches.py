"""A planned file → batches of products with the rejects in between. Reads as it is asked; holds one batch."""

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

from core.catalog import Product
from core.storage.products import Patch
from pipelines.load.options import LoadOptions
from pipelines.load.plan import Plan
from pipelines.load.records import Reading, Record, read
from pipelines.load.rejects import Reject, reject
from pipelines.load.rows import Defaults, RowReader
from pipelines.load.seen import SeenIds
from pipelines.load.shopify import variants

WEIGHT = 8_000_000  # characters of text a batch may hold: rows of any size keep memory flat


@dataclass(slots=True)
class Batch:
    """Some rows in file order. `records`: how many of the file's records have been read once this batch is done."""

    rows: list[Product | Patch] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)  # of the rows
    rejects: list[Reject] = field(default_factory=list)
    records: int = 0
    position: int = 0  # bytes of the file
    read: int = 0  # records in this batch, skipped ones too
    weight: int = 0
    last: bool = False


def batches(plan: Plan, options: LoadOptions, now: datetime, *, skip: int = 0) -> Generator[Batch]:
    """All of a file. The first `skip` records were loaded before: read again for rejects and ids, not returned."""
    reading, batch, records = Reading(), Batch(), 0
    reader = RowReader(plan.columns, now, Defaults(options.currency, options.locale, options.limits.cell))
    with closing(SeenIds()) as seen:
        items = read(plan.source, options.limits, reading)
        for item in variants(items) if plan.shopify else items:
            records += 1
            line = item.line
            row = _checked(reader.read(item), line, seen, plan) if isinstance(item, Record) else item
            if isinstance(row, Reject):
                batch.rejects.append(row)
            elif records > skip:
                batch.rows.append(row)
                batch.lines.append(line)
                batch.weight += _weight(row)
            batch.read += 1
            if len(batch.rows) >= options.batch or batch.read >= 10 * options.batch or batch.weight > WEIGHT:
                yield _closed(batch, records, reading)
                batch = Batch()
    batch.last = True
    yield _closed(batch, records, reading)


def _checked(row: Product | Patch | Reject, line: int, seen: SeenIds, plan: Plan) -> Product | Patch | Reject:
    if isinstance(row, Reject):
        return row
    before = seen.first_line(row.id, line)
    if before is None:
        return row
    return reject(line, plan.columns.columns("id")[0], row.id, f"duplicate id: it stands on line {before} already")


def _weight(row: Product | Patch) -> int:
    if isinstance(row, Patch):
        return 0
    return len(row.description) + sum(map(len, chain.from_iterable(row.attributes.values())))


def _closed(batch: Batch, records: int, reading: Reading) -> Batch:
    batch.records, batch.position = records, reading.position
    return batch
