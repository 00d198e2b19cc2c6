"""What kind of query it is (Broder 2002): to a known thing, to knowledge, or to a purchase. By rules, pure."""

import re
from collections.abc import Sequence
from typing import Literal

from core.language.phrases import Word, listed
from core.language.tokens import STOP_WORDS
from core.language.vocabulary import Vocabulary

QueryClass = Literal["navigational", "informational", "transactional"]

ASKING = re.compile(
    r"^(?:how|what|what's|whats|which|who|why|when|where|does|do|is|are|can|should)\b"
    r"|\b(?:vs|versus|reviews?|compare|comparison|difference|guide|tutorial|ideas?|meaning|best way|how to)\b"
)
BUYING = listed(
    "buy purchase order shop sale deal deals discount coupon offer offers cheap cheapest price prices clearance need"
)
MODEL = re.compile(r"(?=[a-z-]*\d)(?=\d*-?[a-z])[a-z0-9]+(?:-[a-z0-9]+)*|\d{4,}")


def classify(
    text: str, words: Sequence[Word], named: Sequence[int], vocabulary: Vocabulary, *, constrained: bool
) -> QueryClass:
    """Return the class of a cleaned query. `named`: places of words that belong to a sure brand."""
    if ASKING.search(text):
        return "informational"
    rest = [word.text for at, word in enumerate(words) if at not in named and word.text not in STOP_WORDS]
    models = [word for word in text.split() if MODEL.fullmatch(word)]
    modelled = {part for word in models for part in word.split("-")}
    if (named or models) and modelled.issuperset(rest):
        return "navigational"
    if constrained or not BUYING.isdisjoint(rest):
        return "transactional"
    specific = len(rest) + bool(named) >= 2
    return "transactional" if specific and any(map(vocabulary.is_head, rest)) else "informational"
