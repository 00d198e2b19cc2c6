"""What is said outright besides the price: `4+ stars`, `in stock`, `cheapest first`. Pure.

Each is read only where the catalogue holds the fact, and not where the words are part of a product's own name.
"""

import re
from typing import NamedTuple

from core.catalog import Sort
from core.language.vocabulary import Vocabulary

N = r"(?P<n>[1-5](?:[.,]\d)?)(?![\d.])"
STARS = r" ?-?stars?\b"
OR_MORE = r"(?: ?(?:and|or|&) (?:up|above|more|higher|over|better|greater)\b)"
LEAST = r"(?:at least|minimum(?: of)?|min|over|above|more than|higher than|greater than|>=?)"
RATED = r"(?:rated|ratings?|reviews?|customer rating)(?: (?:is|of|at|with|be))*"
RATING = re.compile(
    rf"(?<![\w.$€£-])(?:"
    rf"(?:with |{RATED} ?)?(?:{LEAST} )?{N} ?\+{STARS}(?: (?:ratings?|reviews?))?"
    rf"|{N.replace('<n>', '<n2>')}{STARS}(?: (?:ratings?|reviews?))?{OR_MORE}"
    rf"|(?:with |{RATED} ?)?{LEAST} {N.replace('<n>', '<n3>')}{STARS}(?: (?:ratings?|reviews?))?"
    rf"|{RATED} (?:{LEAST} )?{N.replace('<n>', '<n4>')}(?: ?\+)?(?:{STARS}(?:{OR_MORE})?|{OR_MORE}|(?! ?[\w%]))"
    rf")"
)

STOCK = re.compile(
    r"(?<![\w-])(?:(?:(?:that|which) (?:is|are) |currently |available )?in[ -]stock(?: (?:now|only|items?))?"
    r"|available (?:now|today))(?![\w-])"
)
NOT_IN = re.compile(r"(?:\bnot|\bisnt|\bisn't|\bno longer) $")

ORDERS: dict[Sort, str] = {
    "price_desc": r"(?:the )?most expensive|priciest|price (?:high to low|desc(?:ending)?)|highest price",
    "price_asc": r"(?:the )?(?:cheap(?:est)?|lowest[ -]price[ds]?|least expensive)|price low to high",
    "rating": r"(?:the )?(?:best|top|highest|highly|better)[ -](?:customer )?(?:rated|ratings?|reviewed|reviews)",
    "newest": r"(?:the )?(?:newest|latest|most recent)|new arrivals?|just released",
    "popularity": r"(?:the )?(?:most|more) popular|(?:best|top)[ -]?sell(?:ing|ers?)|trending",
}
SORTS = {
    sort: re.compile(rf"(?<![\w-])(?:(?:sort|order)(?:ed)? by )?(?:{words})(?: first)?(?![\w-])")
    for sort, words in ORDERS.items()
}
SHORT = 7  # words
LAST_WORD = re.compile(r"[^\W_]+$")
NEXT_WORD = re.compile(r"[ -]([^\W_]+)")
PREVIOUS_WORD = re.compile(r"([^\W_]+)[ -]$")


class Said(NamedTuple):
    """A number at least, or a name, and the part of the text that said it."""

    value: str
    start: int
    end: int


def find_rating(text: str, vocabulary: Vocabulary) -> Said | None:
    """Return the least rating asked for, 1 to 5. `5 star hotel` names a thing and asks for nothing."""
    match = RATING.search(text) if vocabulary.rated else None
    if match is None:
        return None
    said = next(value for value in match.groups() if value)
    value = float(said.replace(",", "."))
    return Said(f"{value:g}", match.start(), match.end()) if 1 <= value <= 5 else None


def find_stock(text: str, vocabulary: Vocabulary) -> Said | None:
    """Return whether only what can be had now is wanted."""
    match = STOCK.search(text) if vocabulary.stocked else None
    if match is None or NOT_IN.search(text, 0, match.start()):
        return None
    return Said("true", match.start(), match.end())


def find_sort(text: str, vocabulary: Vocabulary) -> tuple[Sort, Said] | None:
    """Return the order asked for, if the catalogue can be put in it."""
    possible = {"price_asc": vocabulary.priced, "price_desc": vocabulary.priced, "rating": vocabulary.rated}
    for sort, pattern in SORTS.items():
        match = pattern.search(text)
        if (
            match
            and is_order(text, match)
            and possible.get(sort, vocabulary.products)
            and not is_name(text, match, vocabulary)
        ):
            return sort, Said(sort, match.start(), match.end())
    return None


def is_order(text: str, match: re.Match[str]) -> bool:
    """Whether the words ask for an order: at an end of the query or in a short one. Amid a sentence they describe."""
    return match.start() == 0 or match.end() == len(text) or text.count(" ") < SHORT


def is_name(text: str, match: re.Match[str], vocabulary: Vocabulary) -> bool:
    """Whether titles have these words beside the query's next or previous word: `Cheap Trick`, `the latest fashion`."""
    first, last = match[0].split()[0], LAST_WORD.search(match[0])
    following, previous = NEXT_WORD.match(text, match.end()), PREVIOUS_WORD.search(text, 0, match.start())
    beside = [f"{last[0]} {following[1]}"] if last and following else []
    beside += [f"{previous[1]} {first}"] if previous else []
    return any(vocabulary.phrases.get(phrase) for phrase in beside)
