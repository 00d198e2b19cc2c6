from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.wire import Bodies, money, to_json
from tests.api.conftest import Shop
from tools.search.shapes import SearchRequest


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("12.5000", "12.50"),
        ("12", "12.00"),
        ("0.1234", "0.1234"),
        ("0", "0.00"),
        ("1E+3", "1000.00"),
        ("1.2300", "1.23"),
    ],
)
def test_money_has_two_decimals_at_least(amount, text):
    assert money(Decimal(amount)) == text


@given(st.decimals(0, 10**9, places=4))
def test_money_is_exact(amount):
    assert Decimal(money(amount)) == amount


async def test_a_page_kept_encoded_carries_each_requests_own_id():
    from tests.api.conftest import NOW

    bodies = Bodies(capacity=1)
    first = await Shop().find(SearchRequest(query="red", now=NOW))
    second = await Shop().find(SearchRequest(query="blue", now=NOW))
    answers = [
        bodies.of(page, request_id) for page, request_id in ((first, "a"), (second, "b"), (first, "c"), (first, "d"))
    ]
    assert [answer[:16] for answer in answers] == [b'{"request_id":"%b' % name for name in (b"a", b"b", b"c", b"d")]
    assert answers[0][16:] == answers[2][16:] == answers[3][16:] != answers[1][16:]


def test_what_has_no_form_on_the_wire_is_an_error():
    with pytest.raises(TypeError):
        to_json({"x": object()})
