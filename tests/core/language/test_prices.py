"""Prices as shoppers say them."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.language.prices import find_price
from core.language.vocabulary import Vocabulary

SHOP = Vocabulary(products=100, priced=100, prices=(1.0, 5.0, 10.0, 30.0, 100.0, 500.0, 2000.0))
AMOUNTS = st.integers(1, 2000) | st.decimals(Decimal("1.01"), Decimal("1999.99"), places=2)


def limits(text: str, shop: Vocabulary = SHOP) -> tuple[Decimal | None, Decimal | None]:
    found = find_price(text, shop)
    low = next((price.low for price in found if price.low is not None), None)
    return low, next((price.high for price in found if price.high is not None), None)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("under $50", None, "50"), ("below 50", None, "50"), ("less than €20", None, "20"), ("over 100", "100", None),
        ("between 20 and 30", "20", "30"), ("between 30 and 20", "20", "30"), ("20-30 dollars", "20", "30"),
        ("$20 to $30", "20", "30"), ("from $20 to $30", "20", "30"), ("$20-$30 lamp", "20", "30"),
        ("around $40", "32", "48"), ("50 bucks", None, "50"), ("$50 or less", None, "50"), ("$20+", "20", None),
        ("under $1,299.50", None, "1299.50"), ("under 1.299,50 €", None, "1299.50"), ("under $1.5k", None, "1500"),
        ("over 20 under 50", "20", "50"), ("max $50", None, "50"), ("price lower than 50.00 dollars", None, "50"),
        ("under us$40", None, "40"), ("under 50 for men", None, "50"), ("under 50 in red", None, "50"),
        ("<$50", None, "50"), ("under 50.", None, "50"), ("budget of 300", None, "300"), ("price 20 to 40", "20", "40"),
    ],
)  # fmt: skip
def test_said(text: str, low: str | None, high: str | None) -> None:
    assert limits(text) == (low and Decimal(low), high and Decimal(high))


@pytest.mark.parametrize(
    "text",
    [
        "$50", "$50 gift card", "50% off", "$50 off", "under 5 inch", "100 watt", "between 18 and 24 months",
        "under 5/8",
        "air max 90", "kids under 5", "women over 50", "over 100 piece puzzle", "up to 5 people", "20-30", "20 x 30",
        "under 12\"", "under 50%", "under 200 calories", "between 1939 and 1945", "under armour", "3 for $10",
        "from 20 to 30", "under $0", "2-4 person tent", "over 90000",
    ],
)  # fmt: skip
def test_not_a_price(text: str) -> None:
    assert limits(text) == (None, None)


def test_a_catalogue_without_prices_cannot_be_limited() -> None:
    assert limits("under $50", Vocabulary(products=10)) == (None, None)


@settings(deadline=None)
@given(amount=AMOUNTS, sign=st.sampled_from(["$", "€", "£", "$ "]), lead=st.sampled_from(["shoes ", "", "a b, "]))
def test_an_upper_bound_is_read_to_the_cent(amount: int | Decimal, sign: str, lead: str) -> None:
    assert limits(f"{lead}under {sign}{amount}") == (None, Decimal(amount))


@settings(deadline=None)
@given(first=AMOUNTS, second=AMOUNTS)
def test_a_range_is_read_in_either_order(first: int | Decimal, second: int | Decimal) -> None:
    low, high = sorted((Decimal(first), Decimal(second)))
    assert limits(f"between ${first} and ${second}") == (low, high)
    assert limits(f"${first} - ${second}") == (low, high)


@settings(deadline=None)
@given(amount=st.integers(1000, 999_999))
def test_thousands_may_be_grouped_in_either_manner(amount: int) -> None:
    assert limits(f"under ${amount:,}.50") == limits(f"under {amount:,}".replace(",", ".") + ",50 €")
    assert limits(f"under ${amount:,}") == (None, Decimal(amount))


@settings(deadline=None)
@given(text=st.text(alphabet="under$between 0123456789.,-and%kto€", max_size=60))
def test_limits_are_in_order_and_spans_inside_the_text(text: str) -> None:
    low, high = limits(text)
    assert low is None or high is None or low <= high
    assert all(0 <= price.start < price.end <= len(text) for price in find_price(text, SHOP))
