"""Letting go: only ever wider, in the order of how sure each wish is, no more than it takes, and each step told."""

from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalog import Exclude, Filters
from core.language.terms import Term, Variant
from core.storage.index.columns import Columns
from core.storage.index.editor import Editor
from tests.tools.search.conftest import PRODUCTS
from tools.search.constraints import facets_of
from tools.search.matching import Question
from tools.search.relaxing import relaxed, steps, widened


def columns() -> Columns:
    editor = Editor()
    for product in PRODUCTS:
        editor.put(product)
    return editor.done()


COLUMNS = columns()
PRICES = st.none() | st.decimals(0, 200, places=2)
SOME_FILTERS = st.builds(
    Filters,
    brand=st.lists(st.sampled_from(["Acme", "Bolt"]), max_size=2).map(tuple),
    category=st.sampled_from([(), ("Shoes",), ("Kitchen > Cookware",)]),
    price_min=PRICES,
    price_max=PRICES,
    attributes=st.dictionaries(
        st.sampled_from(["colour", "material"]), st.sampled_from([("red",), ("leather",), ()]), max_size=2
    ),
    in_stock=st.none() | st.booleans(),
    rating_min=st.none() | st.sampled_from([3.0, 4.5]),
)
EXCLUDE = Exclude(brand=("Cirrus",), terms=("eggs",))


def question(filters: Filters = Filters(), words: int = 0) -> Question:
    terms = tuple(Term(f"word{i}", (Variant((f"word{i}",)),)) for i in range(words))
    return Question(terms, None, filters, EXCLUDE)


def names(asked: Question, chosen: Filters = Filters()) -> list[str]:
    return [step.said.step for step in steps(asked, chosen)]


def needed(asked: Question) -> int:
    return len(asked.terms) if asked.minimum is None else asked.minimum


def told(asked: Question, chosen: Filters, matches: Callable[[Question], bool]) -> list[str]:
    return [step.said.step for step in relaxed(asked, chosen, matches)]


@given(filters=SOME_FILTERS, chosen=SOME_FILTERS, words=st.integers(0, 4))
def test_steps_only_ever_widen_and_never_let_go_of_an_exclusion(filters: Filters, chosen: Filters, words: int) -> None:
    before = question(filters, words)
    taken = []
    for step in steps(before, chosen):
        taken.append(step)
        after = widened(question(filters, words), taken)
        left = COLUMNS.mask(before.filters)
        assert not np.any(left & ~COLUMNS.mask(after.filters)), step.said
        assert needed(after) <= needed(before)
        assert after.exclude == EXCLUDE
        before = after


@given(filters=SOME_FILTERS, chosen=SOME_FILTERS, words=st.integers(0, 4))
def test_each_step_is_named_once_and_told(filters: Filters, chosen: Filters, words: int) -> None:
    found = list(steps(question(filters, words), chosen))

    assert len({step.said.step for step in found}) == len(found)
    assert all(step.said.message.endswith(".") for step in found)


@given(filters=SOME_FILTERS, words=st.integers(0, 4))
def test_all_steps_together_leave_no_filter_and_one_word(filters: Filters, words: int) -> None:
    asked = question(filters, words)

    last = widened(asked, list(steps(asked, filters)))

    assert facets_of(last.filters) == ()
    assert needed(last) == min(words, 1)


def test_words_go_before_filters_and_what_was_chosen_by_hand_goes_last() -> None:
    filters = Filters(brand=("Acme",), price_max=Decimal(20), attributes={"colour": ("red",), "shoe_size": ("9",)})
    chosen = Filters(brand=("Acme",), attributes={"colour": ("red",)})

    assert names(question(filters, 3), chosen) == [
        "most_words",
        "drop_attributes.shoe_size",
        "widen_price",
        "drop_price",
        "any_word",
        "drop_attributes.colour",
        "drop_brand",
    ]


def test_one_word_alone_is_never_let_go() -> None:
    assert names(question(words=1)) == []
    assert names(question(words=2)) == ["any_word"]


def test_an_attribute_is_told_by_its_name() -> None:
    [step] = steps(question(Filters(attributes={"shoe_size": ("9",)})), Filters())

    assert step.said.message == "Nothing matches with that shoe size; shown without it."


def test_a_price_a_little_off_comes_before_any_price() -> None:
    filters = Filters(price_min=Decimal(10), price_max=Decimal(20))

    wider = widened(question(filters), relaxed(question(filters), Filters(), lambda q: q.filters != filters))

    assert (wider.filters.price_min, wider.filters.price_max) == (Decimal("7.5"), Decimal(25))


def test_only_what_was_necessary_is_let_go_and_told() -> None:
    filters = Filters(brand=("Acme",), category=("Shoes",), price_max=Decimal(20), in_stock=True)

    def only_without_the_category(asked: Question) -> bool:
        return "category" not in facets_of(asked.filters)

    assert told(question(filters, 3), Filters(), only_without_the_category) == ["drop_category"]


def test_two_wishes_that_cannot_both_be_met_cost_the_lesser_one() -> None:
    """Either would do: what was chosen by hand is kept, and what was understood from words is not."""
    filters = Filters(brand=("Acme",), rating_min=4)

    def either(asked: Question) -> bool:
        return len(facets_of(asked.filters)) < 2

    assert told(question(filters), Filters(rating_min=4), either) == ["drop_brand"]


def test_when_nothing_helps_nothing_is_let_go() -> None:
    assert told(question(Filters(brand=("Acme",)), 3), Filters(), lambda _: False) == []


@given(filters=SOME_FILTERS, chosen=SOME_FILTERS, words=st.integers(0, 4), data=st.data())
def test_no_step_taken_is_needless(filters: Filters, chosen: Filters, words: int, data: st.DataObject) -> None:
    asked = question(filters, words)
    kept = data.draw(st.sets(st.sampled_from(["brand", "category", "price", "rating", "in_stock"])))

    def matches(asked: Question) -> bool:
        return not kept & set(facets_of(asked.filters)) and needed(asked) < 3

    taken = relaxed(asked, chosen, matches)
    if not taken:
        assert names(asked, chosen) == []
        return
    assert matches(widened(asked, taken))
    for step in taken:
        fewer = [other for other in taken if other is not step]
        if len(taken) > 1:
            assert not matches(widened(asked, fewer)), (step.said.step, [other.said.step for other in taken])


@pytest.mark.parametrize("available", [True, False])
def test_availability_reads_as_a_sentence(*, available: bool) -> None:
    [step] = steps(question(Filters(in_stock=available)), Filters())

    assert step.said.message == "Nothing matches with that availability; shown without it."
