"""Numbers in a plan: whole within bounds, or as exact as they are written."""

import re
from decimal import Decimal

from experiments.plan.fields import Section

INTEGER = re.compile(r"[+-]?\d{1,9}")
NUMBER = re.compile(r"[+-]?(\d{1,12}(\.\d{0,12})?|\.\d{1,12})([eE][+-]?\d{1,2})?")


def integer(section: Section, name: str, *, low: int, high: int) -> int | None:
    """Return a whole number within inclusive bounds."""
    value = section.scalar(name)
    if value is None:
        return None
    whole = int(value.text) if INTEGER.fullmatch(value.text) else None
    if whole is None or not low <= whole <= high:
        section.refuse(name, f"must be a whole number, {low} to {high}")
        return None
    return whole


def number(section: Section, name: str) -> float | None:
    """Return a finite number."""
    exact = decimal(section, name)
    return None if exact is None else float(exact)


def decimal(section: Section, name: str) -> Decimal | None:
    """Return an exact decimal."""
    value = section.scalar(name)
    if value is None:
        return None
    if not NUMBER.fullmatch(value.text):
        section.refuse(name, "must be a number")
        return None
    return Decimal(value.text)
