"""A path → what it holds: format, encoding, compression; and its bytes or text, bounded, with a position."""

import codecs
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Literal

from core.errors import InvalidInputError

Format = Literal["csv", "json", "jsonl", "parquet"]

GZIP_MAGIC = b"\x1f\x8b"
SAMPLE_BYTES = 256 * 1024
SUFFIXES: dict[str, Format] = {
    ".csv": "csv", ".tsv": "csv", ".tab": "csv", ".txt": "csv", ".json": "json",
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet", ".pq": "parquet",
}  # fmt: skip
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
NOT_TABLES = (
    (b"PK\x03\x04", "a zip archive or a spreadsheet (save it as CSV)"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
)
SIGNS = "\u2018\u2019\u201c\u201d\u2013\u2014\u2026€£°®™©½¼¾²³\xb4·\xd7±§«»\xa0"
"""Beside letters, what shops write above ASCII."""
BREAKS = (EOFError, gzip.BadGzipFile, zlib.error, UnicodeError)
"""What reading raises when a file breaks off or is damaged in the middle."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of somebody else's file we are willing to read. Lengths in characters, sizes in bytes."""

    cell: int = 1_000_000
    line: int = 32_000_000
    unpacked: int = 50 * 2**30
    ratio: int = 250  # unpacked : packed; real catalogues stay under 50
    download: int = 10 * 2**30


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file to load. `name` is what people call it (a URL's last part); `path` is where its bytes lie."""

    path: Path
    name: str
    format: Format
    gzipped: bool
    encoding: str  # Python's name, BOM included
    size: int  # bytes on disk


class TooLargeError(InvalidInputError):
    """The file unpacks to more than the limit allows."""


def files_in(path: Path) -> list[Path]:
    """The file itself, or the loadable files of a folder in name order (hidden files and rejects left out)."""
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise InvalidInputError(f"there is no file or folder {path}")
    found = sorted(p for p in path.iterdir() if p.is_file() and _loadable(p.name))
    if not found:
        raise InvalidInputError(f"{path} holds no CSV, TSV, JSON, JSONL or Parquet file")
    return found


def _loadable(name: str) -> bool:
    plain = name.lower().removesuffix(".gz")
    return not name.startswith(".") and not plain.endswith(".rejects.jsonl") and Path(plain).suffix in SUFFIXES


def examine(
    path: Path, *, name: str | None = None, encoding: str | None = None, limits: Limits | None = None
) -> SourceFile:
    """Look at the head of a file. Content decides over the suffix where the two disagree."""
    name = name or path.name
    size = path.stat().st_size
    with path.open("rb") as raw:
        gzipped = raw.read(2) == GZIP_MAGIC
    head = _head(path, gzipped=gzipped, limits=limits or Limits())
    if not head.strip():
        raise InvalidInputError(f"{name} is empty")
    for magic, what in NOT_TABLES:
        if head.startswith(magic):
            raise InvalidInputError(f"{name} is {what}, not a table")
    if head.startswith(b"PAR1"):
        if gzipped:
            raise InvalidInputError(f"{name}: Parquet is packed already; gunzip it first")
        return SourceFile(path, name, "parquet", gzipped=False, encoding="utf-8", size=size)
    encoding = _known(encoding) if encoding else detect_encoding(head)
    return SourceFile(path, name, _format(name, head.decode(encoding, "replace")), gzipped, encoding, size)


def _head(path: Path, *, gzipped: bool, limits: Limits) -> bytes:
    with open_bytes(path, gzipped=gzipped, limits=limits) as file:
        try:
            return file.read(SAMPLE_BYTES)
        except BREAKS:
            with gzip.open(path) as broken:  # keep what comes before the damage
                return _read_until_broken(broken)


def _read_until_broken(file: gzip.GzipFile) -> bytes:
    got = b""
    try:
        while len(got) < SAMPLE_BYTES and (piece := file.read(1024)):
            got += piece
    except BREAKS:
        pass
    return got


def _known(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        raise InvalidInputError(f"unknown encoding {encoding!r}") from None


def _format(name: str, text: str) -> Format:
    suffix = SUFFIXES.get(Path(name.lower().removesuffix(".gz")).suffix)
    start = text.lstrip("\ufeff \t\r\n")
    if start[:1] == "[" and suffix != "csv":
        return "json"
    if start[:1] == "{" and suffix != "csv":
        first = start.split("\n", 1)[0].rstrip()
        return "jsonl" if first.endswith("}") and not re.match(WRAPPER, start) else "json"
    if suffix == "jsonl":  # the first line is bad: still lines
        return "jsonl"
    if suffix == "json" or start[:1] == "<":
        raise InvalidInputError(f"{name} is neither JSON nor a table; it begins with {start[:20]!r}")
    return "csv"


WRAPPER = r'\{\s*"(?:products|items|results|records|data|hits)"\s*:\s*\['


def detect_encoding(head: bytes) -> str:
    """BOM, else UTF-16 by its zero bytes, else UTF-8; Windows-1252 when many lines need it and none is UTF-8.

    A few bad bytes do not make a file Windows-1252: those rows are rejected, each with its column.
    """
    for bom, name in BOMS:
        if head.startswith(bom):
            return name
    even, odd = head[0:4000:2].count(0), head[1:4000:2].count(0)
    if max(even, odd) > len(head[:4000]) * 0.3:
        return "utf-16-le" if odd > even else "utf-16-be"
    text = head.decode("utf-8", "surrogateescape")
    if text.isascii() or any(ord(c) > 0x7F and not "\udc80" <= c <= "\udcff" for c in text):
        return "utf-8"
    return "cp1252" if _reads_as_western(head) else "utf-8"


def _reads_as_western(head: bytes) -> bool:
    """At least 3 lines hold high bytes, and each such byte is a letter or a sign that shops use."""
    if sum(1 for line in head.splitlines() if not line.isascii()) < 3:
        return False
    text = head.decode("cp1252", "replace")
    return all(c.isalpha() or c in SIGNS for c in text if ord(c) > 0x7F)


def open_bytes(path: Path, *, gzipped: bool, limits: Limits) -> "Counted":
    """The file's bytes, unpacked and bounded."""
    return Counted(path, gzipped=gzipped, limits=limits)


class Counted(io.RawIOBase):
    """A binary file that knows how far on disk it has read, and refuses to unpack a bomb."""

    def __init__(self, path: Path, *, gzipped: bool, limits: Limits) -> None:
        self._disk = path.open("rb")
        self._file: gzip.GzipFile | BufferedReader = gzip.GzipFile(fileobj=self._disk) if gzipped else self._disk
        self._gzipped = gzipped
        self._limits = limits
        self._unpacked = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill the buffer; TooLargeError past the limits."""
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        self._unpacked += len(data)
        if self._gzipped:
            self._check()
        return len(data)

    def _check(self) -> None:
        small = self._unpacked < 16 * 2**20  # a short file may well be all one letter
        if self._unpacked > self._limits.unpacked or (
            not small and self._unpacked > self._limits.ratio * self.position
        ):
            raise TooLargeError(
                f"{self.position >> 10} KiB of gzip unpack to more than {self._unpacked >> 20} MiB: refused as a bomb"
            )

    @property
    def position(self) -> int:
        """Bytes read from disk."""
        return self._disk.tell()

    def close(self) -> None:
        """Close the file below too."""
        self._file.close()
        self._disk.close()
        super().close()


def open_text(counted: Counted, encoding: str) -> io.TextIOWrapper:
    """Text with line ends kept; bytes that are not valid come through as lone surrogates, to be rejected row by row."""
    return io.TextIOWrapper(io.BufferedReader(counted, 1 << 18), encoding, errors="surrogateescape", newline="")


def lines(text: io.TextIOWrapper, limit: int) -> Iterator[str | None]:
    """Lines with their ends; None for a line longer than `limit` characters, which is skipped without being held."""
    while line := text.readline(limit):
        if len(line) == limit and line[-1] not in "\r\n":
            while (rest := text.readline(limit)) and rest[-1] not in "\r\n":
                pass
            yield None
        else:
            yield line
