"""One pass over a catalogue, counting what its vocabulary is made of. Memory stays bounded whatever comes."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from heapq import heappush, heappushpop
from itertools import pairwise

from core.catalog import CATEGORY_SEPARATOR, Product
from core.language.phrases import key, singular, terms

MAX_TERMS = 400_000
MAX_PHRASES = 600_000
MAX_PAIRS = 500_000
MAX_BRANDS = 100_000
MAX_CATEGORIES = 20_000
MAX_VALUES = 300  # distinct values of an attribute; with more it is free text, not a facet
MAX_ATTRIBUTES = 6_000
MAX_VALUE_CHARS = 40
MAX_TITLES = 20_000
PRICE_SAMPLE = 20_000
DESCRIPTION_CHARS = 600

HEAD_STOP = re.compile(r"\s[-\u2013\u2014|]\s|[,(/:;\[]|\s(?:with|for|in|by|from|of|and|w)\s", re.IGNORECASE)
NUMBER = re.compile(r"[\d.,\s%/x-]+")


class Tally:
    """Counts with a bound: when too many are held the rarest go (lossy counting, Manku & Motwani 2002)."""

    def __init__(self, cap: int) -> None:
        self.counts: Counter[str] = Counter()
        self._cap = cap
        self._floor = 0

    def add(self, items: Iterable[str]) -> None:
        """Count each item once more."""
        self.counts.update(items)
        self._prune()

    def add_one(self, item: str) -> None:
        """Count one item once more."""
        self.counts[item] += 1
        self._prune()

    def _prune(self) -> None:
        while len(self.counts) > self._cap:
            self._floor += 1
            self.counts = Counter({item: n for item, n in self.counts.items() if n > self._floor})


class Facts:
    """How often brands, category nodes or values are carried, and how often also said in the title."""

    def __init__(self, cap: int) -> None:
        self.carried = Tally(cap)
        self.said = Tally(cap)

    def add(self, name: str, *, said: bool) -> None:
        """Count one product that carries `name`, and whether its own title says so."""
        self.carried.add_one(name)
        if said:
            self.said.add_one(name)


class Counting:
    """Everything counted so far. Feed it products, then hand it to `Vocabulary.from_counts`."""

    def __init__(self) -> None:
        self.products = self.priced = self.rated = self.stocked = 0
        self.terms = Tally(MAX_TERMS)  # products whose text has the word
        self.titles = Tally(MAX_TERMS)  # products whose title has the word
        self.phrases = Tally(MAX_PHRASES)  # products whose title has the two or three words in a row
        self.heads = Tally(MAX_TERMS // 4)  # last word of a title's head: what the thing is
        self.makes = Tally(MAX_PAIRS)  # products of a brand whose title has the word
        self.covers = Tally(MAX_PAIRS)  # products of a category node that have the attribute
        self.brands = Facts(MAX_BRANDS)
        self.categories = Facts(MAX_CATEGORIES)
        self.values: dict[str, Facts | None] = {}  # by attribute; None: free text
        self.attributes: Counter[str] = Counter()
        self.currencies: Counter[str] = Counter()
        self.prices: list[float] = []
        self.best: list[tuple[int, int, str, str]] = []  # heap of (ratings, -order, id, title)
        self._keys: dict[str, str] = {}

    def add(self, product: Product) -> None:
        """Count one product."""
        self.products += 1
        title = terms(product.title)
        said = f" {key(title)} "
        self.titles.add(set(title))
        self.terms.add({*title, *terms(product.description[:DESCRIPTION_CHARS]), *self._facet_terms(product)})
        self.phrases.add(map(" ".join, set(pairwise(title))))
        self.phrases.add(map(" ".join, set(zip(title, title[1:], title[2:], strict=False))))
        self.heads.add(head(product.title))
        if product.brand:
            self.brands.add(product.brand, said=self._key(product.brand) in said)
            self.makes.add({pair(product.brand, singular(word)) for word in title if word.isalpha() and len(word) > 2})
        for depth in range(1, len(product.category) + 1):
            path = CATEGORY_SEPARATOR.join(product.category[:depth])
            self.categories.add(path, said=self._key(product.category[depth - 1]) in said)
            self.covers.add(pair(path, name) for name in product.attributes)
        self._add_attributes(product, said)
        self._add_numbers(product)

    def _facet_terms(self, product: Product) -> list[str]:
        short = (value for values in product.attributes.values() for value in values if len(value) <= MAX_VALUE_CHARS)
        return terms(" ".join((product.brand or "", *product.category, *short)))

    def _add_attributes(self, product: Product, said: str) -> None:
        for name, values in product.attributes.items():
            if name not in self.values and len(self.values) >= MAX_ATTRIBUTES:
                continue
            self.attributes[name] += 1
            if name not in self.values:
                self.values[name] = Facts(MAX_VALUES + 1)
            facts = self.values[name]
            if facts is None:
                continue
            for value in values:
                if len(value) <= MAX_VALUE_CHARS:
                    facts.add(value, said=self._key(value) in said)
            if len(facts.carried.counts) > MAX_VALUES or facts.carried._floor:
                self.values[name] = None

    def _add_numbers(self, product: Product) -> None:
        if product.price is not None:
            self.currencies[product.currency] += 1
            # A systematic sample: its stride doubles when full, so the catalogue is covered evenly.
            stride = 1 << max(0, (self.priced // PRICE_SAMPLE).bit_length())
            if self.priced % stride == 0:
                self.prices.append(float(product.price))
            self.priced += 1
        self.rated += product.rating is not None
        self.stocked += product.stock is not None
        item = (product.rating_count, -self.products, product.id, product.title)
        if len(self.best) < MAX_TITLES:
            heappush(self.best, item)
        else:
            heappushpop(self.best, item)

    def _key(self, text: str) -> str:
        """Return ` key ` of a facet's text, remembered because facets repeat."""
        found = self._keys.get(text)
        if found is None:
            if len(self._keys) > MAX_BRANDS:
                self._keys.clear()
            found = self._keys[text] = f" {key(terms(text)) or '?'} "
        return found


def pair(name: str, other: str) -> str:
    """Return the key of two things that occur together."""
    return f"{name}\t{other}"


def head(title: str) -> list[str]:
    """Return the word that says what the thing is, as a list of none or one: `Door Chime Kit in White` → `kit`."""
    first = HEAD_STOP.split(title, maxsplit=1)[0]
    found = [singular(word) for word in terms(first) if word.isalpha() and len(word) > 2]
    return found[-1:]


def is_numeric(value: str) -> bool:
    """Whether a value is digits and signs only, which says nothing without its attribute's name."""
    return NUMBER.fullmatch(value) is not None


def top(counts: Mapping[str, int], cap: int) -> dict[str, int]:
    """Return the `cap` largest counts, largest first, ties by name."""
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:cap])


def quantiles(prices: list[float]) -> tuple[float, ...]:
    """Return the prices at 0, 5, 25, 50, 75, 95 and 100 %."""
    ordered = sorted(prices)
    return tuple(ordered[round(share * (len(ordered) - 1))] for share in (0, 0.05, 0.25, 0.5, 0.75, 0.95, 1) if ordered)
