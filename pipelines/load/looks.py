"""What a column's values look like. Pure predicates over the values of a sample that are not blank."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from pipelines.load import amounts, cells

Values = Sequence[object]
FAR = datetime(9990, 1, 1, tzinfo=UTC)  # while guessing, any date is a date


def share(values: Values, good: Callable[[object], bool]) -> float:
    """Which part of the values is good, in [0, 1]."""
    return sum(1 for value in values if good(value)) / len(values) if values else 0.0


def mostly(parse: Callable[[object], object]) -> Callable[[Values], bool]:
    """Whether more than 7 of 10 values can be read so."""

    def reads(value: object) -> bool:
        try:
            parse(value)
        except amounts.BadCellError:
            return False
        return True

    return lambda values: share(values, reads) > 0.7


def address(value: object) -> bool:
    """A web address."""
    return bool(re.match(r"https?://\S+$", str(value)))


def ids(values: Values) -> bool:
    """All different, short, without spaces."""
    texts = [cells.text_of(value) for value in values]
    return len(set(texts)) == len(texts) and all(len(text) <= 64 and " " not in text for text in texts)


def titles(values: Values) -> bool:
    """Nearly all different, a few words each."""
    texts = [value for value in values if isinstance(value, str) and not address(value)]
    if len(texts) < 0.9 * len(values) or not texts:
        return False
    mean = sum(map(len, texts)) / len(texts)
    return 8 <= mean <= 160 and len(set(texts)) > 0.7 * len(texts) and share(texts, lambda text: " " in str(text)) > 0.6


def kinds(values: Values) -> bool:
    """Lists, or text with letters (a number is another shop's code for a category)."""
    return share(values, lambda value: isinstance(value, list) or bool(re.search(r"[^\W\d]", str(value)))) > 0.7


def structures(values: Values) -> bool:
    """Objects or lists, as such or written as text."""
    held = [cells.unpacked(value) if isinstance(value, str) else value for value in values[:50]]
    return all(isinstance(value, dict | list) for value in held)


def pictures(values: Values) -> bool:
    """Addresses of image files."""
    return share(values, lambda v: address(v) and bool(re.search(r"\.(jpe?g|png|webp|gif)\b", str(v), re.I))) > 0.7


def money(values: Values) -> bool:
    """Prices that show it by a currency sign or two decimals."""
    return prices(values) and share(values, lambda v: bool(re.search(r"[$€£¥₹]|\d[.,]\d\d\b", str(v)))) > 0.7


prices = mostly(amounts.price)
counts = mostly(amounts.whole)
ratings = mostly(amounts.stars)
dates = mostly(lambda value: amounts.moment(value, FAR))

LIKELY: Mapping[str, Callable[[Values], bool]] = {
    "id": ids,
    "title": titles,
    "price": prices,
    "category": kinds,
    "rating": ratings,
    "rating_count": counts,
    "stock": counts,
    "created_at": dates,
    "updated_at": dates,
    "description": lambda values: share(values, lambda value: isinstance(value, str)) > 0.7,
}
"""Field → what must hold of a column whose name only hints at it."""

TELLING: Mapping[str, Callable[[Values], bool]] = {
    "title": titles,
    "price": money,
    "images": pictures,
    "id": lambda values: ids(values) and not any(address(value) or isinstance(value, float) for value in values),
}
"""Field → what makes a column of unknown name that field, in the order they are looked for."""
