"""JSON lines, JSON arrays, and JSON objects one after the other."""

import json
import re
from collections.abc import Iterator
from typing import IO, Any

import orjson

from pipelines.load.rejects import Reject, reject
from pipelines.load.sources import WRAPPER, Limits

PIECE = 1 << 18  # characters read at a time
OPENING = rf"\s*(?:{WRAPPER}|\[)"

Item = Reject | tuple[int, dict[str, Any]]


def json_lines(text: Iterator[str | None]) -> Iterator[Item]:
    """One object a line; a line that is not one is a reject. Blank lines are skipped."""
    for number, line in enumerate(text, 1):
        if line is None:
            yield reject(number, None, "", "line too long")
        elif not line.isspace():
            yield _object(number, line)


def _object(number: int, line: str) -> Item:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as broken:
        return _second_try(number, line, broken)
    if isinstance(value, dict):
        return number, value
    return reject(number, None, line, "not a JSON object")


def _second_try(number: int, line: str, broken: orjson.JSONDecodeError) -> Item:
    """Bad bytes and NaN are not JSON but common: let them through, so that the row's check can name the column."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return reject(number, None, line.strip(), f"not JSON: {broken}")
    return (number, value) if isinstance(value, dict) else reject(number, None, line, "not a JSON object")


def json_stream(text: IO[str], limits: Limits) -> Iterator[Item]:
    """The objects of an array, of `{"products": [...]}`, or one after the other; one is held at a time.

    `line` is the object's number. A syntax error ends it with a reject: past that point the nesting cannot be trusted.
    """
    decoder = json.JSONDecoder()
    buffer = text.read(PIECE)
    opening = re.match(OPENING, buffer)
    start, number = opening.end() if opening else 0, 0
    while True:
        start = re.compile(r"[\s,]*").match(buffer, start).end()  # type: ignore[union-attr]
        if opening and buffer.startswith("]", start):
            return
        try:
            value, start = decoder.raw_decode(buffer, start)
        except (ValueError, RecursionError) as broken:
            piece = text.read(PIECE) if _unfinished(broken, buffer) and len(buffer) - start < limits.line else ""
            if not piece:
                if opening or start < len(buffer):
                    yield reject(number + 1, None, buffer[start:], f"not JSON, nothing was read from here on: {broken}")
                return
            buffer, start = buffer[start:] + piece, 0
        else:
            number += 1
            yield (number, value) if isinstance(value, dict) else reject(number, None, value, "not a JSON object")


def _unfinished(broken: Exception, buffer: str) -> bool:
    """Whether more text might mend it."""
    if not isinstance(broken, json.JSONDecodeError):
        return False
    return broken.pos >= len(buffer) - 16 or broken.msg.startswith(("Unterminated", "Invalid \\u"))
