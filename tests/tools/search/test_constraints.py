"""A click is surer than a word, an exclusion is never lost, and filters come apart into facets and together again."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalog import Exclude, Filters
from core.language.effects import Chip
from core.language.understanding import Understood
from evals.shop import NOW
from tests.tools.search.test_relaxing import SOME_FILTERS
from tools.search.constraints import constrained, cut, facets_of, only, overruled, without
from tools.search.shapes import SearchRequest

NAMES = st.lists(st.sampled_from(["a", "b", "c"]), max_size=3, unique=True).map(tuple)
EXCLUDES = st.builds(
    Exclude,
    brand=NAMES,
    category=NAMES,
    terms=NAMES,
    attributes=st.dictionaries(st.sampled_from(["colour", "material"]), NAMES),
)


def both(chosen: Filters, said: Filters) -> Filters:
    request = SearchRequest(query="x", filters=chosen, now=NOW)
    return constrained(request, Understood(query="x", filters=said))[0]


def test_where_both_name_a_field_the_shoppers_choice_stands() -> None:
    chosen = Filters(brand=("Acme",), price_max=Decimal(10), in_stock=False, attributes={"colour": ("red",)})
    said = Filters(
        brand=("Bolt",), price_max=Decimal(90), price_min=Decimal(5), in_stock=True, rating_min=4,
        attributes={"colour": ("blue",), "size": ("9",)},
    )  # fmt: skip

    assert both(chosen, said) == Filters(
        brand=("Acme",), price_max=Decimal(10), price_min=Decimal(5), in_stock=False, rating_min=4,
        attributes={"colour": ("red",), "size": ("9",)},
    )  # fmt: skip


def test_a_choice_of_zero_or_no_is_a_choice() -> None:
    chosen = Filters(price_min=Decimal(0), rating_min=0, in_stock=False)

    assert both(chosen, Filters(price_min=Decimal(5), rating_min=4, in_stock=True)) == chosen


@given(SOME_FILTERS, SOME_FILTERS)
def test_every_facet_that_either_names_is_named_by_both_together(chosen: Filters, said: Filters) -> None:
    assert set(facets_of(both(chosen, said))) == set(facets_of(chosen)) | set(facets_of(said))


@given(EXCLUDES, EXCLUDES)
def test_no_exclusion_is_lost_and_none_stands_twice(by_hand: Exclude, said: Exclude) -> None:
    request = SearchRequest(query="x", exclude=by_hand, now=NOW)
    _, exclude = constrained(request, Understood(query="x", exclude=said))

    for field in ("brand", "category", "terms"):
        values = getattr(exclude, field)
        assert set(values) == {*getattr(by_hand, field), *getattr(said, field)}
        assert len(set(values)) == len(values)
    for name in {*by_hand.attributes, *said.attributes}:
        wanted = {*by_hand.attributes.get(name, ()), *said.attributes.get(name, ())}
        assert set(exclude.attributes[name]) == wanted


@given(SOME_FILTERS)
def test_filters_without_each_of_their_facets_are_free(filters: Filters) -> None:
    free = filters
    for facet in facets_of(filters):
        assert facets_of(only(filters, facet)) == (facet,)
        assert set(facets_of(without(filters, facet))) == set(facets_of(filters)) - {facet}
        free = without(free, facet)

    assert facets_of(free) == ()


def said_brands(text: str, *brands: str) -> Understood:
    chips = tuple(Chip(kind="brand", label=f"Brand: {brand}", value=brand) for brand in brands)
    return Understood(query=text, text=text, filters=Filters(brand=brands), chips=chips)


def test_a_brand_chosen_by_hand_silences_the_one_said() -> None:
    heard = overruled(said_brands("l oreal red shampoo", "L Oreal"), Filters(brand=("Acme",)))

    assert (heard.text, heard.filters.brand, heard.chips) == ("red shampoo", (), ())


@pytest.mark.parametrize("chosen", [Filters(), Filters(brand=("ACME",)), Filters(price_max=Decimal(5))])
def test_a_brand_said_stands_while_no_other_is_chosen(chosen: Filters) -> None:
    said = said_brands("acme boots", "Acme")

    assert overruled(said, chosen) == said


def test_of_two_brands_said_the_one_chosen_by_hand_stays() -> None:
    heard = overruled(said_brands("acme or bolt boots", "Acme", "Bolt"), Filters(brand=("Bolt",)))

    assert (heard.text, heard.filters.brand, [chip.value for chip in heard.chips]) == (
        "or bolt boots",
        ("Bolt",),
        ["Bolt"],
    )


@given(st.lists(st.sampled_from(["a", "b", "c"]), max_size=8), st.lists(NAMES.map(" ".join), max_size=3))
def test_cutting_names_leaves_none_of_them_and_every_other_word(words: list[str], names: list[str]) -> None:
    single = [name for name in names if " " not in name and name]

    assert cut(" ".join(words), single).split() == [word for word in words if word not in single]
