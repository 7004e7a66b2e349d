"""Lengths of time in a plan: given in its time unit, kept in days."""

from decimal import Decimal

from experiments.plan.document import TimeUnit
from experiments.plan.fields import Section
from experiments.plan.numbers import decimal

LONGEST = 36_500


def days(section: Section, name: str, time_unit: TimeUnit) -> int | None:
    """Return a length given in the plan's time unit, in whole days."""
    length = decimal(section, name)
    if length is None:
        return None
    in_days = length * Decimal(str(time_unit.days))
    if in_days != in_days.to_integral_value() or not 1 <= in_days <= LONGEST:
        rule = f"must be a whole number of days, 1 to {LONGEST:,}; a {time_unit.name} has"
        section.refuse(name, f"{rule} {time_unit.days}")
        return None
    return int(in_days)


def horizon(section: Section, time_unit: TimeUnit, name: str = "horizon") -> float | None:
    """Return a horizon in days: a point of the curve, which may lie between two days."""
    length = decimal(section, name)
    if length is None:
        return None
    in_days = length * Decimal(str(time_unit.days))
    if not 1 <= in_days <= LONGEST:
        rule = f"must be 1 to {LONGEST:,} days; a {time_unit.name} has {time_unit.days}"
        section.refuse(name, rule)
        return None
    return whole_or_float(in_days)


def whole_or_float(number: Decimal) -> float:
    """Return an int where the number is whole, so that it is written without a point.

    >>> whole_or_float(Decimal("30.0")), whole_or_float(Decimal("365.25"))
    (30, 365.25)
    """
    return int(number) if number == number.to_integral_value() else float(number)
