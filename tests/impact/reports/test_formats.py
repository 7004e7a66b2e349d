from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impact.reports.formats import (
    ABSENT,
    MINUS,
    NARROW,
    day,
    digits_for,
    instant,
    level,
    number,
    p_value,
)
from impact.reports.quantities import Form, Scale, interval, quantity, scaled_digits

POINTS = Scale(form=Form.POINTS)
EURO = Scale(form=Form.MONEY, unit="EUR")
SECONDS = Scale(form=Form.MEASURE, unit="second")


def test_negative_numbers_have_a_true_minus_and_thousands_a_comma() -> None:
    assert number(-1234.5, digits=1) == f"{MINUS}1,234.5"


def test_a_number_that_rounds_to_zero_has_no_sign() -> None:
    assert number(-0.04, digits=1) == "0.0"
    assert number(0.0, digits=0, signed=True) == "0"


@pytest.mark.parametrize(
    ("value", "scale", "digits", "signed", "text"),
    [
        (0.0187, POINTS, 1, True, f"+1.9{NARROW}pp"),
        (-0.0187, POINTS, 1, True, f"{MINUS}1.9{NARROW}pp"),
        (0.8374, Scale(form=Form.PERCENT), None, False, "83.7%"),
        (71.66, SECONDS, None, True, f"+71.7{NARROW}s"),
        (4.25, Scale(form=Form.MEASURE, unit="minute"), 1, False, f"4.2{NARROW}min"),
        (0.888, Scale(form=Form.RATIO), None, False, "0.89"),
        (-2410, EURO, 0, True, f"{MINUS}€2,410"),
        (3, Scale(form=Form.MONEY, unit="CHF"), None, False, f"CHF{NARROW}3.00"),
        (None, EURO, None, True, ABSENT),
    ],
)
def test_a_quantity_is_written_with_its_unit(
    *, value: float | None, scale: Scale, digits: int | None, signed: bool, text: str
) -> None:
    assert quantity(value, scale, digits=digits, signed=signed) == text


def test_an_interval_names_its_unit_once_but_money_at_both_ends() -> None:
    assert interval(0.004, 0.034, POINTS, digits=1, signed=True) == f"+0.4 to +3.4{NARROW}pp"
    assert interval(-1.0, 2.5, EURO, digits=2, signed=True) == f"{MINUS}€1.00 to +€2.50"


@pytest.mark.parametrize(
    ("bounds", "digits"),
    [((0.4, 3.4), 1), ((0.01, 0.09), 3), ((-120.0, 980.0), 0), ((1.0, 1.0), 2), ((None, 3.0), 2)],
)
def test_digits_follow_the_width_of_the_interval(
    bounds: tuple[float | None, ...], digits: int
) -> None:
    assert digits_for(*bounds) == digits


def test_ratios_have_two_digits_at_least_and_money_cents_or_none() -> None:
    assert scaled_digits(Scale(form=Form.RATIO), 0.5, 4.0) == 2
    assert scaled_digits(EURO, 1.2, 3.6) == 2
    assert scaled_digits(EURO, 1190.0, 3630.0) == 0


@given(st.floats(min_value=-1e9, max_value=1e9), st.integers(min_value=0, max_value=4))
def test_what_is_written_reads_back_within_half_a_last_digit(value: float, digits: int) -> None:
    text = number(value, digits=digits, signed=True).replace(MINUS, "-").replace(",", "")

    assert abs(float(text) - value) <= 0.5 * 10**-digits * (1 + 1e-9) + abs(value) * 1e-12


@pytest.mark.parametrize(
    ("p", "text"), [(0.0421, "0.042"), (0.00099, "< 0.001"), (1.0, "1.000"), (None, ABSENT)]
)
def test_a_p_value_has_three_digits_or_is_a_bound(p: float | None, text: str) -> None:
    assert p_value(p) == text


def test_levels_and_times_read_like_sentences() -> None:
    assert level(0.95) == "95%"
    assert day(date(2026, 3, 1)) == "1 Mar 2026"
    assert instant(datetime(2026, 3, 1, 9, 5, tzinfo=UTC)) == "1 Mar 2026, 09:05 UTC"
