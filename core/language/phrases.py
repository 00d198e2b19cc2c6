"""Words and phrase keys as the catalogue's facts are looked up by: folded, with their place in the text kept."""

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from core.language.tokens import UNITS

UNIT_OF = {spelling: unit for unit, spellings in UNITS.items() for spelling in spellings if " " not in spelling}
# A number glued to its unit is two words (`16gb`), a model number is one (`h7`, `16x9`).
_GLUED = "|".join(sorted((u for u in UNIT_OF if len(u) > 1), key=len, reverse=True))
WORD = re.compile(rf"\d+(?:[.,]\d+)*(?=(?i:{_GLUED})(?![^\W_]))|\d+(?:[.,]\d+)+|[^\W_]+(?:['\u2019][^\W_]+)*")
MARKS = str.maketrans("", "", "™®©")
DROPPED = str.maketrans("", "", "'\u2019™®©")
SPACES = re.compile(r"\s+")


def listed(text: str) -> frozenset[str]:
    """Return the words of a word list written as text."""
    return frozenset(text.split())


class Word(NamedTuple):
    """One word of a text: folded form, and where it stands (`text[start:end]`)."""

    text: str
    start: int
    end: int


def clean(text: str) -> str:
    """Return the text in NFKC without control characters, lower case, single-spaced."""
    plain = unicodedata.normalize("NFKC", text.translate(MARKS))
    kept = "".join(" " if unicodedata.category(c)[0] == "C" else c for c in plain)
    return SPACES.sub(" ", kept.lower()).strip()


def fold(text: str) -> str:
    """Return the text in lower case without accents and apostrophes: `L'Oréal` → `loreal`."""
    if text.isascii():
        return text.lower().translate(DROPPED)
    plain = unicodedata.normalize("NFKD", text.translate(DROPPED))
    return "".join(c for c in plain if not unicodedata.combining(c)).casefold()


def words(text: str) -> list[Word]:
    """Return the folded words of a text in order."""
    found: list[Word] = []
    for match in WORD.finditer(text):
        word = fold(match.group())
        if found and found[-1].text[-1:].isdigit():
            word = UNIT_OF.get(word, word)
        found.append(Word(word, match.start(), match.end()))
    return found


def terms(text: str) -> list[str]:
    """Return the folded words of a text without their places."""
    found = WORD.findall(fold(text))
    for at in range(1, len(found)):
        if found[at - 1][-1].isdigit():
            found[at] = UNIT_OF.get(found[at], found[at])
    return found


def singular(word: str) -> str:
    """Return the word without a plural ending, by rule: `dresses` → `dress`, `batteries` → `battery`."""
    if len(word) <= 3 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zzes")):
        return word[:-2]
    return word[:-1]


def key(parts: Iterable[str]) -> str:
    """Return what a phrase is looked up by: its folded words, singular."""
    return " ".join(map(singular, parts))
