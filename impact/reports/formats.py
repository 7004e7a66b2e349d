"""Numbers as people read them: signs, digits that the uncertainty supports, units, money.

A true minus sign, commas between thousands and a narrow space that never breaks before a unit.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

MINUS = "\N{MINUS SIGN}"
NARROW = "\N{NARROW NO-BREAK SPACE}"
ABSENT = "\N{EM DASH}"
SIGNIFICANT_DIGITS = 2
MAX_DIGITS = 4
SMALLEST_P_VALUE = 0.001
SYMBOLS: Mapping[str, str] = MappingProxyType(
    {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹", "PLN": "zł"}
)
UNITS: Mapping[str, str] = MappingProxyType(
    {
        "second": "s",
        "minute": "min",
        "hour": "h",
        "day": "days",
        "week": "weeks",
        "month": "months",
        "year": "years",
    }
)


class Form(StrEnum):
    """How a number is written."""

    NUMBER = "number"
    PERCENT = "percent"
    POINTS = "points"
    RATIO = "ratio"
    MONEY = "money"
    MEASURE = "measure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """A form with its unit: the currency of money, the name of a measure's unit."""

    form: Form = Form.NUMBER
    unit: str = ""

    @property
    def factor(self) -> float:
        """What a value is multiplied by before it is written."""
        return 100.0 if self.form in {Form.PERCENT, Form.POINTS} else 1.0


def count(n: int) -> str:
    """Write a count.

    >>> count(60412)
    '60,412'
    """
    return number(n, digits=0)


def number(value: float, *, digits: int, signed: bool = False) -> str:
    """Write a number with that many decimals; a rounded zero has no sign.

    >>> number(1234.567, digits=1, signed=True)
    '+1,234.6'
    >>> number(0.04, digits=1, signed=True)
    '0.0'
    """
    text = f"{abs(value):,.{digits}f}"
    if not text.strip("0.,"):
        return text
    sign = MINUS if value < 0 else "+" if signed else ""
    return sign + text


def digits_for(*bounds: float | None) -> int:
    """Return the decimals that an interval of that width supports: two significant digits.

    >>> digits_for(0.4, 3.4), digits_for(-120.0, 980.0), digits_for(None)
    (1, 0, 2)
    """
    known = [bound for bound in bounds if bound is not None and math.isfinite(bound)]
    width = max(known) - min(known) if known else 0.0
    if width <= 0:
        return SIGNIFICANT_DIGITS
    digits = SIGNIFICANT_DIGITS - 1 - math.floor(math.log10(width))
    return min(max(digits, 0), MAX_DIGITS)


def quantity(
    value: float | None, scale: Scale, *, digits: int | None = None, signed: bool = False
) -> str:
    """Write a value on its scale; an absent one is a dash.

    >>> quantity(0.0187, Scale(form=Form.POINTS), digits=1, signed=True)
    '+1.9\u202fpp'
    >>> quantity(12.5, Scale(form=Form.MONEY, unit="EUR"), signed=True)
    '+€12.50'
    >>> quantity(0.8, Scale(form=Form.RATIO))
    '0.80'
    >>> quantity(None, Scale())
    '—'
    """
    if value is None:
        return ABSENT
    places = _default_digits(scale) if digits is None else digits
    text = number(value * scale.factor, digits=places, signed=signed)
    return _with_unit(text, scale)


def interval(low: float, high: float, scale: Scale, *, digits: int, signed: bool = False) -> str:
    """Write both ends of a confidence interval; the unit once, but money at both ends.

    >>> interval(0.004, 0.034, Scale(form=Form.POINTS), digits=1, signed=True)
    '+0.4 to +3.4\u202fpp'
    """
    ends = [number(end * scale.factor, digits=digits, signed=signed) for end in (low, high)]
    if scale.form is Form.MONEY:
        ends = [_with_unit(end, scale) for end in ends]
        return " to ".join(ends)
    return _with_unit(" to ".join(ends), scale)


def scaled_digits(scale: Scale, *bounds: float | None) -> int:
    """Return the decimals that an interval on this scale supports.

    Ratios and shares are not written to the last digit; money has cents or none.

    >>> scaled_digits(Scale(form=Form.POINTS), 0.004, 0.034)
    1
    >>> scaled_digits(Scale(form=Form.RATIO), 0.853, 0.924)
    2
    >>> scaled_digits(Scale(form=Form.MONEY, unit="EUR"), 1.2, 3.6)
    2
    """
    digits = digits_for(*(None if bound is None else bound * scale.factor for bound in bounds))
    match scale.form:
        case Form.RATIO:
            return max(digits - 1, 2)
        case Form.PERCENT:
            return max(digits - 1, 1)
        case Form.POINTS:
            return max(digits, 1)
        case Form.MONEY:
            return 2 if digits else 0
        case _:
            return digits


def p_value(p: float | None) -> str:
    """Write a p-value; a tiny one as a bound.

    >>> p_value(0.0421), p_value(2e-9), p_value(None)
    ('0.042', '< 0.001', '—')
    """
    if p is None:
        return ABSENT
    return f"< {SMALLEST_P_VALUE}" if p < SMALLEST_P_VALUE else f"{p:.3f}"


def level(confidence_level: float) -> str:
    """Write a confidence level.

    >>> level(0.95), level(0.999)
    ('95%', '99.9%')
    """
    return f"{confidence_level * 100:.6g}%"


def day(moment: date | datetime) -> str:
    """Write a date.

    >>> day(date(2026, 3, 1))
    '1 Mar 2026'
    """
    return f"{moment.day} {moment:%b %Y}"


def instant(moment: datetime) -> str:
    """Write an instant, with its zone.

    >>> from datetime import UTC
    >>> instant(datetime(2026, 3, 1, 9, 5, tzinfo=UTC))
    '1 Mar 2026, 09:05 UTC'
    """
    return f"{day(moment)}, {moment:%H:%M %Z}"


def _default_digits(scale: Scale) -> int:
    match scale.form:
        case Form.PERCENT | Form.POINTS | Form.MEASURE:
            return 1
        case _:
            return 2


def _with_unit(text: str, scale: Scale) -> str:
    match scale.form:
        case Form.PERCENT:
            return f"{text}%"
        case Form.POINTS:
            return f"{text}{NARROW}pp"
        case Form.MONEY:
            return _money(text, scale.unit)
        case Form.MEASURE:
            return f"{text}{NARROW}{UNITS.get(scale.unit, scale.unit)}"
        case _:
            return text


def _money(text: str, currency: str) -> str:
    symbol = SYMBOLS.get(currency, currency + NARROW)
    sign, amount = (text[0], text[1:]) if text[0] in f"+{MINUS}" else ("", text)
    return f"{sign}{symbol}{amount}"
