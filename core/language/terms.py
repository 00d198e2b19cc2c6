"""A query as terms: each term is a word and the other written forms that may stand for it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from core.language.compounds import Compounds
from core.language.spelling import Spelling
from core.language.synonyms import Synonyms
from core.language.tokens import STOP_WORDS, stem

JOINED = 0.7  # weight of one written-together word standing for each of two typed ones
SPLIT = 0.9
SYNONYM = 0.8  # SPEC §4
GUESS_FROM = 0.1  # confidence below which a spelling is not even tried


@dataclass(frozen=True)
class Variant:
    """Indexed tokens that must all occur, side by side, and how well they stand for the term (1: as typed)."""

    tokens: tuple[str, ...]
    weight: float = 1.0


@dataclass(frozen=True)
class Term:
    """One thing asked for. `variants[0]` is the word as typed."""

    surface: str
    variants: tuple[Variant, ...]


@dataclass(frozen=True)
class Lexicon:
    """What the catalogue teaches about written forms."""

    spelling: Spelling
    compounds: Compounds
    synonyms: Synonyms


def plan(words: Sequence[str], lexicon: Lexicon, off: Collection[str] = frozenset()) -> tuple[Term, ...]:
    """The words as terms, in order; stop words go unless nothing else is left. `off` names rules not to apply."""
    kept = [word for word in words if word not in STOP_WORDS] or list(words)
    return tuple(Term(word, _variants(kept, i, lexicon, off)) for i, word in enumerate(kept))


def _variants(words: Sequence[str], i: int, lexicon: Lexicon, off: Collection[str]) -> tuple[Variant, ...]:
    found = [Variant((stem(words[i]),))]
    if "compounds" not in off:
        found += _compounds(words, i, lexicon.compounds)
    if "synonyms" not in off:
        found += [Variant(tuple(map(stem, other)), SYNONYM) for other in lexicon.synonyms.of(words, i)]
    if "spelling" not in off and len(found) == 1:
        guesses = lexicon.spelling.alternatives(words[i])
        found += [Variant((stem(word),), confidence) for word, confidence in guesses if confidence >= GUESS_FROM]
    unique: dict[tuple[str, ...], Variant] = {}
    for variant in found:
        unique.setdefault(variant.tokens, variant)
    return tuple(unique.values())


def _compounds(words: Sequence[str], i: int, compounds: Compounds) -> list[Variant]:
    found = []
    pairs = [(words[j], words[j + 1]) for j in (i - 1, i) if 0 <= j < len(words) - 1]
    for left, right in pairs:
        if whole := compounds.joined(left, right):
            found.append(Variant((stem(whole),), JOINED))
    if parts := compounds.split(words[i]):
        found.append(Variant((stem(parts[0]), stem(parts[1])), SPLIT))
    return found
