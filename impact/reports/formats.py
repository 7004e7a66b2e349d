"""Numbers and dates as people read them: signs, digits that the uncertainty supports.

A true minus sign and commas between thousands.
"""

import math
from datetime import date, datetime

MINUS = "\N{MINUS SIGN}"
NARROW = "\N{NARROW NO-BREAK SPACE}"
ABSENT = "\N{EM DASH}"
SIGNIFICANT_DIGITS = 2
MAX_DIGITS = 4
SMALLEST_P_VALUE = 0.001


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


def capital(words: str) -> str:
    """Write words as the head of a column.

    >>> capital("95% interval"), capital("interval"), capital("")
    ('95% interval', 'Interval', '')
    """
    return words[:1].upper() + words[1:]
