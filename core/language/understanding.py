"""Query → what the shopper meant, by rules and the catalogue's own vocabulary.

Never worse than the raw query: a rule that is not sure leaves the words in `text`, where they are searched for.
"""

import re
from collections.abc import Collection, Sequence
from typing import Protocol

from pydantic import Field

from core.catalog import Exclude, Filters, Frozen, Sort
from core.language import effects as read
from core.language.classes import QueryClass, classify
from core.language.effects import Chip
from core.language.entities import find_entities
from core.language.phrases import clean, listed, words
from core.language.tokens import STOP_WORDS
from core.language.vocabulary import LITERALS, Vocabulary

__all__ = ["RULES", "Chip", "QueryClass", "Speller", "Thesaurus", "Understood", "understand"]

RULES = (
    "normalize", "units", "compounds", "spelling", "synonyms", "stemming",
    "brand", "category", "attributes", "price", "rating", "stock", "negation", "sort", "affinity", "promotion",
)  # fmt: skip
"""Every rule that can be switched off, in the order they run."""

RULE_OF = {"brand": "brand", "category": "category", "attribute": "attributes"}
LEAD_IN = re.compile(
    r"^(?:(?:hi|hello|hey|please|ok|can you|could you|would you) )*"
    r"(?:(?:i am|i'm|im|we are|am) (?:actually |currently |just )?(?:looking|searching|shopping) (?:for|to buy)"
    r"|(?:i|we) (?:want|need|would like|am hoping)(?: to (?:buy|find|purchase|get|order))?"
    r"|(?:show|find|get|give|buy) me|(?:help|let) me (?:find|buy|get)|looking for|searching for|do you have)"
    r" (?:(?:some|any|a|an|the) )?(?=\S)"
)
DASHED = re.compile(r"(?<!\S)-(?=\S)")
SPOKEN = LITERALS | STOP_WORDS | listed("size stock star stars rated neither nor except excluding cheapest")
SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
)


class Understood(Frozen):
    """What the rules made of a query."""

    query: str  # as typed
    normalized: str = ""
    corrected: str | None = None  # the spelling applied, if any
    text: str = ""  # what is left to search for once constraints are taken out
    query_class: QueryClass = "informational"
    filters: Filters = Filters()
    exclude: Exclude = Exclude()
    preferred: Filters = Filters()  # meant but not sure: may rank up, never required; the words are in `text`
    sort: Sort | None = None
    synonyms: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    chips: tuple[Chip, ...] = ()
    language: str = "en"


class Corrected(Protocol):
    """As many words as were given, with their spelling corrected."""

    @property
    def words(self) -> Sequence[str]:
        """The words."""
        ...


class Speller(Protocol):
    """What understanding needs of spelling."""

    def correct(self, words: Sequence[str]) -> Corrected:
        """Correct each word that is surely misspelt."""
        ...


class Thesaurus(Protocol):
    """What understanding needs of synonyms."""

    def of(self, words: Sequence[str], i: int) -> tuple[tuple[str, ...], ...]:
        """Return what may stand for the word at `i`."""
        ...


def understand(
    query: str,
    vocabulary: Vocabulary,
    spelling: Speller | None = None,
    synonyms: Thesaurus | None = None,
    off: Collection[str] = (),
    ignore: Collection[str] = (),
) -> Understood:
    """Read a query. `off` names rules not to run, `ignore` chips (`kind:value`) the shopper took away. Never raises."""
    normalized = clean(DASHED.sub("- ", query) if is_listing(query) else query)
    text = LEAD_IN.sub("", normalized) if "normalize" not in off else normalized
    text, effects = read.said_outright(text, vocabulary, off)
    changes = misspelt(text, vocabulary, spelling, synonyms) if spelling and "spelling" not in off else {}
    text = read.replace_words(text, changes)
    if "negation" not in off:
        refused = read.refused(text, vocabulary)
        text, effects = read.cut(text, refused), effects + refused
    found = [e for e in find_entities(words(text), vocabulary) if RULE_OF[e.kind] not in off]
    named = [effect for effect in read.named(text, (e for e in found if e.sure)) if effect.chip.id not in ignore]
    brand_words = [at for e in found if e.kind == "brand" and e.sure for at in range(e.first, e.last)]
    shopping = bool(effects) or any(e.apart for e in found)
    query_class = classify(normalized, words(text), brand_words, vocabulary, constrained=shopping)
    text = read.tidy(read.cut(text, named)) if effects or named else text
    kept = [effect for effect in effects if effect.chip.id not in ignore] + named
    return Understood(
        query=query,
        normalized=normalized,
        corrected=read.replace_words(normalized, changes) if changes else None,
        text=text,
        query_class=query_class,
        filters=Filters(**read.merged(effect.filters for effect in kept)),
        exclude=Exclude(**read.merged(effect.exclude for effect in kept)),
        preferred=read.preferred(e for e in found if not e.sure),
        sort=next((effect.sort for effect in kept if effect.sort), None),
        synonyms=alternatives(text, synonyms) if synonyms and "synonyms" not in off else {},
        chips=tuple({effect.chip.id: effect.chip for effect in kept}.values()),
        language=language_of(normalized),
    )


def is_listing(query: str) -> bool:
    """Whether a query is a product's title pasted in, by its capitals; a dash in it separates (`Fryer 3qt -Black`)."""
    typed = query.split()
    return len(typed) > 2 and sum(word.lstrip("-")[:1].isupper() for word in typed) > len(typed) / 2


def misspelt(text: str, vocabulary: Vocabulary, spelling: Speller, synonyms: Thesaurus | None = None) -> dict[str, str]:
    """Return the words to replace.

    Names of the catalogue are right however rare, and so are the rules' own words and those that have synonyms.
    """
    typed = [word.text for word in words(text)]
    known = {word for i, word in enumerate(typed) if synonyms and synonyms.of(typed, i)}
    changes = {a: b for a, b in zip(typed, spelling.correct(typed).words, strict=False) if a != b and a not in known}
    return {a: b for a, b in changes.items() if not vocabulary.named([a]) and SPOKEN.isdisjoint((a, b))}


def alternatives(text: str, synonyms: Thesaurus) -> dict[str, tuple[str, ...]]:
    """Return each word that has synonyms, with them."""
    typed = [word.text for word in words(text)]
    found = {word: synonyms.of(typed, i) for i, word in enumerate(typed)}
    return {word: tuple(" ".join(phrase) for phrase in phrases) for word, phrases in found.items() if phrases}


def language_of(text: str) -> str:
    """Return the language a script says, else English."""
    return "en" if text.isascii() else next((code for code, script in SCRIPTS if script.search(text)), "en")
