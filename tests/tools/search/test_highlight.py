"""Highlights: the words that matched, marked, and nothing else changed."""

import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.catalog import Product
from core.language.terms import Term, Variant
from core.language.tokens import analyze
from tools.search.highlight import ELLIPSIS, SNIPPET, highlight, mark, spans

TEXTS = st.text(max_size=300) | st.text(alphabet="shoe <>&\"'red RUNNING é16gb-", max_size=300)


def asked(*words: str) -> tuple[Term, ...]:
    return tuple(Term(word, (Variant(tuple(analyze(word))),)) for word in words)


def titled(title: str, *words: str) -> str | None:
    return highlight(Product(id="1", title=title), asked(*words)).get("title")


def bare(marked: str) -> str:
    return html.unescape(re.sub(r"</?mark>", "", marked))


@pytest.mark.parametrize(
    ("title", "words", "marked"),
    [
        ("Running Shoes", ["shoe"], "Running <mark>Shoes</mark>"),
        ("Running Shoes", ["run", "shoes"], "<mark>Running</mark> <mark>Shoes</mark>"),
        ("16GB stick", ["16", "gb"], "<mark>16GB</mark> stick"),
        ("Wi-Fi <b>", ["wi", "fi"], "<mark>Wi</mark>-<mark>Fi</mark> &lt;b&gt;"),
        ("Men's café", ["cafe"], "Men&#x27;s <mark>café</mark>"),
        ("Shoeshine", ["shoe"], None),
        ("nothing", [], None),
    ],
)
def test_words_are_marked_by_their_stems(title: str, words: list[str], marked: str | None) -> None:
    assert titled(title, *words) == marked


def test_a_variant_of_several_words_counts_only_whole() -> None:
    terms = (Term("bluetooth", (Variant(("bluetooth",)), Variant(("blue", "tooth")))),)
    assert highlight(Product(id="1", title="blue tooth"), terms)["title"] == "<mark>blue</mark> <mark>tooth</mark>"
    assert "title" not in highlight(Product(id="1", title="blue dress"), terms)


def test_a_long_description_is_cut_around_the_best_window() -> None:
    text = f"{'filler words here ' * 40}waterproof red boots for rain {'and more words ' * 40}"
    snippet = highlight(Product(id="1", title="x", description=text), asked("red", "boots", "filler"))["description"]
    assert "<mark>red</mark> <mark>boots</mark>" in snippet
    assert snippet.startswith(ELLIPSIS)
    assert snippet.endswith(ELLIPSIS)
    assert len(bare(snippet)) <= 2 * SNIPPET + 2


def test_a_field_without_a_match_is_left_out() -> None:
    assert highlight(Product(id="1", title="red shoes", description="for running"), asked("red")).keys() == {"title"}


@settings(deadline=None)
@given(text=TEXTS, words=st.lists(st.sampled_from(["shoe", "red", "running", "16", "gb", "e"]), max_size=3))
def test_stripping_the_marks_gives_back_the_text(text: str, words: list[str]) -> None:
    marked = mark(text, spans(text, asked(*words)))
    assert marked == "" or bare(marked) == text
    assert set(re.findall(r"<[^>]*>", marked)) <= {"<mark>", "</mark>"}
    assert marked.count("<mark>") == marked.count("</mark>")


@settings(deadline=None)
@given(text=st.text(alphabet="shoe <>&red\n ", min_size=1, max_size=2000))
def test_a_snippet_is_a_stretch_of_the_description(text: str) -> None:
    snippet = highlight(Product(id="1", title="x", description=text), asked("red", "shoe")).get("description", "")
    inside = bare(snippet).removeprefix(ELLIPSIS).removesuffix(ELLIPSIS)
    assert inside in re.sub(r"\s+", " ", text).strip()
    assert set(re.findall(r"<[^>]*>", snippet)) <= {"<mark>", "</mark>"}
    assert not snippet or "<mark>" in snippet
