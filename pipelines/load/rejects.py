"""Rows that cannot be loaded, each with where and why, one JSON object a line."""

from pathlib import Path
from types import TracebackType
from typing import IO, NamedTuple, Self

import orjson

SHOWN = 200  # characters of the offending value that are kept


class Reject(NamedTuple):
    """One row that was left out. `line` counts from 1 as an editor does; in Parquet and JSON arrays it is the row."""

    line: int
    column: str | None
    value: str
    reason: str


def reject(line: int, column: str | None, value: object, reason: str) -> Reject:
    """A reject whose value is cut to what a person can read, and is always valid Unicode."""
    text = value if isinstance(value, str) else "" if value is None else str(value)
    shown = text[:SHOWN] + ("…" if len(text) > SHOWN else "")
    return Reject(line, column, _printable(shown), reason)


def _printable(text: str) -> str:
    r"""Undecodable bytes (smuggled in as lone surrogates) become `\xNN`, other lone surrogates `\uNNNN`."""
    return "".join(
        f"\\x{ord(c) - 0xDC00:02x}"
        if "\udc80" <= c <= "\udcff"
        else f"\\u{ord(c):04x}"
        if "\ud800" <= c <= "\udfff"
        else c
        for c in text
    )


class RejectsFile:
    """`<name>.rejects.jsonl`. Made only when there is something to say; an older one of the same name is removed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Self:
        self.path.unlink(missing_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file:
            self._file.close()

    def write(self, rejects: list[Reject]) -> None:
        """Append, and hand to the operating system, so that a crash of ours loses none."""
        if not rejects:
            return
        if self._file is None:
            self._file = self.path.open("wb")
        self._file.writelines(orjson.dumps(row._asdict(), option=orjson.OPT_APPEND_NEWLINE) for row in rejects)
        self._file.flush()
        self.count += len(rejects)
