"""A file → records: the one place that knows every format. A bad place comes out as a `Reject`, in order."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import islice
from typing import Any, NamedTuple

import polars as pl
from polars.exceptions import PolarsError

from core.errors import InvalidInputError
from pipelines.load.documents import json_lines, json_stream
from pipelines.load.rejects import Reject, reject
from pipelines.load.sources import BREAKS, Limits, SourceFile, lines, open_bytes, open_text
from pipelines.load.tables import Dialect, read_table, sniff

PARQUET_ROWS = 10_000  # at a time; keeps memory flat whatever the row groups

SAMPLE_WEIGHT = 20_000_000  # characters


class Record(NamedTuple):
    """One row as it lies in the file: `line` counts from 1 as an editor does; values are text (CSV) or JSON-like."""

    line: int
    values: dict[str, Any]


@dataclass(slots=True)
class Reading:
    """A file being read. `position` is how many of its bytes on disk have been taken, for progress."""

    position: int = 0


def read(source: SourceFile, limits: Limits, reading: Reading | None = None) -> Iterator[Record | Reject]:
    """Every record of a file, streamed. Damage in the middle (a broken gzip, say) ends it with a reject."""
    reading = reading or Reading()
    if source.format == "parquet":
        yield from _parquet(source, reading)
        return
    with open_bytes(source.path, gzipped=source.gzipped, limits=limits) as raw, open_text(raw, source.encoding) as text:
        line = 0
        try:
            for item in _records(source, text, limits):
                line = item[0]
                reading.position = raw.position
                yield item if isinstance(item, Reject) else Record(*item)
        except BREAKS as broken:
            yield reject(line + 1, None, "", f"the file breaks off or is damaged here: {broken}")


def _records(source: SourceFile, text: TextIOWrapper, limits: Limits) -> Iterator[Reject | tuple[int, dict[str, Any]]]:
    if source.format == "json":
        return json_stream(text, limits)
    split = lines(text, limits.line)
    return json_lines(split) if source.format == "jsonl" else read_table(split, dialect_of(source, limits), limits)


def dialect_of(source: SourceFile, limits: Limits) -> Dialect:
    """Delimiter and quoting, from the first lines."""
    with open_bytes(source.path, gzipped=source.gzipped, limits=limits) as raw, open_text(raw, source.encoding) as text:
        head: list[str] = []
        with suppress(*BREAKS):
            head.extend(line for line in islice(lines(text, limits.cell), 200) if line is not None)
        return sniff(head)


def _parquet(source: SourceFile, reading: Reading) -> Iterator[Record]:
    try:
        frame = pl.scan_parquet(source.path)
        rows = int(frame.select(pl.len()).collect().item())
        for start in range(0, rows, PARQUET_ROWS):
            piece = frame.slice(start, PARQUET_ROWS).collect()
            for line, values in enumerate(piece.iter_rows(named=True), start + 1):
                yield Record(line, values)
            reading.position = source.size * min(start + PARQUET_ROWS, rows) // rows
    except (PolarsError, OSError) as broken:
        raise InvalidInputError(f"{source.name} is not a readable Parquet file: {broken}") from broken


def sample(source: SourceFile, limits: Limits, count: int = 500) -> list[Record]:
    """The first good records, for guessing what the columns mean."""
    found: list[Record] = []
    weight = 0
    for item in islice(read(source, limits), count):
        if isinstance(item, Record):
            found.append(item)
            weight += sum(len(value) for value in item.values.values() if isinstance(value, str))
        if weight > SAMPLE_WEIGHT:
            break
    return found
