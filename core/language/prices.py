"""Prices a shopper names: `under $50`, `between 20 and 30`, `€1.299,50 or less`, `around 40 bucks`. Pure.

With a currency the meaning is plain. A bare number (`under 50`) is read as a price only where nothing else is likely:
the catalogue has prices, the number lies among them, and no unit, count or age stands beside it.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from core.language.phrases import fold, listed
from core.language.vocabulary import Vocabulary

NUMBER = r"\d{1,3}(?:[.,]\d{3})+(?:[.,]\d{1,2})?|\d{1,9}(?:[.,]\d{1,2})?"
SIGN = r"(?:us ?)?[$€£¥₹]|(?:usd|eur|gbp|inr|jpy|cad|aud) ?"
NAMED = r" ?(?:[$€£¥₹]|(?:(?:us )?dollars?|bucks?|usd|euros?|eur|gbp|quid|rupees?|yen|inr|jpy|cad|aud)\b)"


def money(n: int) -> str:
    """Return the pattern of an amount whose parts are called sign, number, thousand and named, and `n`."""
    return rf"(?P<s{n}>{SIGN})? ?(?<![\d.,])(?P<n{n}>{NUMBER})(?P<k{n}>k\b)?(?![\d%])(?P<c{n}>{NAMED})?"


PRICED = r"(?P<priced>(?:the )?(?:price[ds]?|costs?|costing|budget)(?: (?:range|should be|is|of|at|tag))* )?"
BELOW = r"(?P<strong>under|below|beneath|(?:less|lower|cheaper|no more|not more) than|not over|budget(?: is| of)?)"
AT_MOST = r"(?P<weak>(?<!\d )for(?: only)?|up ?to|max(?:imum)?(?: of)?|at most|within|no higher than|not above)"
ABOVE = r"(?P<strong>over|above|more than|greater than|higher than)"
AT_LEAST = r"(?P<weak>at least|min(?:imum)?(?: of)?|starting (?:at|from)|upwards? of|no less than|not less than)"
NEAR = r"(?:around|about|approx(?:imately)?\.?|roughly|near(?:ly)?|close to|~|circa)"
OR_LESS = r" ?(?:or|and) (?:less|under|below|cheaper|lower)\b| ?max(?:imum)?\b| ?tops\b"
OR_MORE = r" ?(?:or|and) (?:more|up|above|over|higher)\b| ?min(?:imum)?\b| ?\+"

BETWEEN = re.compile(rf"(?<![\w-]){PRICED}(?:between|from) {money(1)} ?(?:and|to|-|\u2013|&) ?{money(2)}")
SPAN = re.compile(rf"(?<![\w.-]){PRICED}{money(1)} ?(?:-|\u2013|to) ?{money(2)}(?![\w-])")
UPPER = re.compile(rf"(?<![\w-]){PRICED}(?:{BELOW}|{AT_MOST}|<=?) ?{money(1)}(?:{OR_LESS})?")
LOWER = re.compile(rf"(?<![\w-]){PRICED}(?:{ABOVE}|{AT_LEAST}|>=?) ?{money(1)}(?:{OR_MORE})?")
UPPER_AFTER = re.compile(rf"(?<![\w.-]){PRICED}{money(1)}(?:{OR_LESS})")
LOWER_AFTER = re.compile(rf"(?<![\w.-]){PRICED}{money(1)}(?:{OR_MORE})")
SPOKEN = re.compile(rf"(?<![\w.-]){money(1)}(?<=bucks|.quid)")
AROUND = re.compile(rf"(?<![\w-]){PRICED}{NEAR} ?{money(1)}")

MUCH = 20  # an upper bound may be this many times the dearest price: it says "no matter"
NEXT = re.compile(
    r"(?P<glued>[\w'\"\u2033\u2032%/°:-])|\s*[\"\u2033]|\s*(?P<word>[^\W_][\w'-]*)(?: (?P<after>[^\W_][\w'-]*))?"
)
BEFORE = re.compile(r"([^\W\d_]+) $")
CONNECTORS = listed(
    """and but for with without that which please from by on only or not in preferably excluding except under below
    over above"""
)
UNITS = listed(
    """inch inches ft feet foot cm mm m meter meters metre metres yard yards yd yds mile miles km lb lbs pound
    pounds oz ounce ounces g gram grams kg kgs mg gb tb mb mp megapixel megapixels w watt watts kw v volt volts
    amp amps mah ah hz khz mhz ghz rpm psi btu cfm gpm gph gpf db decibel decibels degree degrees c f gallon
    gallons gal liter liters litre litres l ml qt quart quarts pint pints cup cups piece pieces pc pcs pack
    packs pk count ct sheet sheets page pages person people player players year years yr yrs yo month months mo
    day days hour hours hr hrs min mins minute minutes sec second seconds star stars calorie calories cal carb
    carbs percent spf lumen lumens kelvin nit nits fps dpi ppi bit bits core cores port ports way ways wide tall
    deep long high thick mph gauge ga grit ton tons hp horsepower thread threads tc sq square cu cubic acre
    acres ppm outlet outlets user users device devices point points dozen ingredients items units unit x by
    times plus pro size sized"""
)  # fmt: skip
WOMEN_AND_MEN = listed("womens mens ladies women men")
YOUNG = listed(
    """kid kids child children toddler toddlers baby babies boy boys girl girls infant infants teen teens age ages
    aged"""
)
GROWN = listed("women woman men man adults adult people seniors age ages aged moms dads")


class PriceRange(NamedTuple):
    """A price said in `text[start:end]`. `None` leaves that side open."""

    low: Decimal | None
    high: Decimal | None
    start: int
    end: int


def find_price(text: str, vocabulary: Vocabulary) -> tuple[PriceRange, ...]:
    """Return the price constraints of a cleaned text: one, or a lower and an upper bound; none when not sure."""
    for pattern, read in RANGES:
        for match in pattern.finditer(text):
            if is_price(match, text, vocabulary) and (found := read(match)) is not None:
                return (found,)
    bounds: list[PriceRange] = []
    for pattern, read in BOUNDS:
        found = next((read(m) for m in pattern.finditer(text) if is_price(m, text, vocabulary)), None)
        if found is not None and not any(found.start < b.end and b.start < found.end for b in bounds):
            bounds.append(found)
    low = next((b.low for b in bounds if b.low is not None), None)
    high = next((b.high for b in bounds if b.high is not None), None)
    impossible = high == 0 or (low is not None and high is not None and low > high)
    return () if impossible else tuple(bounds)


def amount(match: re.Match[str], n: int) -> Decimal:
    """Return amount `n` of a match. A mark before three last digits groups thousands."""
    digits = match[f"n{n}"]
    whole, mark, rest = digits, "", ""
    if found := re.search(r"[.,](\d{1,2})$", digits):
        whole, mark, rest = digits[: found.start()], ".", found[1]
    value = Decimal(re.sub(r"[.,]", "", whole) + mark + rest)
    return value * 1000 if match[f"k{n}"] else value


def has_currency(match: re.Match[str]) -> bool:
    """Whether any amount of the match says its currency."""
    return any(value for name, value in match.groupdict().items() if name[0] in "sc" and name[1:].isdigit())


def is_price(match: re.Match[str], text: str, vocabulary: Vocabulary) -> bool:
    """Whether the match is a price the catalogue can be held to."""
    if not vocabulary.priced:
        return False
    groups = match.groupdict()
    following = NEXT.match(text, match.end())
    if has_currency(match):
        return not (following and following["word"] == "off")
    trusted = groups.get("strong") or groups["priced"] or match[0].startswith("between")
    return bool(trusted) and is_plain(match, text, following, vocabulary)


def is_plain(match: re.Match[str], text: str, following: re.Match[str] | None, vocabulary: Vocabulary) -> bool:
    """Whether bare numbers stand where only a price makes sense."""
    numbers = [amount(match, n) for n in (1, 2) if f"n{n}" in match.re.groupindex]
    lowest, highest = vocabulary.prices[0], vocabulary.prices[-1] * (MUCH if match.re is UPPER else 1)
    if not any(lowest <= number <= highest for number in numbers):
        return False
    if match.re is BETWEEN and all(1900 <= number <= 2040 for number in numbers):  # years
        return False
    before = BEFORE.search(text, 0, match.start())
    if before and (before[1] in YOUNG if max(numbers) <= 18 else before[1] in GROWN and match.re is not UPPER):
        return False
    if following is None or following["word"] is None:
        return following is None
    return not following["glued"] and follows_price(match, following, vocabulary)


def follows_price(match: re.Match[str], following: re.Match[str], vocabulary: Vocabulary) -> bool:
    """Whether the word after a bare number leaves it a price: `under 50 for men`, not `under 5 inch`."""
    word, after = following["word"], following["after"]
    if word == "in":
        return after is not None
    if word in CONNECTORS:
        return True
    if word not in UNITS and match["priced"]:
        return True
    if word in UNITS or match.re is not UPPER or vocabulary.phrases.get(f"{match['n1']} {word}"):
        return False
    countable = word.endswith("s") and fold(word) not in WOMEN_AND_MEN
    return match["strong"] in ("under", "below", "cheaper than") and after is not None and not countable


def between(match: re.Match[str]) -> PriceRange | None:
    """Read two amounts in either order; `20-30k` shares the thousand."""
    low, high = amount(match, 1), amount(match, 2)
    if match["k2"] and not match["k1"] and low < high:
        low *= 1000
    return PriceRange(min(low, high), max(low, high), match.start(), match.end())


def around(match: re.Match[str]) -> PriceRange | None:
    """Read an amount as ±20 %; only with its currency, for `around 40` may be anything."""
    if not has_currency(match):
        return None
    value = amount(match, 1)
    return PriceRange(value * Decimal("0.8"), value * Decimal("1.2"), match.start(), match.end())


def at_most(match: re.Match[str]) -> PriceRange:
    """Read an upper bound."""
    return PriceRange(None, amount(match, 1), match.start(), match.end())


def at_least(match: re.Match[str]) -> PriceRange:
    """Read a lower bound."""
    return PriceRange(amount(match, 1), None, match.start(), match.end())


Reader = Callable[[re.Match[str]], PriceRange | None]
RANGES: tuple[tuple[re.Pattern[str], Reader], ...] = ((BETWEEN, between), (SPAN, between), (AROUND, around))
BOUNDS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], PriceRange]], ...] = (
    (UPPER, at_most),
    (UPPER_AFTER, at_most),
    (SPOKEN, at_most),
    (LOWER, at_least),
    (LOWER_AFTER, at_least),
)
