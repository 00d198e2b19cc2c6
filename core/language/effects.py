"""From what the rules found to what it does: chips, filters, exclusions, and which words leave the text. Pure."""

import re
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from core.catalog import CATEGORY_SEPARATOR, Filters, Frozen, Sort
from core.language.constraints import find_rating, find_sort, find_stock
from core.language.entities import Entity, topmost
from core.language.negation import Unwanted, find_unwanted, is_certain
from core.language.phrases import listed, terms, words
from core.language.prices import find_price
from core.language.vocabulary import Vocabulary

CUT = "\x02"  # stands where words were taken out: phrases end there; no cleaned query has it
LOOSE = listed("and but with for that is are which or in at from by please")
SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "CAD": "CA$", "AUD": "A$"}
SORT_LABELS: dict[Sort, str] = {
    "price_asc": "Cheapest first",
    "price_desc": "Most expensive first",
    "rating": "Best rated first",
    "newest": "Newest first",
    "popularity": "Most popular first",
    "relevance": "Best match first",
}


class Chip(Frozen):
    """One understood constraint, removable by the shopper (send `ignore=kind:value`)."""

    kind: str  # brand | category | attribute | price | rating | stock | exclude | sort
    label: str  # `Brand: Acme`
    value: str

    @property
    def id(self) -> str:
        """What `ignore` names it by."""
        return f"{self.kind}:{self.value}"


class Effect(NamedTuple):
    """A constraint read from `text[start:end]`. `put` takes the words' place; None leaves them."""

    chip: Chip
    start: int
    end: int
    filters: Mapping[str, Any] = {}
    exclude: Mapping[str, Any] = {}
    sort: Sort | None = None
    put: str | None = CUT


def said_outright(text: str, vocabulary: Vocabulary, off: Collection[str]) -> tuple[str, list[Effect]]:
    """Return rating, stock, order and price, which are said in so many words, and the text without them."""
    effects = []
    if "rating" not in off and (rating := find_rating(text, vocabulary)):
        chip = Chip(kind="rating", label=f"Rating: {rating.value}+", value=rating.value)
        effects.append(Effect(chip, rating.start, rating.end, {"rating_min": float(rating.value)}))
    if "stock" not in off and (stock := find_stock(text, vocabulary)):
        chip = Chip(kind="stock", label="In stock", value=stock.value)
        effects.append(Effect(chip, stock.start, stock.end, {"in_stock": True}))
    if "sort" not in off and (found := find_sort(text, vocabulary)):
        sort, said = found
        effects.append(Effect(Chip(kind="sort", label=SORT_LABELS[sort], value=sort), said.start, said.end, sort=sort))
    text = cut(text, effects)
    prices = price_effects(text, vocabulary) if "price" not in off else []
    return cut(text, prices), prices + effects


def price_effects(text: str, vocabulary: Vocabulary) -> list[Effect]:
    """Return one chip for the price, over all the places that say it."""
    found = find_price(text, vocabulary)
    if not found:
        return []
    low = next((price.low for price in found if price.low is not None), None)
    high = next((price.high for price in found if price.high is not None), None)
    value = f"{'' if low is None else plain(low)}..{'' if high is None else plain(high)}"
    chip = Chip(kind="price", label=price_label(low, high, vocabulary.currency), value=value)
    limits = {name: limit for name, limit in (("price_min", low), ("price_max", high)) if limit is not None}
    return [Effect(chip, price.start, price.end, limits) for price in found]


def price_label(low: Decimal | None, high: Decimal | None, currency: str) -> str:
    """Return a price range as a shopper reads it: `$20 to $30`, `Under $50`."""
    symbol = SYMBOLS.get(currency, f"{currency} ")
    if low is None:
        return f"Under {symbol}{plain(high or Decimal(0))}"
    if high is None:
        return f"Over {symbol}{plain(low)}"
    return f"{symbol}{plain(low)} \u2013 {symbol}{plain(high)}"


def plain(value: Decimal) -> str:
    """Return a number without needless zeros or exponent."""
    return f"{value.normalize():f}"


def refused(text: str, vocabulary: Vocabulary) -> list[Effect]:
    """Return what is not wanted."""
    return [refusal(item) for item in find_unwanted(text, words(text), vocabulary)]


def refusal(item: Unwanted) -> Effect:
    """Exclude by facts where those are complete, else by the words too."""
    chip = Chip(kind="exclude", label=f"Not: {item.words}", value=item.words)
    if item.free:
        chip = Chip(kind="exclude", label=f"{item.words.capitalize()} free", value=item.words)
        return Effect(chip, item.start, item.end, put=f" {item.words} free ")
    exclude: dict[str, Any] = {}
    for fact in item.facts:
        if fact.kind == "attribute":
            values = exclude.setdefault("attributes", {})
            values[fact.attribute] = (*values.get(fact.attribute, ()), fact.name)
        else:
            exclude[fact.kind] = (*exclude.get(fact.kind, ()), fact.name)
    if not is_certain(item.facts):
        exclude["terms"] = (item.words,)
    return Effect(chip, item.start, item.end, exclude=exclude)


def named(text: str, found: Iterable[Entity]) -> list[Effect]:
    """Return the filters of sure entities. Brand and category words stay: they rank, and are true of every result."""
    places = words(text)
    return [sure_entity(entity, places[entity.first].start, places[entity.last - 1].end) for entity in found]


def sure_entity(entity: Entity, start: int, end: int) -> Effect:
    """Filter by one entity."""
    first = entity.values[0]
    if entity.kind == "brand":
        chip = Chip(kind="brand", label=f"Brand: {first}", value=first)
        return Effect(chip, start, end, {"brand": entity.values}, put=f" {' '.join(terms(first))} ")
    if entity.kind == "category":
        chip = Chip(kind="category", label=f"Category: {first.rsplit(CATEGORY_SEPARATOR, 1)[-1]}", value=first)
        return Effect(chip, start, end, {"category": topmost(entity.values)}, put=None)
    label = entity.attribute.replace("_", " ").strip().capitalize()
    chip = Chip(kind="attribute", label=f"{label}: {first}", value=f"{entity.attribute}={first}")
    return Effect(chip, start, end, {"attributes": {entity.attribute: entity.values}})


def preferred(found: Iterable[Entity]) -> Filters:
    """Return what entities that are not sure would like to see."""
    return Filters(**merged(sure_entity(entity, 0, 0).filters for entity in found))


def merged(parts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Join filters: alternatives of one field together, one number a field."""
    result: dict[str, Any] = {}
    for part in parts:
        for name, value in part.items():
            if isinstance(value, tuple):
                result[name] = tuple(dict.fromkeys((*result.get(name, ()), *value)))
            elif isinstance(value, dict):
                result[name] = merged([result.get(name, {}), value])
            else:
                result[name] = value
    return result


def cut(text: str, effects: Iterable[Effect]) -> str:
    """Return the text with the words of each effect taken out or replaced."""
    for effect in sorted(effects, key=lambda e: (-e.start, -e.end)):
        if effect.put is not None:
            text = f"{text[: effect.start]}{effect.put}{text[effect.end :]}"
    return text


def tidy(text: str) -> str:
    """Return a text that was cut, single-spaced, without the joining words left hanging at the cuts."""
    parts = []
    for part in text.split(CUT):
        left = part.strip(" ,;").split(" ")
        while left and left[-1] in LOOSE:
            left.pop()
        while left and left[0] in LOOSE:
            left.pop(0)
        parts.extend(left)
    return re.sub(r"\s+", " ", " ".join(parts)).strip(" ,;")


def replace_words(text: str, changes: Mapping[str, str]) -> str:
    """Return the text with whole words replaced."""
    for word in reversed(words(text)):
        if word.text in changes:
            text = f"{text[: word.start]}{changes[word.text]}{text[word.end :]}"
    return text
