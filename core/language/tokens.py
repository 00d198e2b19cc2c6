"""Text → tokens. One analyzer for index and query: pure, so equal texts always give equal tokens."""

import html
import re
import unicodedata
from functools import lru_cache

import Stemmer

MAX_TOKEN = 40  # characters; longer runs are noise (hashes, data URIs), cut rather than kept whole

_TAG = re.compile(r"<[a-zA-Z/!][^<>]{0,300}>")
_QUOTES = str.maketrans(
    {"\u2019": "'", "\u2018": "'", "\u2032": "'", "\u201d": '"', "\u201c": '"', "\u2033": '"', "\u00d7": "x"}
)

UNITS: dict[str, tuple[str, ...]] = {
    "inch": ("inches", "inch", "in"),
    "ft": ("feet", "foot", "ft"),
    "yd": ("yards", "yard", "yd"),
    "mm": ("millimeters", "millimeter", "mm"),
    "cm": ("centimeters", "centimeter", "cm"),
    "sqft": ("square feet", "square foot", "sq ft", "sqft"),
    "cuft": ("cubic feet", "cubic foot", "cu ft", "cuft"),
    "oz": ("ounces", "ounce", "oz"),
    "lb": ("pounds", "pound", "lbs", "lb"),
    "kg": ("kilograms", "kilogram", "kgs", "kg"),
    "gal": ("gallons", "gallon", "gals", "gal"),
    "qt": ("quarts", "quart", "qts", "qt"),
    "ml": ("milliliters", "millilitres", "ml"),
    "pk": ("packs", "pack", "pk"),
    "pc": ("pieces", "piece", "pcs", "pc"),
    "ct": ("count", "ct"),
    "tb": ("terabytes", "terabyte", "tb"),
    "gb": ("gigabytes", "gigabyte", "gigs", "gig", "gb"),
    "mb": ("megabytes", "megabyte", "mb"),
    "ghz": ("gigahertz", "ghz"),
    "mhz": ("megahertz", "mhz"),
    "hz": ("hertz", "hz"),
    "watt": ("watts", "watt", "w"),
    "volt": ("volts", "volt", "v"),
    "amp": ("amperes", "ampere", "amps", "amp", "a"),
    "mah": ("mah",),
    "mp": ("megapixels", "megapixel", "mp"),
    "hp": ("horsepower", "hp"),
    "ga": ("gauge", "ga"),
}
"""Canonical unit → how it is written after a number, `16gb`, `16 GB`, `16-gigabyte`."""

_UNIT_OF = {spelling: unit for unit, spellings in UNITS.items() for spelling in spellings}
_SPELLED = "|".join(re.escape(s).replace(r"\ ", r"\.?[ -]") for s in sorted(_UNIT_OF, key=len, reverse=True))
_MEASURE = re.compile(rf"(?<![a-z0-9.])(\d*\.?\d+)[ -]?(?!in 1\b)({_SPELLED})(?![a-z0-9])\.?")
_INCH = re.compile(r"(\d) ?(?:''|\")")
_FOOT = re.compile(r"(\d)'(?=x?\d|[^a-z0-9]|$)")
_MIXED = re.compile(r"(?<![\w./-])(?:(\d{1,3})[ -])?(\d{1,2})/(\d{1,3})(?![\w/])")
_BY = re.compile(r"(?<=\d)((?: *(?:inch|in|ft|mm|cm)\.?)?) *x *(?=\.?\d)")
_THOUSANDS = re.compile(r"(?<![\d,])(\d{1,3}(?:,\d{3})+)(?![\d,])")
_TOKEN = re.compile(r"\d*\.\d+|[^\W_]+(?:'[^\W_]+)*(?:[-/][^\W_]+)*")
_DECIMAL = re.compile(r"\d*\.\d+")
_DASHED = re.compile(r"[-/]")

_HEAD_ENDS = re.compile(
    r"[,;:(|]| [-\u2013\u2014] |(?<!\d )\b(?:for|with|w/|compatible|featuring|includes|by|in)\b", re.IGNORECASE
)

STOP_WORDS = frozenset({
    "a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "has", "have", "i", "if", "in", "into", "is",
    "it", "its", "my", "of", "on", "or", "that", "the", "their", "then", "there", "these", "they", "this", "to",
    "was", "with", "w",
})  # fmt: skip

ABBREVIATIONS = {"tv": "television", "tvs": "televisions", "&": "and"}


def normalize(text: str) -> str:
    """Fold case, accents, quotes, markup, units, fractions and dimensions to one written form."""
    if "<" in text:
        text = _TAG.sub(" ", text)
    if "&" in text:
        text = html.unescape(text)
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.translate(_QUOTES))
        text = "".join(c for c in text if not unicodedata.combining(c))
    text = text.lower().translate(_QUOTES)
    if not any(c.isdigit() for c in text):
        return text
    text = _THOUSANDS.sub(lambda m: m[1].replace(",", ""), text)
    text = _INCH.sub(r"\1 inch ", _FOOT.sub(r"\1 ft ", text))
    text = _MIXED.sub(_decimal, text)
    text = _BY.sub(r"\1 ", text)
    return _MEASURE.sub(_measure, text)


def words(text: str) -> list[str]:
    """Surface tokens in order, unstemmed, stop words kept: what spelling and highlighting look at."""
    found: list[str] = []
    for token in _TOKEN.findall(normalize(text)):
        found.extend(_split(token[: 4 * MAX_TOKEN]))
    return found


def analyze(text: str) -> list[str]:
    """The tokens an index keeps and a query asks for: stemmed, without stop words unless nothing else is left."""
    surface = words(text)
    kept = [stem(word) for word in surface if word not in STOP_WORDS]
    return kept or [stem(word) for word in surface]


def head(title: str) -> str:
    """The part of a title that names the thing: up to the first comma, bracket, dash, "for" or "with"."""
    found = _HEAD_ENDS.search(title, 1)
    return title[: found.start()] if found else title


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Snowball English (Porter 2); tokens holding a digit or other script are left alone."""
    if not word.isascii() or not word.isalpha():
        return word
    return str(_stemmer().stemWord(word))


@lru_cache(maxsize=1)
def _stemmer() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("english")


def _decimal(match: re.Match[str]) -> str:
    """`1-1/4` → `1.25`, `3/4` → `0.75`; what is no fraction (`9/11/01`, `3/0`) stays."""
    whole, numerator, denominator = int(match[1] or 0), int(match[2]), int(match[3])
    if not 0 < numerator < denominator or denominator > 64:
        return match[0]
    return f"{whole + numerator / denominator:.4f}".rstrip("0")


def _measure(match: re.Match[str]) -> str:
    return f" {match[1]} {_UNIT_OF[re.sub(r'[. -]+', ' ', match[2])]} "


def _split(token: str) -> list[str]:
    """One lexical run → tokens: decimals made canonical, possessives folded, dashed model numbers also joined."""
    if _DECIMAL.fullmatch(token):
        return [f"{float(token):.4f}".rstrip("0").rstrip(".")]
    token = token.replace("'", "")
    parts = [part[:MAX_TOKEN] for part in _DASHED.split(token)]
    if len(parts) > 1 and _is_model_number(parts):
        return [*parts, "".join(parts)[:MAX_TOKEN]]
    return parts


def _is_model_number(parts: list[str]) -> bool:
    """`ps-lx350h`, `cli-8`, `010-10609-00`; not `wi-fi`, `20-space`, `24-36`."""
    joined = "".join(parts)
    if len(joined) < 4 or not any(c.isdigit() for c in joined):
        return False
    if joined.isdigit():
        return len(joined) >= 7
    return not (parts[0].isdigit() and all(part.isalpha() for part in parts[1:]))
