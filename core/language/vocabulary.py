"""What the catalogue's own words mean: built with the index, read by every rule of understanding."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, NamedTuple

import orjson

from core.catalog import CATEGORY_SEPARATOR, Product
from core.errors import IndexCorruptError
from core.language.completions import Completions, Named
from core.language.counting import Counting, Facts, is_numeric, pair, quantiles, top
from core.language.phrases import UNIT_OF, key, listed, singular, terms
from core.language.tokens import STOP_WORDS

VERSION = 1
KEPT_TERMS = 200_000
KEPT_PHRASES = 150_000
KEPT_HEADS = 20_000
KEPT_PAIRS = 200_000
MAX_NAME = 6  # words; nobody types a longer name
MIN_CARRIED = 3  # titles a phrase must be in to be suggested
TYPES = frozenset({"type", "product_type", "item_type"})
TYPE_SHARE = 0.3  # of the titles with a word, those headed by it, from which it says what a thing is
FRAGMENT = 0.7  # share of a phrase's titles that one word before it may have; above, the phrase begins too late
MIN_COVERAGE = 0.001  # of all products must have an attribute for its values to be worth knowing
SAYS_NOTHING = frozenset(
    {"true", "false", "yes", "no", "y", "n", "none", "other", "unknown", "unspecified", "various", "all"}
)
SIZE_WORDS = frozenset({"size", "sizes"})
LITERALS = listed("no not without non under over below above between less more cheap top best newest latest in free")
"""Words that rules give a meaning to. Title phrases that have them are all kept, as evidence against the rule."""


class Fact(NamedTuple):
    """A named thing of the catalogue: a brand, a category node (its path), or a value of an attribute."""

    kind: str  # brand | category | attribute
    name: str  # as the catalogue writes it
    attribute: str  # of a value; else empty
    carried: int  # products that carry it
    said: int  # of those, products whose own title says it
    mentions: int  # products whose title says it, carried or not

    @property
    def purity(self) -> float:
        """Of the titles that say it, the share that carry it. Near 1, a filter loses nothing the words would find."""
        return min(1.0, self.said / self.mentions) if self.mentions else 1.0


class Title(NamedTuple):
    """A product worth suggesting by name."""

    product_id: str
    text: str
    weight: int


@dataclass(frozen=True)
class Vocabulary:
    """The catalogue's words, names and numbers. Immutable; every look-up is a dictionary access."""

    products: int = 0
    terms: Mapping[str, int] = field(default_factory=dict)  # word → products whose text has it
    titles: Mapping[str, int] = field(default_factory=dict)  # word → products whose title has it
    phrases: Mapping[str, int] = field(default_factory=dict)  # two or three words in a row → titles that have them
    heads: Mapping[str, int] = field(default_factory=dict)  # product-type nouns, singular → titles headed by them
    makes: Mapping[str, int] = field(default_factory=dict)  # brand and title word (see `counting.pair`) → products
    covers: Mapping[str, int] = field(default_factory=dict)  # category path and attribute → products
    facts: tuple[Fact, ...] = ()
    attributes: Mapping[str, int] = field(default_factory=dict)  # facet → products that have it
    best: tuple[Title, ...] = ()  # most rated first
    prices: tuple[float, ...] = ()  # quantiles at 0, 5, 25, 50, 75, 95 and 100 %
    priced: int = 0
    rated: int = 0
    stocked: int = 0
    currency: str = "USD"

    @cached_property
    def _index(self) -> dict[str, list[int]]:
        index: dict[str, list[int]] = defaultdict(list)
        for at, fact in enumerate(self.facts):
            for name in names(fact):
                index[name].append(at)
        return dict(index)

    @cached_property
    def _nouns(self) -> frozenset[str]:
        leaves = (terms(fact.name.rsplit(CATEGORY_SEPARATOR, 1)[-1]) for fact in self.facts if fact.kind == "category")
        return frozenset(singular(leaf[-1]) for leaf in leaves if leaf)

    @cached_property
    def _starts(self) -> dict[str, int]:
        starts: dict[str, int] = defaultdict(int)
        for name in self._index:
            first = name.split(" ", 1)[0]
            starts[first] = max(starts[first], name.count(" ") + 1)
        return dict(starts)

    def longest(self, word: str) -> int:
        """Words in the longest name that begins with this word; 0 when none does."""
        return max(self._starts.get(word, 0), self._starts.get(singular(word), 0))

    def named(self, words: Sequence[str]) -> tuple[Fact, ...]:
        """Return the facts called so, most carried first: brands to the letter, other things in singular or plural."""
        exact, folded = " ".join(words), key(words)
        facts = [self.facts[at] for at in self._index.get(folded, ())]
        found = [fact for fact in facts if fact.kind != "brand" or exact == folded]
        if exact != folded:
            brands = (self.facts[at] for at in self._index.get(exact, ()))
            found = [*(fact for fact in brands if fact.kind == "brand"), *found]
        return tuple(found)

    def coverage(self, attribute: str, categories: Sequence[Fact]) -> float:
        """Return the share of products, in these category nodes or else in all, that have the attribute."""
        if not categories:
            return self.attributes.get(attribute, 0) / max(1, self.products)
        covered = sum(self.covers.get(pair(fact.name, attribute), 0) for fact in categories)
        return covered / max(1, sum(fact.carried for fact in categories))

    def known(self, word: str) -> bool:
        """Whether the catalogue's text has this word, in singular or plural."""
        return word in self.terms or singular(word) in self.terms or f"{word}s" in self.terms

    def is_head(self, word: str) -> bool:
        """Whether products are called by this noun: several titles are headed by it, or a category ends in it."""
        noun = singular(word)
        return self.heads.get(noun, 0) >= MIN_CARRIED or noun in self._nouns

    @cached_property
    def completions(self) -> dict[str, Completions]:
        """What typing can be completed to, by kind: `query`, `category`, `brand`, `product`. Built at the first use."""
        named = {
            kind: [Named(f.name, f.carried) for f in self.facts if f.kind == kind] for kind in ("category", "brand")
        }
        products = (Named(title.text, title.weight, title.product_id) for title in self.best)
        return {
            "query": Completions(self._queries()),
            "category": Completions(named["category"], lambda path: path.rsplit(CATEGORY_SEPARATOR, 1)[-1]),
            "brand": Completions(named["brand"]),
            "product": Completions(products),
        }

    def _queries(self) -> list[Named]:
        """Phrases of titles that end in what a thing is called and do not begin in the middle of something."""
        longer: dict[str, int] = defaultdict(int)  # of two words, the most that one word before them is seen
        for phrase, count in self.phrases.items():
            if phrase.count(" ") == 2:
                pair_of = phrase.split(" ", 1)[1]
                longer[pair_of] = max(longer[pair_of], count)
        found: dict[str, Named] = {}
        for phrase, count in [*self.heads.items(), *self.phrases.items()]:
            parts = phrase.split(" ")
            start = " ".join(parts[:2])
            broken = len(parts) > 1 and longer[start] >= FRAGMENT * self.phrases.get(start, count)
            if count >= MIN_CARRIED and not broken and is_name(parts) and self._is_type(parts[-1]):
                found.setdefault(key(parts), Named(phrase, count))
        for fact in self.facts:
            if fact.attribute in TYPES and fact.carried >= MIN_CARRIED:
                found[key(terms(fact.name))] = Named(fact.name, fact.carried)
        return list(found.values())

    def _is_type(self, word: str) -> bool:
        """Whether a word mostly says what a thing is: it heads many of the titles that have it."""
        noun = singular(word)
        titles = self.titles.get(noun, 0) + self.titles.get(f"{noun}s", 0)
        return noun in self._nouns or self.heads.get(noun, 0) >= max(MIN_CARRIED, TYPE_SHARE * titles)

    @classmethod
    def of(cls, products: Iterable[Product]) -> "Vocabulary":
        """Count a stream of products once and keep what is worth knowing."""
        counting = Counting()
        for product in products:
            counting.add(product)
        return cls.from_counts(counting)

    @classmethod
    def from_counts(cls, counting: Counting) -> "Vocabulary":
        """Return the vocabulary of what was counted."""
        said_in_titles = title_mentions(counting)
        brands = make_facts("brand", "", counting.brands, said_in_titles)
        categories = make_facts("category", "", counting.categories, said_in_titles)
        facets = useful(counting)
        values = [
            fact
            for name in facets
            for fact in make_facts("attribute", name, facets[name], said_in_titles)
            if fact.name.lower() not in SAYS_NOTHING
        ]
        return cls(
            products=counting.products,
            terms=top(counting.terms.counts, KEPT_TERMS),
            titles=top(counting.titles.counts, KEPT_TERMS),
            phrases=top({p: n for p, n in counting.phrases.counts.items() if n > 1 or is_literal(p)}, KEPT_PHRASES),
            heads=top(counting.heads.counts, KEPT_HEADS),
            makes=top(counting.makes.counts, KEPT_PAIRS),
            covers={p: n for p, n in top(counting.covers.counts, KEPT_PAIRS).items() if p.split("\t")[1] in facets},
            facts=tuple(sorted([*brands, *categories, *values], key=lambda f: (-f.carried, f))),
            attributes={name: counting.attributes[name] for name in sorted(facets)},
            best=tuple(Title(id_, text, n) for n, _, id_, text in sorted(counting.best, reverse=True)),
            prices=quantiles(counting.prices),
            priced=counting.priced,
            rated=counting.rated,
            stocked=counting.stocked,
            currency=max(sorted(counting.currencies.items()), key=lambda c: c[1], default=("USD", 0))[0],
        )

    def to_json(self) -> bytes:
        """Return it as compact JSON."""
        return orjson.dumps(
            {"version": VERSION, **{f.name: getattr(self, f.name) for f in fields(self)}}, default=tuple
        )

    @classmethod
    def from_json(cls, data: bytes) -> "Vocabulary":
        """Read what `to_json` wrote. Raises IndexCorruptError when it is damaged or of another version."""
        try:
            raw: dict[str, Any] = orjson.loads(data)
            if raw.pop("version") != VERSION:
                raise IndexCorruptError("the vocabulary is of another version")
            raw["facts"] = tuple(Fact(*fact) for fact in raw["facts"])
            raw["best"] = tuple(Title(*title) for title in raw["best"])
            raw["prices"] = tuple(raw["prices"])
            vocabulary = cls(**raw)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise IndexCorruptError("the vocabulary cannot be read") from error
        vocabulary.longest("")  # builds the look-ups now rather than in the first query
        return vocabulary


def names(fact: Fact) -> set[str]:
    """Return what a fact is found by: a brand by its words as they are, other things in singular."""
    leaf = fact.name.rsplit(CATEGORY_SEPARATOR, 1)[-1] if fact.kind == "category" else fact.name
    parts = terms(leaf)
    spoken = terms(leaf.replace("&", " and ").replace("+", " and "))
    if len(parts) > MAX_NAME:
        return set()
    if fact.kind != "brand":
        return {key(parts), key(spoken)} - {""}
    joined = "".join(parts)
    return {" ".join(parts), " ".join(spoken), joined if len(joined) > 4 else ""} - {""}


def title_mentions(counting: Counting) -> Mapping[str, int]:
    """Return titles that say each key of one to three words (upper bounds where singular and plural stand together)."""
    found: dict[str, int] = defaultdict(int)
    for tally in (counting.titles, counting.phrases):
        for phrase, count in tally.counts.items():
            found[key(phrase.split())] += count
    return found


def is_name(parts: Sequence[str]) -> bool:
    """Whether a phrase begins and ends in words that can name a thing."""
    ends = (parts[0], parts[-1])
    return all(word.isalpha() and len(word) > 2 and word not in STOP_WORDS and word not in UNIT_OF for word in ends)


def make_facts(kind: str, attribute: str, facts: Facts, mentions: Mapping[str, int]) -> list[Fact]:
    """Return the counted things of one kind, with how often titles say them."""
    made = []
    for name, count in facts.carried.counts.items():
        leaf = name.rsplit(CATEGORY_SEPARATOR, 1)[-1] if kind == "category" else name
        said = facts.said.counts.get(name, 0)
        made.append(Fact(kind, name, attribute, count, said, max(said, mentions.get(key(terms(leaf)), 0))))
    return made


def useful(counting: Counting) -> dict[str, Facts]:
    """Return the attributes worth understanding: enough products, values that repeat, not numbers, not brands again."""
    brands = {key(terms(brand)) for brand in counting.brands.carried.counts}
    found = {}
    for name, facts in counting.values.items():
        if facts is None or counting.attributes[name] < max(3, MIN_COVERAGE * counting.products):
            continue
        values = facts.carried.counts
        repeated = sum(values.values()) >= 1.5 * len(values)
        sized = not SIZE_WORDS.isdisjoint(name.split("_"))
        numeric = sum(map(is_numeric, values)) > len(values) / 2
        like_brands = sum(key(terms(value)) in brands for value in values) > 0.3 * len(values)
        if values and repeated and not like_brands and (sized or not numeric):
            found[name] = facts
    return found


def is_literal(phrase: str) -> bool:
    """Whether a title's phrase holds a word that some rule would read as an instruction."""
    return not LITERALS.isdisjoint(phrase.split())
