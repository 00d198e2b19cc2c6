"""Look at a file before loading it: what it is, what its columns mean, and what it is known by."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from core.errors import InvalidInputError
from pipelines.load.mapping import ColumnMap, guess
from pipelines.load.options import LoadOptions
from pipelines.load.records import sample
from pipelines.load.shopify import is_shopify
from pipelines.load.sources import SourceFile, examine

ENDS = 64 * 1024  # bytes of head and tail that stand for the content


@dataclass(frozen=True, slots=True)
class Plan:
    """A file, understood. `key` names this content with this meaning: equal keys resume one another."""

    source: SourceFile
    columns: ColumnMap
    shopify: bool
    key: str


def plan(path: Path, options: LoadOptions, *, name: str | None = None) -> Plan:
    """Understand a file. InvalidInputError when it cannot be loaded as it is."""
    source = examine(path, name=name, encoding=options.encoding, limits=options.limits)
    records = sample(source, options.limits)
    if not records:
        raise InvalidInputError(f"{source.name} holds no row that can be read")
    try:
        columns = guess([record.values for record in records], options.columns, locale=options.locale)
    except InvalidInputError as unclear:
        raise InvalidInputError(f"{source.name}: {unclear}") from None
    return Plan(source, columns, is_shopify(records[0].values), _key(source, columns, options))


def _key(source: SourceFile, columns: ColumnMap, options: LoadOptions) -> str:
    """A fetched file has a new time at each fetch, but its head, tail and size tell whether it is the same."""
    digest = hashlib.sha256()
    with source.path.open("rb") as file:
        digest.update(file.read(ENDS))
        file.seek(max(0, source.size - ENDS))
        digest.update(file.read(ENDS))
    changed = source.path.stat().st_mtime_ns if source.path.name == source.name else 0
    rest = (source.name, source.size, changed, source.encoding, options.currency, options.locale, columns.identity())
    digest.update(repr(rest).encode("utf-8", "backslashreplace"))
    return digest.hexdigest()
