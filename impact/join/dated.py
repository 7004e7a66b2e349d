"""Rows that carry a date alone: they have no time of the day to be earlier than a start."""

from zoneinfo import ZoneInfo

import ibis
from ibis.expr.types import BooleanValue, DateValue, IntegerValue, TimestampValue

from impact.join.columns import clock_time, local_date, microseconds, utc_time

QUARTER_US = 15 * 60 * 1_000_000
DAY_US = 96 * QUARTER_US


def day_of(moment: TimestampValue, start_date: DateValue, zone: ZoneInfo) -> IntegerValue:
    """Return the days from the start's date to a date alone; null where a time of day is known.

    A date was read as its midnight, by the clocks of the plan (files of `analyze`) or of the
    service, which are those of UTC. No more is known of it, so that whatever happened at that very
    moment counts as dated.
    """
    of_service = microseconds(moment) % DAY_US == 0
    dated = of_service.ifelse(utc_time(microseconds(moment)).date(), None)
    if zone.key != "UTC":
        dated = _is_midnight(moment, zone).ifelse(local_date(moment, zone), dated)
    return dated.delta(start_date, unit="day").cast("int64")


def is_since(
    moment: TimestampValue, day: IntegerValue, start: TimestampValue, days: int
) -> BooleanValue:
    """Return whether a moment is that many days after the start (or before it), or later.

    `day` is of `day_of`: a date is compared with the start's date, so that the day of the start
    counts as after it and never as before.
    """
    return day.isnull().ifelse(moment >= shifted(start, days), day >= days)


def shifted(start: TimestampValue, days: int) -> TimestampValue:
    """Return the instant that many days of 24 hours after (or before) the start."""
    return start + ibis.interval(days=days) if days else start


def _is_midnight(moment: TimestampValue, zone: ZoneInfo) -> BooleanValue:
    """Few rows are on a quarter of an hour, as every midnight is: only they are looked up."""
    clock = clock_time(zone.key, moment)
    return (microseconds(moment) % QUARTER_US == 0).ifelse(
        clock == clock.truncate("D"),
        ibis.literal(False),  # noqa: FBT003
    )
