"""The spelling we were not sure enough of to apply, offered instead: a click away, never in the way."""

from core.language.terms import Lexicon
from core.language.tokens import words
from core.language.understanding import Understood

LIKELY = 0.3  # confidence from which a spelling is worth offering; above 0.8 it is applied (SPEC §4)


def did_you_mean(understood: Understood, lexicon: Lexicon) -> str | None:
    """The query with its doubtful words respelt, or None. With the spelling rule off, what it would have applied."""
    if understood.corrected is not None:
        return None
    typed = words(understood.normalized)
    meant = [respelt(typed, i, lexicon) for i in range(len(typed))]
    return " ".join(meant) if meant != typed else None


def respelt(typed: list[str], i: int, lexicon: Lexicon) -> str:
    """The word at `i`, or what was likely meant by it. Words that have synonyms or parts are no slips."""
    word = typed[i]
    if lexicon.synonyms.of(typed, i) or lexicon.compounds.split(word):
        return word
    best = next(iter(lexicon.spelling.alternatives(word)), None)
    return best[0] if best is not None and best[1] >= LIKELY else word
