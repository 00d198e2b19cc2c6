"""What to let go of, one thing at a time, rather than show an empty page; each step is named and told.

Words first, since a missing word is the usual cause; then what was only understood from the words; what the shopper
chose by hand goes last, one filter at a time. Exclusions are never let go.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from core.catalog import Filters
from tools.search.matching import Question
from tools.search.shapes import Relaxed

FIELDS: tuple[tuple[str, str, dict[str, object]], ...] = (
    ("attributes", "these properties", {"attributes": {}}),
    ("rating", "that rating", {"rating_min": None}),
    ("in_stock", "in stock", {"in_stock": None}),
    ("price", "that price", {"price_min": None, "price_max": None}),
    ("category", "that category", {"category": ()}),
    ("brand", "that brand", {"brand": ()}),
)


@dataclass(frozen=True)
class Step:
    """A wider question and what to say about it."""

    question: Question
    said: Relaxed


def steps(question: Question, chosen: Filters) -> Iterator[Step]:
    """Wider and wider questions; each keeps what the steps before let go. `chosen`: the filters set by hand."""
    wanted = len(question.terms)
    if wanted > 2:
        question = replace(question, minimum=wanted - 1)
        yield Step(question, Relaxed(step="most_words", message="Nothing has all the words; these have most of them."))
    for by_hand in (False, True):
        for name, words, cleared in FIELDS:
            if holds(question.filters, name) and holds(chosen, name) == by_hand:
                filters = question.filters.model_copy(update=cleared)
                question = replace(question, filters=filters)
                yield Step(
                    question, Relaxed(step=f"drop_{name}", message=f"Nothing matches with {words}; shown without.")
                )
        if not by_hand and wanted > 1:
            question = replace(question, minimum=1)
            yield Step(
                question, Relaxed(step="any_word", message="Nothing has all the words; these have some of them.")
            )


def holds(filters: Filters, name: str) -> bool:
    """Whether the filters say anything of this field."""
    if name == "price":
        return filters.price_min is not None or filters.price_max is not None
    if name == "rating":
        return filters.rating_min is not None
    if name == "in_stock":
        return filters.in_stock is not None
    return bool(getattr(filters, name))
