"""CSV and its cousins: delimiter and quoting sniffed, and a reader that gets back on its feet after a bad row."""

import csv
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.load.rejects import Reject, reject
from pipelines.load.sources import Limits

DELIMITERS = (",", "\t", ";", "|")
RECORD_LINES = 500  # lines one record may span; beyond that a quote was left open


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a table is written."""

    delimiter: str = ","
    quoted: bool = True  # False: quote marks are plain characters
    backslash: bool = False  # quotes inside quotes are \\" rather than ""

    def rows(self, text: Iterator[str], *, strict: bool = True) -> Iterator[list[str]]:
        """The standard library's reader in this dialect."""
        if not self.quoted:
            return csv.reader(text, delimiter=self.delimiter, quoting=csv.QUOTE_NONE)
        if self.backslash:
            return csv.reader(text, delimiter=self.delimiter, escapechar="\\", strict=strict)
        return csv.reader(text, delimiter=self.delimiter, strict=strict)


def sniff(head: list[str]) -> Dialect:
    """The dialect under which the first lines agree best on the header's number of columns, two or more if possible.

    Quote marks are taken as plain characters only where reading them as quotes breaks every third line or more.
    """
    head = [line for line in head if line.strip()]
    choices = [Dialect(delimiter, backslash=backslash) for backslash in (False, True) for delimiter in DELIMITERS]
    quoted = max(choices, key=lambda choice: _agreement(choice, head))
    plain = max(
        (Dialect(delimiter, quoted=False) for delimiter in DELIMITERS), key=lambda choice: _agreement(choice, head)
    )
    worse = _agreement(quoted, head) < _agreement(plain, head)
    return plain if worse and _agreement(quoted, head)[1] < 0.65 else quoted


def _agreement(dialect: Dialect, head: list[str]) -> tuple[bool, float, int]:
    """(more than one column, share of the records as wide as the header, the header's width)."""
    widths: list[int] = []
    reader = dialect.rows(iter(head))
    while True:
        try:
            widths.append(len(next(reader)))
        except StopIteration:
            break
        except csv.Error:
            widths.append(0)
    if not widths:
        return (False, 0.0, 0)
    return (widths[0] > 1, round(Counter(widths)[widths[0]] / len(widths), 1), widths[0])


def read_table(
    text: Iterator[str | None], dialect: Dialect, limits: Limits
) -> Iterator[Reject | tuple[int, dict[str, str]]]:
    """(line, {column: cell}) for each good row, a reject for each bad one. The first row names the columns."""
    csv.field_size_limit(limits.line)
    header: list[str] | None = None
    for item in _rows(text, dialect, limits):
        if isinstance(item, Reject):
            yield item
            continue
        line, row = item
        if header is None and any(row):
            header = unique([cell.strip() for cell in row])
        elif header is None:
            continue
        elif len(row) == len(header):
            yield line, dict(zip(header, row, strict=True))
        elif any(row):
            fixed = row[: len(header)] if not any(row[len(header) :]) else row
            if len(fixed) == len(header):
                yield line, dict(zip(header, fixed, strict=True))
            else:
                yield _ragged(line, row, header)


def _ragged(line: int, row: list[str], header: list[str]) -> Reject:
    if len(row) > len(header):
        return reject(line, None, row[len(header)], f"too many columns: {len(row)} where the header has {len(header)}")
    return reject(line, header[len(row)], "", f"too few columns: {len(row)} where the header has {len(header)}")


def unique(header: list[str]) -> list[str]:
    """Column names that can be keys: blank ones are numbered, repeated ones get `_2`, `_3`."""
    seen: Counter[str] = Counter()
    names = []
    for place, cell in enumerate(header, 1):
        name = cell or f"column_{place}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return names


class _Tape:
    """Lines, with memory of those the record at hand took, so that they can be given back if it is broken."""

    def __init__(self, text: Iterator[str | None], longest: int) -> None:
        self._text = text
        self._again: deque[str | None] = deque()
        self._longest = longest
        self.taken: list[str | None] = []
        self.number = 0  # of the last line taken
        self.ended = False
        self.oversize = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.taken) >= RECORD_LINES or sum(map(len, filter(None, self.taken[1:]))) > self._longest:
            raise StopIteration
        try:
            line = self._again.popleft() if self._again else next(self._text)
        except StopIteration:
            self.ended = True
            raise
        self.number += 1
        self.taken.append(line)
        if line is None:
            self.oversize = True
            raise StopIteration
        return line

    def start(self) -> None:
        """A new record begins."""
        self.taken.clear()
        self.oversize = False

    def give_back(self, keep: int = 1) -> None:
        """All but the first `keep` lines of the record at hand are to be read again."""
        back = self.taken[keep:]
        self._again.extendleft(reversed(back))
        self.number -= len(back)
        self.ended = False


def _rows(text: Iterator[str | None], dialect: Dialect, limits: Limits) -> Iterator[Reject | tuple[int, list[str]]]:
    tape = _Tape(text, limits.line)
    reader = dialect.rows(tape)
    while True:
        tape.start()
        try:
            row = next(reader)
        except StopIteration:
            if tape.ended and not tape.taken:
                return
            row = None
        except csv.Error:
            row = None
        if row is not None:
            yield tape.number - len(tape.taken) + 1, row
            continue
        yield _recover(tape, dialect, limits)
        reader = dialect.rows(tape)


def _recover(tape: _Tape, dialect: Dialect, limits: Limits) -> Reject | tuple[int, list[str]]:
    """A record that would not parse: take it leniently if it is one line, else blame its first and go on after it."""
    first = tape.number - len(tape.taken) + 1
    line = tape.taken[0]
    tape.give_back()
    if line is None:
        return reject(first, None, "", f"line longer than {limits.line} characters")
    try:
        rows = list(dialect.rows(iter([line]), strict=False))
    except csv.Error as broken:
        return reject(first, None, line, f"not a table row: {broken}")
    if len(rows) == 1 and not rows[0][-1].endswith(("\n", "\r")):
        return first, rows[0]
    return reject(first, None, line, "a quote is opened and not closed")
