"""Record → product (or price and stock patch), or the reason why not. Pure."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, TypeVar

from pydantic import ValidationError

from core.catalog import Attributes, Product
from core.storage.products import KEEP, Patch
from pipelines.load import amounts, cells
from pipelines.load.amounts import BadCellError
from pipelines.load.mapping import ATTRIBUTE, ColumnMap, attribute_name, late, snake
from pipelines.load.names import SALE
from pipelines.load.records import Record
from pipelines.load.rejects import Reject, reject

T = TypeVar("T")

MOST_ATTRIBUTES = 256
MOST_VALUES = 50
LONGEST_VALUE = 500
LONGEST_TITLE = 1000
LONGEST_DESCRIPTION = 50_000
LONGEST_ID = 200
LONGEST_NAME = 200
MONEY = {"amount", "value", "price", "currency", "currency_code"}
MOST_COLUMNS = 2000
GONE = re.compile(r"out ?of ?stock|sold ?out|unavailable|discontinued|false|no|0", re.IGNORECASE)


class RowError(ValueError):
    """A row that cannot be loaded because of one cell."""

    def __init__(self, column: str | None, value: object, reason: str) -> None:
        super().__init__(reason)
        self.column, self.value, self.reason = column, value, reason


class Defaults(NamedTuple):
    """What holds where a file does not say."""

    currency: str = "USD"
    locale: str = "en"
    longest_cell: int = 1_000_000  # characters


class RowReader:
    """Turns the records of one file into products or patches, and learns columns that appear late."""

    def __init__(self, columns: ColumnMap, now: datetime, defaults: Defaults) -> None:
        self._map = columns
        self._now = now
        self._defaults = defaults
        self._target = {use.column: use.target for use in columns.uses}
        self._columns: dict[str, tuple[str, ...]] = {}

    def read(self, record: Record) -> Product | Patch | Reject:
        """The product of a record, or its reject."""
        try:
            self._screen(record.values)
            return self._patch(record.values) if self._map.kind == "patch" else self._product(record.values)
        except RowError as bad:
            return reject(record.line, bad.column, bad.value, bad.reason)

    def _screen(self, values: Mapping[str, object]) -> None:
        """Refuse what no column may hold; meet new columns."""
        if len(values) > MOST_COLUMNS:
            raise RowError(None, "", f"too many columns: {len(values)}; at most {MOST_COLUMNS} are read")
        longest = self._defaults.longest_cell
        for column, value in values.items():
            if column not in self._target:
                self._learn(column)
            # Nearly every cell is short plain ASCII: the full check is for the others.
            if not (type(value) is str and len(value) <= longest and value.isascii() and "\x00" not in value):
                _check(column, value, longest)

    def _learn(self, column: str) -> None:
        if len(self._target) >= MOST_COLUMNS or len(column) > LONGEST_NAME:
            return  # ignored: a file whose every row names new columns must not fill the memory
        target = late(column, self._target.values())
        self._target[column] = "drop" if self._map.kind == "patch" else target
        self._columns.clear()

    def _of(self, target: str) -> tuple[str, ...]:
        """The columns of a field: those of the map, then late ones."""
        if target not in self._columns:
            self._columns[target] = tuple(column for column, use in self._target.items() if use == target)
        return self._columns[target]

    def _first(self, values: Mapping[str, object], target: str) -> tuple[str | None, object]:
        """(column, value) of a field's first column that is not blank."""
        for column in self._of(target):
            value = values.get(column)
            if not cells.is_absent(value):
                return column, value
        return (self._of(target) or (None,))[0], None

    def _parsed(self, values: Mapping[str, object], target: str, parse: Callable[[object], T]) -> T | None:
        if not self._of(target):
            return None
        column, value = self._first(values, target)
        return None if value is None else _parse(column, value, parse)

    def _text(self, values: Mapping[str, object], target: str) -> str | None:
        return self._parsed(values, target, lambda value: cells.one_line(cells.text_of(value))) or None

    def _product(self, values: Mapping[str, object]) -> Product:
        price, currency = self._price(values)
        try:
            return Product(
                id=self._id(values),
                title=self._title(values),
                description=self._description(values),
                brand=self._text(values, "brand"),
                category=self._parsed(values, "category", lambda v: cells.path(v, self._map.category_separator)) or (),
                price=price,
                currency=currency,
                attributes=self._attributes(values),
                images=self._images(values),
                rating=self._parsed(values, "rating", amounts.stars),
                rating_count=self._parsed(values, "rating_count", amounts.whole) or 0,
                stock=self._stock(values),
                parent_id=self._text(values, "parent_id"),
                locale=self._text(values, "locale") or self._defaults.locale,
                created_at=self._parsed(values, "created_at", lambda v: amounts.moment(v, self._now)),
                updated_at=self._parsed(values, "updated_at", lambda v: amounts.moment(v, self._now)),
            )
        except ValidationError as invalid:
            first = invalid.errors()[0]
            field = str(first["loc"][0])
            raise RowError((self._of(field) or (None,))[0], first.get("input"), f"{field}: {first['msg']}") from None

    def _patch(self, values: Mapping[str, object]) -> Patch:
        product_id = self._id(values)
        price, stock = self._price(values)[0], self._stock(values)
        if price is None and stock is None:
            raise RowError(None, "", "neither a price nor a stock")
        return Patch(product_id, KEEP if price is None else price, KEEP if stock is None else stock)

    def _id(self, values: Mapping[str, object]) -> str:
        columns = self._of("id")
        value = values.get(columns[0])
        text = cells.text_of(value).strip()
        if not text:
            raise RowError(columns[0], value, "no id")
        if len(text) > LONGEST_ID:
            raise RowError(columns[0], text, f"id longer than {LONGEST_ID} characters")
        if not text.isprintable():
            raise RowError(columns[0], text, "control characters in the id")
        return text

    def _title(self, values: Mapping[str, object]) -> str:
        columns = self._of("title")
        value = values.get(columns[0])
        text = cells.one_line(cells.text_of(value))
        if not text:
            raise RowError(columns[0], value, "no title")
        if len(text) > LONGEST_TITLE:
            raise RowError(columns[0], text, f"title longer than {LONGEST_TITLE} characters")
        return text

    def _description(self, values: Mapping[str, object]) -> str:
        text = self._parsed(values, "description", lambda value: cells.plain(_paragraphs(value))) or ""
        return text if len(text) <= LONGEST_DESCRIPTION else text[: LONGEST_DESCRIPTION - 1].rstrip() + "…"

    def _price(self, values: Mapping[str, object]) -> tuple[Decimal | None, str]:
        amount, named = None, None
        for column in self._of("price"):
            value = values.get(column)
            if cells.is_absent(value):
                continue
            if isinstance(value, dict) and value.keys() <= MONEY:
                value = cells.text_of(value)  # {"amount": "12.99", "currency": "USD"}
            amount, named = _parse(column, value, lambda v: amounts.price(v, decimal_comma=self._map.decimal_comma))
            if amount or snake(column) not in SALE:  # a sale price of 0 means: no sale
                break
        return amount, self._currency(values, named)

    def _currency(self, values: Mapping[str, object], named: str | None) -> str:
        default = self._defaults.currency
        if named == "USD" and default in amounts.DOLLARS:
            named = None  # a bare $ in a shop that counts in another dollar
        column, value = self._first(values, "currency")
        code = named or (default if value is None else cells.text_of(value).strip().upper())
        code = amounts.SYMBOLS.get(code.lower(), code)
        if not re.fullmatch(r"[A-Z]{3}", code):
            raise RowError(column, value, "not a currency code")
        return code

    def _stock(self, values: Mapping[str, object]) -> int | None:
        count: int | None = self._parsed(values, "stock", amounts.whole)
        if count is not None:
            return count
        _, value = self._first(values, "availability")
        if value is None:
            return None
        text = cells.text_of(value).rpartition("/")[2].replace("_", " ").strip()
        if GONE.fullmatch(text):
            return 0
        return int(text) if text.isdecimal() and 1 < int(text) <= amounts.MOST else None

    def _images(self, values: Mapping[str, object]) -> tuple[str, ...]:
        found = [image for column in self._of("images") for image in cells.addresses(values.get(column))]
        if not found:
            found = list(self._parsed(values, "fallback_images", cells.addresses) or ())
        return tuple(dict.fromkeys(found))[:50]

    def _attributes(self, values: Mapping[str, object]) -> Attributes:
        found: dict[str, list[str]] = {}
        for column, value in values.items():
            target = self._target.get(column, "drop")
            if target == "attributes":
                pairs = _pairs(cells.unpacked(value) if isinstance(value, str) else value)
            elif target.startswith(ATTRIBUTE):
                pairs = _flat(target.removeprefix(ATTRIBUTE), value)
            else:
                continue
            for name, text in pairs:
                held = found.setdefault(name, []) if len(found) < MOST_ATTRIBUTES or name in found else []
                if text not in held and len(held) < MOST_VALUES:
                    held.append(text)
        return {name: tuple(texts) for name, texts in found.items()}


def _pairs(value: object) -> Iterator[tuple[str, str]]:
    """(name, value) of an object, or of a list of {name, value} objects."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _flat(attribute_name(str(name)[:LONGEST_NAME]), inner)
    elif isinstance(value, list | tuple):
        for part in value:
            if isinstance(part, dict) and (name := part.get("name") or part.get("key") or part.get("attribute_name")):
                yield from _flat(
                    attribute_name(str(name)[:LONGEST_NAME]),
                    part.get("value", part.get("values", part.get("attribute_value"))),
                )


def _flat(name: str, value: object) -> Iterator[tuple[str, str]]:
    """(name, text) for each value: lists give several; an object `name_key` each, but {value, unit} is one text."""
    if isinstance(value, str) and value[:1] in "[{":
        value = cells.unpacked(value)
    if isinstance(value, list | tuple):
        for part in value:
            yield from _flat(name, part)
    elif isinstance(value, dict) and not value.keys() <= {"value", "unit", "amount"}:
        for key, inner in value.items():
            yield from _flat(f"{name}_{snake(str(key))}"[:64], inner)
    elif text := cells.one_line(cells.text_of(value)):
        yield name, text[:LONGEST_VALUE].rstrip()


def _paragraphs(value: object) -> str:
    return "\n".join(map(cells.text_of, value)) if isinstance(value, list | tuple) else cells.text_of(value)


def _parse(column: str | None, value: object, parse: Callable[[object], T]) -> T:
    try:
        return parse(value)
    except BadCellError as bad:
        raise RowError(column, value, str(bad)) from None


def _check(column: str, value: object, longest: int) -> None:
    """No cell may be huge, hold NUL (Postgres cannot) or bytes that were not text."""
    if isinstance(value, dict | list | tuple):
        for part in value.values() if isinstance(value, dict) else value:
            _check(column, part, longest)
    elif isinstance(value, str):
        if len(value) > longest:
            raise RowError(column, value, f"cell of {len(value)} characters; at most {longest} are read")
        if "\x00" in value:
            raise RowError(column, value, "NUL character")
        if not value.isascii():
            _check_unicode(column, value)


def _check_unicode(column: str, value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError as bad:
        code = ord(value[bad.start])
        byte = f"byte 0x{code - 0xDC00:02x} is not valid text" if 0xDC80 <= code <= 0xDCFF else "half a character"
        raise RowError(column, value[max(0, bad.start - 20) :], f"broken encoding: {byte}") from None
