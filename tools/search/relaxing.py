"""What to let go of rather than show an empty page: no more than it takes, and each step is named and told.

Words first, since a missing word is the usual cause; then what was only understood from the words; what the shopper
chose by hand goes last, one filter at a time. Exclusions are never let go.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial, reduce

from core.catalog import Filters
from core.storage.index.columns import ATTRIBUTE
from tools.search.constraints import facets_of, without
from tools.search.matching import Question
from tools.search.shapes import Relaxed

NEAR = Decimal("0.25")  # how far from the price asked for is still near it
WORDS = {"in_stock": "that availability"}


@dataclass(frozen=True)
class Step:
    """One thing let go of, and what to say about it."""

    said: Relaxed
    widen: Callable[[Question], Question]


def relaxed(question: Question, chosen: Filters, matches: Callable[[Question], bool]) -> tuple[Step, ...]:
    """The steps that lead to matches, none of them needless; none at all when nothing helps.

    What was let go of on the way is taken back where matches remain, the last first: that matters most.
    """
    taken: list[Step] = []
    for step in steps(question, chosen):
        taken.append(step)
        if matches(widened(question, taken)):
            break
    else:
        return ()
    for step in reversed(taken[:-1]):
        fewer = [other for other in taken if other is not step]
        if matches(widened(question, fewer)):
            taken = fewer
    return tuple(taken)


def widened(question: Question, taken: Sequence[Step]) -> Question:
    """The question after these steps."""
    return reduce(lambda wider, step: step.widen(wider), taken, question)


def steps(question: Question, chosen: Filters) -> Iterator[Step]:
    """All steps, in the order they are tried, each on top of those before. `chosen`: the filters set by hand."""
    wanted = len(question.terms)
    if wanted > 2:
        yield words_step("most_words", wanted - 1, "Nothing has all the words; these have most of them.")
    by_hand, facets = facets_of(chosen), facets_of(question.filters)
    for facet in facets:
        if facet not in by_hand:
            yield from freed(facet)
    if wanted > 1:
        yield words_step("any_word", 1, "Nothing has all the words; these have some of them.")
    for facet in facets:
        if facet in by_hand:
            yield from freed(facet)


def words_step(name: str, minimum: int, message: str) -> Step:
    """Ask for fewer of the words."""
    return Step(Relaxed(step=name, message=message), partial(replace, minimum=minimum))


def freed(facet: str) -> Iterator[Step]:
    """Let go of one facet; a price is first asked for less exactly."""
    if facet == "price":
        message = f"Nothing matches at that price; these are within {NEAR:.0%} of it."
        yield Step(Relaxed(step="widen_price", message=message), near_price)
    words = WORDS.get(facet, f"that {facet.removeprefix(ATTRIBUTE).replace('_', ' ')}")
    said = Relaxed(step=f"drop_{facet}", message=f"Nothing matches with {words}; shown without it.")
    yield Step(said, partial(free, facet=facet))


def free(question: Question, facet: str) -> Question:
    """The question without a facet."""
    return replace(question, filters=without(question.filters, facet))


def near_price(question: Question) -> Question:
    """The question with a price range wider by `NEAR` at each end."""
    low, high = question.filters.price_min, question.filters.price_max
    wider = {
        "price_min": None if low is None else low * (1 - NEAR),
        "price_max": None if high is None else high * (1 + NEAR),
    }
    return replace(question, filters=question.filters.model_copy(update=wider))
