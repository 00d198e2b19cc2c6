"""What each column means: guessed from its name, checked against its values, corrected by hand. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from core.errors import InvalidInputError
from pipelines.load import amounts, cells, looks
from pipelines.load.names import NAMES, SALE, WEAK

Kind = Literal["products", "patch"]

ATTRIBUTE = "attributes."  # a target `attributes.colour` is that one attribute; `attributes` is an object of many
SEVERAL = frozenset(
    {"category", "description", "images", "fallback_images", "stock", "created_at", "attributes", "drop"}
)
"""Fields that take all their columns (the first that is not blank; pictures and attributes: all). Others take the best
one, but for a sale price, which has the usual price behind it."""
TARGETS = tuple(NAMES)
PATCHES = frozenset({"id", "price", "stock", "availability", "currency", "updated_at", "locale"})
_RANK = {name: (field, place) for field, names in NAMES.items() for place, name in enumerate(names)}


@dataclass(frozen=True, slots=True)
class Use:
    """What one column is used for. `target`: a field, `attributes.<name>`, or `drop`."""

    column: str
    target: str
    why: str  # name | values | rest | you
    example: str = ""


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """What every column of a file means. `kind` patch: ids with prices or stock, for products that are there."""

    uses: tuple[Use, ...]
    kind: Kind
    decimal_comma: bool = False
    category_separator: str | None = None

    def columns(self, target: str) -> tuple[str, ...]:
        """The columns of a field, the best first."""
        return tuple(use.column for use in self.uses if use.target == target)

    def identity(self) -> str:
        """Equal for equal meanings: part of what a half-done load is known by."""
        return repr(
            (
                sorted((use.column, use.target) for use in self.uses),
                self.kind,
                self.decimal_comma,
                self.category_separator,
            )
        )


@lru_cache(maxsize=10_000)
def snake(name: str) -> str:
    """`Variant SKU`, `productTitle`, `Body (HTML)`, `g:price` → variant_sku, product_title, body_html, price."""
    name = re.sub(r"^g:", "", name.strip())
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return re.sub(r"[\W_]+", "_", name).strip("_").lower()


@lru_cache(maxsize=10_000)
def attribute_name(column: str) -> str:
    """The attribute a column becomes; `attr:Color`, `attributes.color` and `Color` are all `color`."""
    return re.sub(r"^(?:attributes?|attrs?|specs?|properties|property|pa)_(?=.)", "", snake(column))[:64] or "other"


def guess(
    records: Sequence[Mapping[str, object]], by_hand: Mapping[str, str] | None = None, *, locale: str = "en"
) -> ColumnMap:
    """Column meanings from a sample of records.

    `by_hand`: field (or `attributes.<name>`) → column; an empty column drops the field's columns, or the column
    of that name.
    InvalidInputError when there is no id, or neither a title nor a price or stock to patch.
    """
    values = sampled(records)
    fixed = _fixed(values, by_hand or {})
    uses = [*fixed, *_named(values, fixed)]
    uses = [*uses, *_by_values(values, uses)]
    taken = {use.column for use in uses}
    uses += [Use(column, ATTRIBUTE + attribute_name(column), "rest") for column in values if column not in taken]
    shown = tuple(Use(use.column, use.target, use.why, _example(values.get(use.column, []))) for use in uses)
    prices = [value for column in _of(uses, "price") for value in values[column]]
    paths = [value for column in _of(uses, "category") for value in values[column]]
    return ColumnMap(
        shown,
        _kind(uses),
        _uses_decimal_comma(prices, locale),
        _separator([path for path in paths if isinstance(path, str)]),
    )


def sampled(records: Iterable[Mapping[str, object]]) -> dict[str, list[object]]:
    """Column → its values that are not blank, columns in order of appearance."""
    columns: dict[str, list[object]] = {}
    for record in records:
        for column, value in record.items():
            held = columns.setdefault(column, [])
            if not (cells.is_absent(value) or value in ([], {})):
                held.append(value)
    return columns


def late(column: str, taken: Iterable[str]) -> str:
    """The target of a column that the sample did not show: its field if still free, else an attribute."""
    field, _ = _RANK.get(snake(column), ("", 0))
    free = field and snake(column) not in WEAK and (field in SEVERAL or field not in set(taken))
    return field if free else ATTRIBUTE + attribute_name(column)


def _of(uses: Iterable[Use], target: str) -> list[str]:
    return [use.column for use in uses if use.target == target]


def _fixed(values: Mapping[str, list[object]], by_hand: Mapping[str, str]) -> list[Use]:
    there = f"the columns are {', '.join(values)}"
    uses: list[Use] = []
    for target, column in by_hand.items():
        if not column:
            dropped = [target] if target in values else [c for c in values if _RANK.get(snake(c), ("",))[0] == target]
            if not dropped:
                raise InvalidInputError(f"--map {target}=: there is no column {target!r}; {there}")
            uses += [Use(name, "drop", "you") for name in dropped]
        elif target not in TARGETS and not target.startswith(ATTRIBUTE):
            raise InvalidInputError(
                f"--map {target}={column}: no such field; fields are {', '.join(TARGETS)}, {ATTRIBUTE}…"
            )
        elif column not in values:
            raise InvalidInputError(f"--map {target}={column}: there is no column {column!r}; {there}")
        else:
            uses.append(Use(column, target, "you"))
    return uses


def _named(values: Mapping[str, list[object]], fixed: Sequence[Use]) -> list[Use]:
    """Columns whose names say it, the best names first."""
    decided = {use.column for use in fixed}
    by_hand = {use.target for use in fixed}
    known = [
        (_RANK[name], name, column) for column in values if (name := snake(column)) in _RANK and column not in decided
    ]
    uses: list[Use] = []
    for (field, _), name, column in sorted(known, key=lambda item: item[0][1]):
        if _free(field, name, uses, by_hand) and _plausible(field, name, values[column]):
            uses.append(Use(column, field, "name"))
    return uses


def _free(field: str, name: str, uses: Sequence[Use], by_hand: set[str]) -> bool:
    """Whether the field still wants this column."""
    held = [snake(use.column) for use in uses if use.target == field]
    if field == "drop" or not (held or field in by_hand):
        return True
    if field == "price":
        return len(held) == 1 and held[0] in SALE and field not in by_hand
    return field in SEVERAL and field not in by_hand and name not in WEAK


def _plausible(field: str, name: str, held: Sequence[object]) -> bool:
    if field == "attributes":
        return looks.structures(held)
    few = len(held) < (
        1 if field == "category" else 3
    )  # too few to judge by; a category that is a number tells at once
    return name not in WEAK or few or field not in looks.LIKELY or looks.LIKELY[field](held)


def _by_values(values: Mapping[str, list[object]], uses: Sequence[Use]) -> list[Use]:
    """Fields that no name gave, by what the values look like: first the columns whose names we do not know at all."""
    found: list[Use] = []
    decided = {use.column for use in uses}
    present = {use.target for use in uses}
    spare = [column for column in values if column not in decided and len(values[column]) >= 3]
    spare.sort(key=lambda column: snake(column) in _RANK)
    for field, telling in looks.TELLING.items():
        if field in present or (field != "title" and "title" not in present | {use.target for use in found}):
            continue
        match = next((c for c in spare if telling(values[c]) and c not in {use.column for use in found}), None)
        if match:
            found.append(Use(match, field, "values"))
    return found


def _kind(uses: Sequence[Use]) -> Kind:
    targets = {use.target for use in uses if use.target != "drop"}
    columns = ", ".join(use.column for use in uses)
    if "id" not in targets:
        raise InvalidInputError(f"no column looks like a product id; name it with --map id=COLUMN. Columns: {columns}")
    if "title" in targets:
        return "products"
    rest = [use.column for use in uses if use.target not in PATCHES and use.target != "drop"]
    if not targets & {"price", "stock", "availability"}:
        raise InvalidInputError(f"no column looks like a title; name it with --map title=COLUMN. Columns: {columns}")
    if rest:
        raise InvalidInputError(
            "no column looks like a title; name it with --map title=COLUMN, or, for prices and stock only, drop the "
            f"rest: {' '.join(f'--map {column!r}=' for column in rest[:5])}"
        )
    return "patch"


def _uses_decimal_comma(prices: Sequence[object], locale: str) -> bool:
    """By the column's own values where they tell, else by the language."""
    texts = [value for value in prices if isinstance(value, str)]
    comma = sum(1 for text in texts if re.search(r"\d,\d{1,2}\b(?![.,\d])", text))
    dot = sum(1 for text in texts if re.search(r"\d\.\d{1,2}\b(?![.,\d])", text))
    return comma > dot if comma or dot else locale.lower()[:2] in amounts.DECIMAL_COMMA


def _separator(paths: Sequence[str]) -> str | None:
    """`/` where a third of the categories hold one and none a plainer mark."""
    if any(re.search(r"[>»\u203a→|]", path) for path in paths):
        return None
    slashes = sum(1 for path in paths if re.search(r"\w\s?/\s?\w", path))
    return "/" if slashes and slashes >= len(paths) / 3 else None


def _example(held: Sequence[object]) -> str:
    text = " ".join(cells.text_of(held[0]).split()) if held else ""
    return text[:60] + ("…" if len(text) > 60 else "")
