"""The zone in which a plan's instants become dates, and the unit that its lengths are given in."""

from decimal import Decimal
from zoneinfo import ZoneInfo

from experiments.plan.document import TimeUnit
from experiments.plan.fields import Section
from experiments.plan.lengths import whole_or_float
from experiments.plan.numbers import decimal
from experiments.plan.yaml_lines import Scalar

LONGEST_UNIT = 366
SHORT_UNITS = {"day": 1, "week": 7, "month": 30, "quarter": 90, "year": 365}


def read_zone(section: Section) -> ZoneInfo:
    """Return the zone that a plan names, UTC where it names none."""
    name = section.text("timezone") or "UTC"
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        section.refuse("timezone", "must be an IANA time zone, as Europe/Berlin")
        return ZoneInfo("UTC")


def read_time_unit(section: Section) -> TimeUnit:
    """Return the time unit: one that is known by its name, or a name and its days."""
    value = section.given("time_unit")
    if value is None:
        return TimeUnit()
    if isinstance(value, Scalar):
        if value.text not in SHORT_UNITS:
            section.refuse("time_unit", "must be one of " + ", ".join(SHORT_UNITS))
        return TimeUnit(name=value.text, days=SHORT_UNITS.get(value.text, 1))
    inner = section.section("time_unit")
    if inner is None:
        return TimeUnit()
    name = inner.text("name", required=True, limit=30)
    unit = TimeUnit(name=name, days=_days_of_unit(inner))
    inner.refuse_unknown()
    return unit


def _days_of_unit(inner: Section) -> float:
    length = decimal(inner, "days")
    if inner.given("days") is None:
        inner.refuse("days", "is required")
    elif length is not None and not 1 <= length <= LONGEST_UNIT:
        inner.refuse("days", f"must be a number, 1 to {LONGEST_UNIT}")
        return 1
    return whole_or_float(length or Decimal(1))
