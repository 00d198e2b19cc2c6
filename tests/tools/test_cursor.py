"""A cursor shows nothing twice and refuses what is not its own."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInputError
from tools.search.cursor import MAX_SHOWN, Cursor, fingerprint, read, search_digest
from tools.search.shapes import SearchRequest

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@given(st.lists(st.text(min_size=1, max_size=20), max_size=50))
def test_what_was_shown_comes_back_from_the_text(product_ids: list[str]) -> None:
    request = SearchRequest(query="boots", now=NOW)

    text = read(request).after(product_ids).encode()

    assert read(request.model_copy(update={"cursor": text})).shown == {fingerprint(p) for p in product_ids}


def test_page_size_and_hour_may_change_but_the_search_may_not() -> None:
    request = SearchRequest(query="boots", off=frozenset({"spelling", "stemming"}), now=NOW)
    text = read(request).after(["a"]).encode()

    assert read(request.model_copy(update={"cursor": text, "k": 5, "now": NOW.replace(hour=3)})).shown
    with pytest.raises(InvalidInputError, match="another search"):
        read(request.model_copy(update={"cursor": text, "query": "shoes"}))


@given(st.text(max_size=200))
def test_garbage_is_invalid_input_and_nothing_else(text: str) -> None:
    try:
        read(SearchRequest(query="boots", cursor=text, now=NOW))
    except InvalidInputError:
        return
    raise AssertionError(text)


def test_a_longer_cursor_than_any_of_ours_is_refused() -> None:
    request = SearchRequest(query="boots", now=NOW)
    body = search_digest(request) + bytes(8 * MAX_SHOWN)

    with pytest.raises(InvalidInputError):
        read(request.model_copy(update={"cursor": urlsafe_b64encode(body).decode()}))


def test_the_depth_ends() -> None:
    assert Cursor(b"12345678", frozenset(range(MAX_SHOWN))).encode() is None
