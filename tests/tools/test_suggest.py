"""Suggestions over the vocabulary of a small shop."""

import html
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.catalog import Product
from core.language.vocabulary import Vocabulary
from tools.suggest import Suggest, Suggestions, SuggestRequest, suggest


def product(n: int, title: str, brand: str, *category: str) -> Product:
    return Product(id=f"p{n}", title=title, brand=brand, category=category, price=Decimal(9), rating_count=n)


SHOP = Vocabulary.of(
    [product(n, f"Sony wireless headphones {n}", "Sony", "Electronics", "Headphones") for n in range(6)]
    + [product(10 + n, f"Acme hammer drill {n} <b>", "Acme & Sons", "Tools", "Drills") for n in range(5)]
    + [product(20 + n, f"Home décor lamp {n}", "Handy", "Home", "Lamps") for n in range(4)]
)


@dataclass(frozen=True)
class Now:
    vocabulary: Vocabulary


@dataclass(frozen=True)
class Shelf:
    snapshot: Now | None


def texts(query: str, kind: str, k: int = 8) -> list[str]:
    return [s.text for s in suggest(query, k, SHOP).suggestions if s.kind == kind]


def test_a_prefix_is_completed_in_every_kind() -> None:
    assert "headphones" in [text.rsplit(" ", 1)[-1].lower() for text in texts("head", "query")]
    assert texts("head", "category") == ["Electronics > Headphones"]
    assert texts("son", "brand") == ["Sony", "Acme & Sons"]
    assert texts("sony wire", "product")[0] == "Sony wireless headphones 5"


def test_more_carried_comes_first_and_ties_go_by_text() -> None:
    assert texts("ha", "product", 20) == [*[f"Acme hammer drill {n} <b>" for n in (4, 3, 2, 1, 0)]]
    assert suggest("h", 20, SHOP) == suggest("h", 20, SHOP)


def test_earlier_words_may_stand_anywhere() -> None:
    assert texts("drill ham", "product")


@pytest.mark.parametrize("slip", ["haedph", "heaadph", "hedph", "heqdph", "sonny headph", "hammr"])
def test_one_slip_is_forgiven(slip: str) -> None:
    assert suggest(slip, 8, SHOP).suggestions


@pytest.mark.parametrize("query", ["", "   ", "!!!", "xyzzyxyzzy", "\x00", "q" * 500])
def test_nothing_to_complete_suggests_nothing(query: str) -> None:
    assert suggest(query, 8, SHOP) == Suggestions()


@pytest.mark.parametrize("k", [1, 2, 3, 8, 20])
def test_never_more_than_asked_and_nothing_twice(k: int) -> None:
    found = suggest("h", k, SHOP).suggestions
    assert len(found) <= k
    assert len({(s.kind, s.text, s.product_id) for s in found}) == len(found)


def test_what_is_completed_is_marked_and_the_rest_escaped() -> None:
    (first, *_) = [s for s in suggest("acme ham", 8, SHOP).suggestions if s.kind == "product"]
    assert first.highlight == "Acme ham<mark>mer drill 4 &lt;b&gt;</mark>"
    assert first.product_id == "p14"


@settings(deadline=None)
@given(query=st.text(max_size=40) | st.text(alphabet="hadecsonyl <>&é", max_size=12))
def test_marks_take_nothing_from_the_text(query: str) -> None:
    for suggestion in suggest(query, 8, SHOP).suggestions:
        assert html.unescape(re.sub(r"</?mark>", "", suggestion.highlight)) == suggestion.text


async def test_the_tool_answers_from_the_index_and_without_one() -> None:
    with ThreadPoolExecutor(1) as threads:
        assert (await Suggest(Shelf(Now(SHOP)), threads)(SuggestRequest(query="hea"))).suggestions
        assert await Suggest(Shelf(None), threads)(SuggestRequest(query="hea")) == Suggestions()
