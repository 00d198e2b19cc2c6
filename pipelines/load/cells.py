"""A cell as text: plain text out of HTML, category paths, lists written as text, picture addresses. Pure."""

import ast
import html
import math
import re
from collections.abc import Iterable

import orjson

ABSENT = frozenset({"", "null", "none", "\\n"})  # as exporters write "no value"

_TAG = re.compile(r"<!--|-->|<(/?)([a-zA-Z][a-zA-Z0-9:-]*)[^<>]*>")
_ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]*);")
_CONTROL = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")
_PATH = re.compile(r"\s*(?:>+|»|\u203a|→|\|+|::)\s*")
INLINE = frozenset((
    "a", "abbr", "b", "big", "code", "em", "font", "i", "mark", "q", "s", "small", "span", "strong", "sub", "sup", "u",
))  # fmt: skip
"""Tags that do not part words."""


def is_absent(value: object) -> bool:
    """No value at all: null, blank, or an exporter's word for it."""
    return value is None or (isinstance(value, str) and value.strip().lower() in ABSENT)


def text_of(value: object) -> str:
    """A value as a person would write it: 6.0 → 6, True → yes, ["a", "b"] → a, b."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict | list | tuple):
        parts = [text_of(part) for part in (value.values() if isinstance(value, dict) else value)]
        return (" " if isinstance(value, dict) else ", ").join(filter(None, parts))
    return _number_text(value) if isinstance(value, float) else str(value)


def _number_text(value: float) -> str:
    if not math.isfinite(value):
        return ""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def plain(text: str) -> str:
    """Text without tags, scripts, entities and control characters. Linear in the length, whatever the tags."""
    if "<" in text:
        text = _untagged(text)
    if "&" in text and _ENTITY.search(text):
        text = html.unescape(text).replace("\x00", "")
    if not text.isprintable():
        text = _CONTROL.sub("", text).replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ")
    return text.strip()


def one_line(text: str) -> str:
    """Plain text with every run of white space as one space."""
    return " ".join(plain(text).split())


def _untagged(text: str) -> str:
    """One pass over the tags; `skipping` is the tag that ends a comment, script or style."""
    kept: list[str] = []
    end, skipping = 0, ""
    for tag in _TAG.finditer(text):
        name = (tag[1] + tag[2]).lower() if tag[2] else tag[0]
        if not skipping:
            kept += text[end : tag.start()], "" if name.strip("/") in INLINE else " "
            skipping = {"<!--": "-->", "script": "/script", "style": "/style"}.get(name, "")
        elif name == skipping:
            skipping = ""
        end = tag.end()
    if not end:
        return text
    rest = "" if skipping else text[end:]
    return re.sub(r"[^\S\n]+", " ", "".join(kept) + rest)


def path(value: object, separator: str | None = None) -> tuple[str, ...]:
    """A category path from a list, a list of lists (its first), a JSON list in text, or text split at its separators.

    `separator`: one more mark that splits this column, found by looking at its values (`/`, or `,`).
    """
    if isinstance(value, str):
        value = unpacked(value)
    while isinstance(value, list | tuple) and value and isinstance(value[0], list | tuple):
        value = value[0]
    if isinstance(value, list | tuple) and len(value) == 1:
        value = value[0]
    if isinstance(value, list | tuple):
        return _names(map(text_of, value))
    text = text_of(value)[:2000]
    parts = _PATH.split(html.unescape(text) if "&" in text else text)
    if len(parts) == 1 and separator:
        parts = text.split(separator)
    return _names(parts)


def _names(parts: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for part in parts if (name := one_line(part)[:200].strip()))[:12]


def unpacked(text: str) -> object:
    """The list or object that a text cell holds, written as JSON or as Python would; else the text itself."""
    start = text.lstrip()[:1]
    if start not in ("[", "{") or len(text) > 100_000:
        return text
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        pass
    if "'" not in text[:200]:
        return text
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return text
    return value if isinstance(value, list | dict) else text


def addresses(value: object) -> tuple[str, ...]:
    """Picture addresses: http(s), or a path on the shop's own site. Anything else (data:, javascript:) is left out."""
    value = unpacked(value) if isinstance(value, str) else value
    if isinstance(value, dict):
        value = value.get("url") or value.get("src") or value.get("link")
    if isinstance(value, list | tuple):
        return tuple(address for part in value for address in addresses(part))
    parts = re.split(r"[|\s]+|,(?=\s*(?:https?:)?//)", text_of(value))
    return tuple(
        "https:" + part if part.startswith("//") else part
        for part in map(str.strip, parts)
        if re.match(r"(?:https?:)?//[^/]|/[^/]", part, re.IGNORECASE) and len(part) <= 2000
    )
