"""Brands, categories, attribute values and sizes in a query, found in the catalogue's vocabulary. Pure.

An entity is *sure* when a filter by it loses next to nothing that its words would find: of the titles that say it,
nearly all carry it (`Fact.purity`), and the query does not use it another way. Only sure entities may filter; the rest
merely prefer.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from core.catalog import CATEGORY_SEPARATOR
from core.language.counting import pair
from core.language.phrases import Word, key, listed, singular
from core.language.prices import UNITS
from core.language.tokens import STOP_WORDS
from core.language.vocabulary import SIZE_WORDS, Fact, Vocabulary

SURE = 0.95  # purity from which a brand or a value may filter
SURE_CATEGORY = 0.9
DOMINANT = 0.9  # share of a value's carriers that one attribute must have to be the one meant
MIN_CARRIED = 3
MAX_NODES = 8  # category nodes of one name; with more it says too little
FOR = listed("for fit fits fitting compatible like with works replaces replacement alternative to vs versus")
EITHER = listed("or and")
COVERED = 0.7  # share of the goods meant that must have an attribute before its value may filter
SOME = 0.05  # the same for sizes when the query names no category: the word `size` already says what is meant
FEW = 10
WORN = listed("shoe clothing clothes apparel garment dress shirt ring us eu uk item foot")
QUALITIES = listed("color colour colored coloured flavor flavour flavored scent scented style shape shaped")
UNISEX = "unisex"


class Entity(NamedTuple):
    """Words `first..last` (exclusive) of the query, and the facts they name: alternatives of one kind and attribute."""

    kind: str  # brand | category | attribute
    attribute: str
    facts: tuple[Fact, ...]
    first: int
    last: int
    sure: bool
    apart: bool = False  # the words say nothing else (`size 10`), so they leave the text

    @property
    def values(self) -> tuple[str, ...]:
        """The names as the catalogue writes them."""
        return tuple(fact.name for fact in self.facts)


def find_entities(words: Sequence[Word], vocabulary: Vocabulary) -> tuple[Entity, ...]:
    """Return the entities of a query in order, longest match first, without overlap."""
    found: list[Entity] = []
    at = 0
    while at < len(words):
        entity = size_at(words, at, vocabulary) or longest_at(words, at, vocabulary)
        if entity is not None:
            found.append(entity._replace(first=max(entity.first, found[-1].last if found else 0)))
        at = entity.last if entity else at + 1
    return settle(found, words, vocabulary)


def longest_at(words: Sequence[Word], at: int, vocabulary: Vocabulary) -> Entity | None:
    """Return what the longest phrase that starts here names."""
    for last in range(min(len(words), at + max(2, vocabulary.longest(words[at].text))), at, -1):
        texts = [word.text for word in words[at:last]]
        facts = vocabulary.named(texts)
        if not facts and last == at + 2:  # a brand written apart: `no 7` for `No7`
            facts = tuple(fact for fact in vocabulary.named(["".join(texts)]) if fact.kind == "brand")
        elif is_empty_name(texts):
            continue
        if facts:
            return read(facts, words, at, last, vocabulary)
    return None


def is_empty_name(texts: Sequence[str]) -> bool:
    """Whether the phrase is only function words or a bare number: names that say nothing by themselves."""
    return all(text in STOP_WORDS or text.isdigit() or len(text) < 2 for text in texts)


def read(facts: Sequence[Fact], words: Sequence[Word], first: int, last: int, vocabulary: Vocabulary) -> Entity:
    """Choose one reading of a name: the kind and attribute carried most, and whether to be sure of it."""
    groups: dict[tuple[str, str], list[Fact]] = {}
    for fact in facts:
        groups.setdefault((fact.kind, fact.attribute), []).append(fact)
    ranked = sorted(groups.items(), key=lambda group: (-carried(group[1]), group[0]))
    named = attribute_beside(words, first, last, groups)
    (kind, attribute), chosen = next((group for group in ranked if group[0] == named), ranked[0])
    rival = max((carried(group) for at, group in ranked if at != (kind, attribute)), default=0)
    alone = named is not None or carried(chosen) >= DOMINANT * (carried(chosen) + rival)
    pure = is_pure(chosen, words, first, last, vocabulary)
    if named is not None:  # the attribute's own name says nothing more: `slim fit`, `16 gb ram`
        first -= first > 0 and words[first - 1].text in attribute.split("_")
        last += last < len(words) and words[last].text in attribute.split("_")
    return Entity(kind, attribute, tuple(chosen), first, last, sure=alone and pure)


def carried(facts: Sequence[Fact]) -> int:
    """Products that carry any of the facts."""
    return sum(fact.carried for fact in facts)


def attribute_beside(
    words: Sequence[Word], first: int, last: int, groups: dict[tuple[str, str], list[Fact]]
) -> tuple[str, str] | None:
    """Return the attribute that a neighbouring word names: `16 gb ram` means `ram`, not `storage`."""
    beside = {words[at].text for at in (first - 1, last) if 0 <= at < len(words)}
    named = [group for group in groups if group[0] == "attribute" and not beside.isdisjoint(group[1].split("_"))]
    return named[0] if len(named) == 1 else None


def is_pure(facts: Sequence[Fact], words: Sequence[Word], first: int, last: int, vocabulary: Vocabulary) -> bool:
    """Whether titles that say it carry it, in general and next to the query's neighbouring words."""
    said, mentions = sum(fact.said for fact in facts), max(fact.mentions for fact in facts)
    needed = SURE_CATEGORY if facts[0].kind == "category" else SURE
    if carried(facts) < MIN_CARRIED or (mentions and said < needed * mentions):
        return False
    strangers = max(0, mentions - said)  # titles that say it and do not carry it
    edges = [(first - 1, first)] if first else []
    edges += [(last - 1, last)] if last < len(words) else []
    beside = [vocabulary.phrases.get(f"{words[a].text} {words[b].text}", 0) for a, b in edges]
    return not any(count and strangers >= 0.5 * count for count in beside)


def size_at(words: Sequence[Word], at: int, vocabulary: Vocabulary) -> Entity | None:
    """Return the size named after the word `size`, if one attribute of the catalogue has it."""
    if words[at].text not in SIZE_WORDS:
        return None
    for last in (at + 3, at + 2):
        texts = [word.text for word in words[at + 1 : last]]
        facts = [f for f in vocabulary.named(texts) if is_size(f.attribute)]
        names = {fact.attribute for fact in facts}
        measured = last < len(words) and (words[last].text in UNITS or words[last].text[0].isdigit())
        if last <= len(words) and len(names) == 1 and not measured:
            in_titles = vocabulary.phrases.get(" ".join(("size", *texts)), 0)
            sure = in_titles <= 0.1 * carried(facts)
            first = at - 1 if at and words[at - 1].text == "in" else at
            return Entity("attribute", facts[0].attribute, tuple(facts), first, last, sure=sure, apart=sure)
    return None


def settle(found: Sequence[Entity], words: Sequence[Word], vocabulary: Vocabulary) -> tuple[Entity, ...]:
    """Withdraw sureness where the query as a whole speaks against it, and offer unisex goods to men and women."""
    settled = []
    for entity in found:
        sure = entity.sure and FITS[entity.kind](entity, found, words, vocabulary)
        settled.append(with_unisex(entity._replace(sure=sure), vocabulary))
    return tuple(e._replace(sure=e.sure and (e.kind != "category" or is_whole(e, settled, words))) for e in settled)


def brand_fits(entity: Entity, found: Sequence[Entity], words: Sequence[Word], vocabulary: Vocabulary) -> bool:
    """Whether the query wants the brand's own goods: the only one, not what they are for, and it makes such things."""
    brands = [other for other in found if other.kind == "brand"]
    if not all(all(w.text in EITHER for w in words[a.last : b.first]) for a, b in pairwise(brands)):
        return False
    if any(word.text in FOR for word in words[max(0, entity.first - 3) : entity.first]):
        return False
    if entity.last < len(words) and words[entity.last].text in QUALITIES:
        return False
    inside = {at for other in brands for at in range(other.first, other.last)}
    nouns = [singular(w.text) for at, w in enumerate(words) if at not in inside and vocabulary.is_head(w.text)]
    least = 1 if carried(entity.facts) < FEW else 2
    made = [sum(vocabulary.makes.get(pair(name, noun), 0) for name in entity.values) for noun in nouns]
    return all(count >= least for count in made)


def category_fits(entity: Entity, found: Sequence[Entity], words: Sequence[Word], vocabulary: Vocabulary) -> bool:
    """Whether the category's name says one thing, and not nearly everything."""
    return len(entity.facts) <= MAX_NODES and carried(entity.facts) < 0.9 * vocabulary.products


def value_fits(entity: Entity, found: Sequence[Entity], words: Sequence[Word], vocabulary: Vocabulary) -> bool:
    """Whether goods of the kind asked for carry the attribute, and something remains to be searched for."""
    nodes = [fact for other in found if other.kind == "category" for fact in other.facts]
    coverage = vocabulary.coverage(entity.attribute, nodes)
    if entity.apart:
        return coverage >= (COVERED if nodes else SOME)
    if coverage < COVERED:
        return False
    rivals = [other for other in found if other.attribute == entity.attribute and other is not entity]
    if any(words[a.last].text != "or" for a, b in pairwise(sorted([entity, *rivals], key=start))):
        return False
    taken = {at for other in found if other.kind == "attribute" for at in range(other.first, other.last)}
    return any(at not in taken and word.text not in STOP_WORDS for at, word in enumerate(words))


def start(entity: Entity) -> int:
    """Return where an entity begins."""
    return entity.first


Fits = Callable[[Entity, Sequence[Entity], Sequence[Word], Vocabulary], bool]
FITS: dict[str, Fits] = {"brand": brand_fits, "category": category_fits, "attribute": value_fits}


def is_size(attribute: str) -> bool:
    """Whether an attribute holds the sizes people wear, not those of wires and screens."""
    *before, last = attribute.split("_")
    return last in SIZE_WORDS and all(word in WORN for word in before)


def is_whole(entity: Entity, found: Sequence[Entity], words: Sequence[Word]) -> bool:
    """Whether a category is all the query asks for beside sure brands and values: `nike running shoes`."""
    beside = [other for other in found if other is entity or (other.sure and other.kind != "category")]
    inside = {at for other in beside for at in range(other.first, other.last)}
    return all(at in inside or word.text in STOP_WORDS for at, word in enumerate(words))


def with_unisex(entity: Entity, vocabulary: Vocabulary) -> Entity:
    """Add goods for everybody to those for men or for women."""
    if entity.kind != "attribute" or key(entity.values[0].lower().replace("'", "").split()) not in ("men", "women"):
        return entity
    extra = tuple(f for f in vocabulary.named([UNISEX]) if f.attribute == entity.attribute and f not in entity.facts)
    return entity._replace(facts=entity.facts + extra)


def topmost(paths: Sequence[str]) -> tuple[str, ...]:
    """Return the category paths without those that lie under another of them."""
    return tuple(path for path in paths if not any(path.startswith(other + CATEGORY_SEPARATOR) for other in paths))
