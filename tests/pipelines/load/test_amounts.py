from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.load.amounts import BadCellError, moment, price, stars, whole

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cell", "amount", "currency"),
    [
        ("12.99", "12.99", None),
        ("12.99 USD", "12.99", "USD"),
        ("USD 12.99", "12.99", "USD"),
        ("$12", "12", "USD"),
        ("US$ 1,299.00", "1299.00", "USD"),
        ("€ 1.234,56", "1234.56", "EUR"),
        ("12,50 €", "12.50", "EUR"),
        ("1,234", "1234", None),
        ("1 234,56", "1234.56", None),
        ("1'234.50", "1234.50", None),
        ("1,234,567.8", "1234567.8", None),
        ("0.125", "0.125", None),
        (".99", "0.99", None),
        ("25,-", "25", None),
        ("£5", "5", "GBP"),
        (19.99, "19.99", None),
        (19.990000000000002, "19.9900", None),
        (5, "5", None),
        (Decimal("3.10"), "3.10", None),
    ],
)
def test_a_price_is_read_as_people_write_it(cell: object, amount: str, currency: str | None) -> None:
    assert price(cell) == (Decimal(amount), currency)


def test_where_commas_are_decimal_a_lone_dot_before_three_digits_groups_thousands() -> None:
    assert price("1.234", decimal_comma=True)[0] == 1234
    assert price("1.234")[0] == Decimal("1.234")
    assert price("1,234", decimal_comma=True)[0] == Decimal("1.234")


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("free", "not a price"),
        ("10-20", "not a price"),
        ("", "not a price"),
        ("1.2.3", "not a price"),
        ("12,34,56", "not a price"),
        ("$12 USD each", "not a price"),
        ("-5", "negative price"),
        ("-$5.00", "negative price"),
        ("$-5.00", "negative price"),
        (-0.01, "negative price"),
        ("NaN", "not finite"),
        ("-Infinity", "not finite"),
        (float("nan"), "not finite"),
        (float("inf"), "not finite"),
        ("99999999999", "price too large"),
        (True, "not a price"),
        ("1e5", "not a price"),
        ("٣", "not a price"),
        ("=1+1", "not a price"),
    ],
)
def test_what_is_no_price_says_why(cell: object, reason: str) -> None:
    with pytest.raises(BadCellError, match=reason):
        price(cell)


@given(st.decimals(0, 9_999_999_999, places=2))
def test_any_amount_comes_back_exactly_in_every_common_notation(amount: Decimal) -> None:
    english, german = f"{amount:,.2f}", f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))
    for text in (str(amount), english, german, f"${english}", f"{german} €", f"{amount} EUR"):
        assert price(text)[0] == amount


@given(st.text(max_size=30))
def test_no_text_breaks_the_reading_of_a_price(text: str) -> None:
    try:
        amount, _ = price(text)
    except BadCellError:
        return
    assert amount.is_finite()
    assert amount >= 0


@pytest.mark.parametrize(("cell", "count"), [("5", 5), (5.0, 5), ("5.0", 5), ("1,000", 1000), ("-3", 0), (0, 0)])
def test_a_stock_is_a_whole_number_and_backorders_leave_none(cell: object, count: int) -> None:
    assert whole(cell) == count


@pytest.mark.parametrize("cell", ["many", "1.5", "NaN", float("inf"), True, "99999999999", ""])
def test_what_is_no_count_is_refused(cell: object) -> None:
    with pytest.raises(BadCellError):
        whole(cell)


@pytest.mark.parametrize(
    ("cell", "value"),
    [("4.5", 4.5), ("4,5", 4.5), ("4.5 out of 5 stars", 4.5), ("4/5", 4.0), (0, 0.0), ("3 stars", 3.0)],
)
def test_a_rating_is_out_of_five(cell: object, value: float) -> None:
    assert stars(cell) == value


@pytest.mark.parametrize("cell", ["5.1", "-1", "PG-13", "nan", 87])
def test_a_rating_beyond_five_stars_is_refused(cell: object) -> None:
    with pytest.raises(BadCellError):
        stars(cell)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2024-12-31", "2024-12-31T00:00:00+00:00"),
        ("2009-12-10T00:00:00Z", "2009-12-10T00:00:00+00:00"),
        ("2024-12-31 10:30:00+02:00", "2024-12-31T08:30:00+00:00"),
        ("31.12.2024", "2024-12-31T00:00:00+00:00"),
        ("2024/12/31", "2024-12-31T00:00:00+00:00"),
        ("12/31/2024", "2024-12-31T00:00:00+00:00"),
        ("31/12/2024", "2024-12-31T00:00:00+00:00"),
        (1735603200, "2024-12-31T00:00:00+00:00"),
        ("1735603200000", "2024-12-31T00:00:00+00:00"),
    ],
)
def test_a_date_is_read_in_the_usual_forms(cell: object, day: str) -> None:
    assert moment(cell, NOW) == datetime.fromisoformat(day)


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("0001-01-01", "absurd date"),
        ("9999-12-31", "absurd date"),
        ("2024-02-31", "absurd date"),
        ("99999-01-01", "absurd date"),
        ("soon", "not a date"),
        (1e300, "not a date"),
        (float("nan"), "not a date"),
        ("2062-01-01", "absurd date"),
        (datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-5))), "absurd date"),
    ],
)
def test_an_absurd_date_says_so(cell: object, reason: str) -> None:
    with pytest.raises(BadCellError, match=reason):
        moment(cell, NOW)


@given(st.one_of(st.text(max_size=30), st.integers(), st.floats()))
def test_no_cell_breaks_the_reading_of_a_date(cell: object) -> None:
    with suppress(BadCellError):
        assert moment(cell, NOW).tzinfo is not None
