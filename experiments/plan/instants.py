"""Dates and instants in a plan: a date is read in the plan's zone, an instant comes out in UTC."""

import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from experiments.plan.fields import Section
from experiments.plan.yaml_lines import Scalar

DAY = re.compile(r"\d{4}-\d\d-\d\d")


def day(section: Section, name: str, *, required: bool = False) -> date | None:
    """Return a date, as 2026-11-30."""
    value = section.scalar(name, required=required)
    return None if value is None else day_of(section, name, value)


def day_of(section: Section, name: str, value: Scalar) -> date | None:
    """Return the date that one value of a field writes."""
    try:
        return _day(value.text)
    except ValueError:
        section.refuse(name, "must be a date, as 2026-11-30", value)
        return None


def instant(section: Section, name: str, zone: ZoneInfo) -> datetime | None:
    """Return an instant in UTC; a date is its first moment in the plan's zone."""
    value = section.scalar(name)
    if value is None:
        return None
    try:
        moment = _moment(value.text, zone)
    except (ValueError, OverflowError):
        moment = None
    if moment is None:
        section.refuse(name, "must be a date, or a time with its offset: 2026-11-30T09:00:00Z")
    return moment


def _day(text: str) -> date:
    if not DAY.fullmatch(text):
        message = f"{text} is no date"
        raise ValueError(message)
    return date.fromisoformat(text)


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    if DAY.fullmatch(text):
        return datetime.combine(_day(text), time(), tzinfo=zone).astimezone(UTC)
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else None
