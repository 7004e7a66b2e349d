"""Values on a scale as people read them: with their unit, and the digits that it bears."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from impact.reports.formats import ABSENT, MINUS, NARROW, digits_for, number

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
