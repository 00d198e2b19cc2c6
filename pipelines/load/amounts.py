"""A cell that should be an amount: money, a count, stars, a date. Pure. `BadCellError` says what is wrong with it."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation

DECIMAL_COMMA = frozenset((
    "cs", "da", "de", "el", "es", "fi", "fr", "hr", "hu", "id", "it", "nb", "nl", "no", "pl", "pt", "ro", "ru", "sk",
    "sl", "sv", "tr", "uk", "vi",
))  # fmt: skip
"""Languages that write 12,50 (Unicode CLDR)."""
SYMBOLS = {"$": "USD", "us$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "zł": "PLN", "kr": "SEK",
           "₩": "KRW", "₽": "RUB", "₺": "TRY", "c$": "CAD", "ca$": "CAD",
           "a$": "AUD", "au$": "AUD", "r$": "BRL"}  # fmt: skip
DOLLARS = frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "TWD"})
LARGEST = Decimal(10) ** 10  # what numeric(14, 4) holds
MOST = 2**31 - 1

_WORD = r"([^\d.,+\-()]{0,6})"
_MONEY = re.compile(rf"{_WORD}([+-]?){_WORD}(\d[\d., '\u2019\u00a0\u202f]*|[.,]\d+)([^\d.,]{{0,8}})", re.ASCII)
_USUAL = re.compile(r"\d{1,9}\.\d\d")
_WHOLE_MARK = re.compile(r"[.,][-\u2013]$")  # 12,-
_STARS = re.compile(r"\s*(?:/\s*5(?:\.0)?|out of 5(?:\.0)?)?\s*(?:stars?|★+)?$", re.IGNORECASE)
_DAY = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})(.*)", re.DOTALL)


class BadCellError(ValueError):
    """The cell cannot be what its column says. The message is the reason in the rejects file."""


def price(value: object, *, decimal_comma: bool = False) -> tuple[Decimal, str | None]:
    """(amount, currency if the cell names it) from 12.5, "12.99 USD", "€ 1.234,56", "1 299,-"; 4 decimals are kept."""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return _amount(str(value)), None
    text = _short(value)
    if _USUAL.fullmatch(text):
        return Decimal(text), None
    found = _MONEY.fullmatch(_WHOLE_MARK.sub("", text))
    if not found:
        raise BadCellError("not finite" if _infinite(text) else "not a price")
    before, sign, between, digits, after = found.groups()
    amount = _amount(sign + _plain(digits, decimal_comma=decimal_comma))
    words = [word for word in (before.strip(), between.strip(), after.strip()) if word]
    if len(words) > 1:
        raise BadCellError("not a price")
    return amount, _currency_of(words[0]) if words else None


def _short(value: object) -> str:
    """The cell's text; no amount is long, and no pattern is to be tried on a novel."""
    return str(value).strip()[:100]


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise BadCellError("not a price") from None
    if not amount.is_finite():
        raise BadCellError("not finite")
    if amount < 0:
        raise BadCellError("negative price")
    if amount >= LARGEST:
        raise BadCellError("price too large")
    return amount if amount.as_tuple().exponent >= -4 else round(amount, 4)  # type: ignore[operator]


def _infinite(text: str) -> bool:
    return text.strip("+-").lower() in ("nan", "inf", "infinity")


def _currency_of(word: str) -> str:
    code = SYMBOLS.get(word.lower().replace(" ", "").rstrip("."))
    if code:
        return code
    if re.fullmatch(r"[A-Za-z]{3}", word):
        return word.upper()
    raise BadCellError("not a price")


def _plain(digits: str, *, decimal_comma: bool) -> str:
    """The digits of a number with `.` as the decimal mark and no grouping."""
    digits = re.sub(r"[\s'\u2019]", "", digits)
    comma, dot = digits.rfind(","), digits.rfind(".")
    if comma >= 0 and dot >= 0:
        mark = "," if comma > dot else "."
    else:
        mark = _lone_mark(digits, "," if comma >= 0 else ".", decimal_comma=decimal_comma)
    group = "." if mark == "," else ","
    if mark and digits.count(mark) > 1:
        raise BadCellError("not a price")
    return digits.replace(group, "").replace(mark or ".", ".") if mark else digits.replace(",", "").replace(".", "")


def _lone_mark(digits: str, mark: str, *, decimal_comma: bool) -> str:
    """Whether the only kind of mark in a number is its decimal mark (the mark) or groups thousands ("")."""
    tail = digits.rpartition(mark)[2]
    grouping = "." if decimal_comma else ","
    if digits.count(mark) > 1 or (mark == grouping and len(tail) == 3 and not digits.startswith(("0", mark))):
        if all(len(part) == 3 for part in digits.split(mark)[1:]):
            return ""
        raise BadCellError("not a price")
    return mark


def whole(value: object) -> int:
    """A count: 5, 5.0, "5", "1,000". Below zero (sold on backorder) is none left."""
    number = _number(value)
    if number != int(number):
        raise BadCellError("not a whole number")
    if number > MOST:
        raise BadCellError("too large")
    return max(0, int(number))


def stars(value: object) -> float:
    """A rating from 0 to 5: 4.5, "4,5", "4.5 out of 5 stars", "4.5/5"."""
    text = _STARS.sub("", _short(value))
    number = _number(text.replace(",", "."))
    if not 0 <= number <= 5:
        raise BadCellError("a rating lies between 0 and 5")
    return float(number)


def _number(value: object) -> Decimal:
    if isinstance(value, bool):
        raise BadCellError("not a number")
    text = _short(value)
    try:
        number = Decimal(re.sub(r"(?<=\d),(?=\d{3}\b)", "", text))
    except InvalidOperation:
        raise BadCellError("not a number") from None
    if not number.is_finite():
        raise BadCellError("not finite")
    return number


def moment(value: object, now: datetime) -> datetime:
    """A date between 1900 and five years from `now`: ISO 8601, 31.12.2024, 2024/12/31, epoch seconds or ms.

    UTC where no zone is given.
    """
    when = value if isinstance(value, datetime) else _parsed(value)
    try:
        when = when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except OverflowError:
        raise BadCellError("absurd date") from None
    if not datetime(1900, 1, 1, tzinfo=UTC) <= when <= now + timedelta(days=5 * 366):
        raise BadCellError("absurd date")
    return when


def _parsed(value: object) -> datetime:
    text = _short(value)
    try:
        if isinstance(value, int | float) or re.fullmatch(r"\d{9,13}(\.\d+)?", text):
            seconds = float(text)
            return datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC)
        day = _DAY.fullmatch(text)
        return datetime.fromisoformat(_iso(day) if day else text)
    except (ValueError, OverflowError, OSError):
        raise BadCellError("not a date" if not re.match(r"\d+-\d+-\d+", text) else "absurd date") from None


def _iso(day: re.Match[str]) -> str:
    first, mark, second, third, rest = day.groups()
    if len(first) == 4:
        year, month, date = first, second, third
    elif mark == "/" and int(first) <= 12:  # 12/31/2024; a first part above 12 can only be a day
        month, date, year = first, second, third
    else:
        date, month, year = first, second, third
    return f"{int(year):04}-{int(month):02}-{int(date):02}{rest}"
