"""Query parameters, read strictly: every parameter is declared in a table, and what is not declared is an error.

A misspelt filter that is silently ignored shows a shopper the wrong products, so unknown names are a 422 that says
which name was probably meant. Tags that marketing tools hang on links (`utm_…`, `gclid`, …) are let through.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

from api.errors import Mistake, ParameterError

MAX_FIELDS = 200  # name=value pairs in one query string
MAX_VALUES = 50  # values of one repeatable parameter
MAX_VALUE = 200  # characters of a filter's value
TRACKING = re.compile(r"^(utm_.*|gclid|fbclid|msclkid|_)$")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_AMOUNT = re.compile(r"^\d{1,10}(\.\d{1,4})?$")

Read = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One query parameter: how it is read (raising ValueError with what is wrong) and how it is documented.

    A name that ends in `.` is a family: `attr.` reads `attr.colour=red` into `{"colour": ("red",)}`.
    """

    name: str
    description: str
    read: Read
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})
    example: Any = None
    repeatable: bool = False
    required: bool = False


def read_query(query_string: bytes, table: Sequence[Parameter]) -> dict[str, Any]:
    """Values by parameter name: a scalar, a sorted tuple for repeatables, a dict of such tuples for families.

    Order and repetition of values do not matter to any answer, so equal requests come out equal.
    Raises ParameterError that names every parameter that is wrong.
    """
    given, mistakes = _by_name(_pairs(query_string), table)
    values: dict[str, Any] = {}
    for parameter in table:
        raw = given.get(parameter.name)
        if raw is None:
            if parameter.required:
                mistakes.append(Mistake(parameter.name, "is required"))
            continue
        try:
            values[parameter.name] = _family(parameter, raw) if _is_family(parameter) else _value(parameter, raw)
        except ParameterError as error:
            mistakes.extend(error.mistakes)
    if mistakes:
        raise ParameterError(mistakes)
    return values


def _pairs(query_string: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query_string.decode(), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except UnicodeDecodeError:
        raise ParameterError([Mistake("query string", "is not valid UTF-8")]) from None
    except ValueError:
        raise ParameterError([Mistake("query string", f"may have at most {MAX_FIELDS} parameters")]) from None


Given = dict[str, list[tuple[str, str]]]


def _by_name(pairs: Iterable[tuple[str, str]], table: Sequence[Parameter]) -> tuple[Given, list[Mistake]]:
    """Pairs by the parameter that takes them, and a mistake for each that none takes."""
    names = {parameter.name for parameter in table}
    families = [name for name in names if name.endswith(".")]
    given: Given = {}
    mistakes: list[Mistake] = []
    for name, value in pairs:
        family = next((prefix for prefix in families if name.startswith(prefix) and len(name) > len(prefix)), None)
        if name in names and not name.endswith("."):
            given.setdefault(name, []).append((name, value))
        elif family is not None:
            given.setdefault(family, []).append((name, value))
        elif not TRACKING.match(name):
            mistakes.append(Mistake(clean(name)[:64], _unknown(name, names)))
    return given, mistakes[:20]


def _unknown(name: str, names: Iterable[str]) -> str:
    near = difflib.get_close_matches(name[:64], sorted(names), n=1)
    return f"is not a parameter here; did you mean {near[0]}?" if near else "is not a parameter here"


def _is_family(parameter: Parameter) -> bool:
    return parameter.name.endswith(".")


def _value(parameter: Parameter, raw: Sequence[tuple[str, str]]) -> Any:  # noqa: ANN401 - what `read` makes
    name = raw[0][0]
    if not parameter.repeatable:
        if len(raw) > 1:
            raise ParameterError([Mistake(name, "may be given once")])
        return _read(parameter, name, raw[0][1])
    if len(raw) > MAX_VALUES:
        raise ParameterError([Mistake(name, f"may be given at most {MAX_VALUES} times")])
    return tuple(sorted({_read(parameter, name, value) for name, value in raw}))


def _family(parameter: Parameter, raw: Sequence[tuple[str, str]]) -> dict[str, tuple[Any, ...]]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for name, value in raw:
        key = clean(name.removeprefix(parameter.name))
        if not key or len(key) > MAX_VALUE:
            raise ParameterError([Mistake(clean(name)[:64], "is not the name of an attribute")])
        groups.setdefault(key, []).append((clean(name)[:64], value))
    return {key: _value(parameter, groups[key]) for key in sorted(groups)}


def _read(parameter: Parameter, name: str, value: str) -> Any:  # noqa: ANN401 - what `read` makes
    try:
        return parameter.read(value)
    except ValueError as error:
        raise ParameterError([Mistake(name, str(error))]) from None


def openapi(table: Sequence[Parameter]) -> dict[str, Any]:
    """The table as OpenAPI 3.1 parameters."""
    return {"parameters": [_documented(parameter) for parameter in table]}


def _documented(parameter: Parameter) -> dict[str, Any]:
    name = parameter.name + "{name}" if _is_family(parameter) else parameter.name
    schema = {"type": "array", "items": dict(parameter.schema)} if parameter.repeatable else dict(parameter.schema)
    documented = {"name": name, "in": "query", "required": parameter.required, "schema": schema}
    if parameter.example is not None:
        documented["example"] = parameter.example
    return {**documented, "description": parameter.description}


# How single values are read. Each raises ValueError with words for the caller.


def clean(text: str) -> str:
    """Control characters (NUL, line breaks, …) say nothing to a search: each run becomes one blank."""
    return _CONTROL.sub(" ", text).strip()


def text(max_length: int, *, min_length: int = 0) -> Read:
    """Text with control characters taken out, within bounds counted in characters."""

    def read(value: str) -> str:
        cleaned = clean(value)
        if len(cleaned) > max_length:
            raise ValueError(f"may have at most {max_length} characters, not {len(cleaned):,}")
        if len(cleaned) < min_length:
            raise ValueError("must not be empty")
        return cleaned

    return read


def matching(pattern: str, what: str) -> Read:
    """Text of a known form."""
    compiled = re.compile(pattern)

    def read(value: str) -> str:
        if not compiled.fullmatch(value):
            raise ValueError(f"is not {what}")
        return value

    return read


def choice(*known: str) -> Read:
    """One of a few words."""

    def read(value: str) -> str:
        if value not in known:
            raise ValueError(f"must be one of {', '.join(known)}")
        return value

    return read


def whole(low: int, high: int) -> Read:
    """A whole number within bounds."""

    def read(value: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,12}", value) or not low <= int(value) <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return int(value)

    return read


def number(low: float, high: float) -> Read:
    """A decimal number within bounds."""

    def read(value: str) -> float:
        if not _AMOUNT.match(value) or not low <= float(value) <= high:
            raise ValueError(f"must be a number from {low:g} to {high:g}")
        return float(value)

    return read


def money(value: str) -> Decimal:
    """An exact amount of money."""
    if not _AMOUNT.match(value):
        raise ValueError("must be an amount such as 12.50")
    return Decimal(value)


def yes_no(value: str) -> bool:
    """`true` or `false`, or `1` or `0`."""
    if value not in ("true", "false", "1", "0"):
        raise ValueError("must be true or false")
    return value in ("true", "1")
