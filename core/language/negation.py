"""What a shopper does not want: `not leather`, `without wifi`, `except nike`, `-leather`. Pure.

Many names hold these words (`no 7 serum`, `not your mother's shampoo`, `no show socks`), so a negation counts only for
what the catalogue knows, where it is not the catalogue's own wording. `sugar free` and `non-stick` are what goods have.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from core.language.entities import SURE, carried, is_empty_name
from core.language.phrases import Word, listed, singular
from core.language.tokens import STOP_WORDS
from core.language.vocabulary import Fact, Vocabulary

TRIGGER = re.compile(
    r"(?<![\w'-])(?P<lead>(?:(?:and|but|with|that|which|it|they|has|have|having|is|are|be|should|must|does|do) )*)"
    r"(?P<no>not|no|neither|without|w/o|except(?: for)?|excluding|other than|minus|doesn'?t|don'?t|isn'?t|aren'?t)"
    r"(?: (?:contain(?:s|ing)?|have|includ(?:e|ing)|made (?:of|from|with)|with|want|need|be|in|any|a|an|the))*"
    r" (?=[^\W\d_])|(?<!\S)-(?=[^\W\d_]{3})"
)
IDIOM = listed(
    "too only just your my our more less to sure bad so very much that this for and or one other others all as if now"
)
JOINED = re.compile(r"(?: (?P<or>or|nor|and) | ?(?P<comma>,) ?)(?:(?:no|not|without|any|a|an|the) )?$")
CLOSERS = listed(
    "and or but for with without that which please from by on only not under below over above in size i if it"
)
WORDING = 0.1  # share of the carriers of a name from which titles that negate it are the catalogue's own wording
FREE_SHARE = 0.3  # of the titles with the word, those that say `… free`, from which that is how it is asked for
NEAR_LARGEST = 0.2


class Unwanted(NamedTuple):
    """A thing refused in `text[start:end]`: the facts it names, else its words."""

    words: str
    facts: tuple[Fact, ...]
    start: int
    end: int
    free: bool = False  # the catalogue says `… free`: ask for that instead


def find_unwanted(text: str, words: Sequence[Word], vocabulary: Vocabulary) -> tuple[Unwanted, ...]:
    """Return what is refused, in order. Spans start at the first negating word and cover lists (`no sugar or salt`)."""
    found: list[Unwanted] = []
    for match in TRIGGER.finditer(text):
        if found and match.start() < found[-1].end:
            continue
        first = next((at for at, word in enumerate(words) if word.start >= match.end()), None)
        if first is None or is_name(match, first, words, vocabulary):
            continue
        found.extend(listed_from(match, first, text, words, vocabulary))
    return tuple(found)


def is_name(match: re.Match[str], first: int, words: Sequence[Word], vocabulary: Vocabulary) -> bool:
    """Whether the negating word begins something's name, or an idiom."""
    if words[first].text in IDIOM:
        return True
    if match["no"] is None:
        return False
    at = next(i for i, word in enumerate(words) if word.start >= match.start("no"))
    ends = range(at + 2, min(len(words), at + vocabulary.longest(words[at].text)) + 1)
    return any(vocabulary.named([word.text for word in words[at:last]]) for last in ends)


def listed_from(
    match: re.Match[str], first: int, text: str, words: Sequence[Word], vocabulary: Vocabulary
) -> list[Unwanted]:
    """Read one object, and those joined to it by `or`, `nor`, `and` or a comma."""
    found: list[Unwanted] = []
    start = match.start()
    while first < len(words):
        item = read(match, first, start, text, words, vocabulary)
        if item is None:
            break
        found.append(item)
        after = next((at for at, word in enumerate(words) if word.start >= item.end), len(words))
        first = next((at for at in range(after, len(words)) if words[at].text not in LINKS), len(words))
        joined = JOINED.match(text[item.end : words[first].start]) if first < len(words) else None
        if joined is None or match["no"] is None or TRIGGER.match(text, words[first].start):
            break
        start = item.end
    return found


LINKS = listed("or nor and no not without any a an the")


def read(
    match: re.Match[str], first: int, start: int, text: str, words: Sequence[Word], vocabulary: Vocabulary
) -> Unwanted | None:
    """Return the thing refused from word `first` on: the longest name, else a known word where a phrase ends."""
    for last in range(min(len(words), first + vocabulary.longest(words[first].text)), first, -1):
        texts = [word.text for word in words[first:last]]
        facts = vocabulary.named(texts)
        if facts and not is_empty_name(texts) and not is_wording(match, texts, vocabulary, carried(facts)):
            return refuse(texts, main(facts), start, words[last - 1].end, vocabulary)
    preceded = any(word.end <= match.start() and word.text not in STOP_WORDS for word in words)
    if not preceded and match["no"] is not None:
        return None
    return read_words(match, first, start, text, words, vocabulary)


def read_words(
    match: re.Match[str], first: int, start: int, text: str, words: Sequence[Word], vocabulary: Vocabulary
) -> Unwanted | None:
    """Return two words that titles have side by side, else one word, refused at the end of a phrase.

    A word the catalogue does not have excludes nothing, but must not be searched for either.
    """
    for length in (2, 1):
        last = first + length
        texts = [word.text for word in words[first:last]]
        if len(texts) < length or not closes(text, last, words) or any(text in STOP_WORDS for text in texts):
            continue
        known = length == 1 or vocabulary.phrases.get(" ".join(texts), 0) > 0
        if (
            known
            and (match["no"] is not None or vocabulary.known(texts[0]))
            and not is_wording(match, texts, vocabulary, 0)
        ):
            return refuse(texts, (), start, words[last - 1].end, vocabulary)
    return None


def closes(text: str, last: int, words: Sequence[Word]) -> bool:
    """Whether the phrase ends before word `last`: at the end, at punctuation, or at a word that opens another."""
    if last >= len(words):
        return True
    between = text[words[last - 1].end : words[last].start]
    return bool(between.strip("- ")) or words[last].text in CLOSERS


def is_wording(match: re.Match[str], texts: Sequence[str], vocabulary: Vocabulary, facts: int) -> bool:
    """Whether the catalogue itself writes the negation (`no pull harness`), often enough to be what is asked for."""
    if match["no"] is None:
        return False
    written = vocabulary.phrases.get(f"{match['no'].split()[0]} {texts[0]}", 0)
    return written > WORDING * facts


def main(facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """Return the readings of a name that many products carry; rare ones would refuse too much."""
    largest = max(fact.carried for fact in facts)
    return tuple(fact for fact in facts if fact.carried >= NEAR_LARGEST * largest)


def refuse(texts: Sequence[str], facts: tuple[Fact, ...], start: int, end: int, vocabulary: Vocabulary) -> Unwanted:
    """Make the refusal, as `… free` where that is how the catalogue says it."""
    word = texts[-1]
    written = sum(vocabulary.phrases.get(f"{form} free", 0) for form in {word, singular(word)})
    titles = max(vocabulary.titles.get(form, 0) for form in (word, singular(word)))
    free = len(texts) == 1 and written > 0 and written >= FREE_SHARE * titles
    name = singular(word) if free else " ".join(texts)
    return Unwanted(name, facts, start, end, free)


def is_certain(facts: Sequence[Fact]) -> bool:
    """Whether refusing by the facts alone leaves no title that says it."""
    return bool(facts) and sum(f.said for f in facts) >= SURE * max(f.mentions for f in facts)
