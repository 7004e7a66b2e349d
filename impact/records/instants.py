"""Cells that hold instants: ISO 8601 with an offset, or a date.

A date stands for its midnight in the reader's zone. A time of day without an offset names no
instant and is refused: guessing one moves events across days.
"""

from datetime import date, datetime, time, tzinfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from impact.records.cells import Cells, Fault, keep, mask, matches, of_wrong_type
from impact.records.schema import INSTANT
from impact.records.texts import canonical

DATE = r"(?:19|20|21)\d{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
CLOCK = r"[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?"
OFFSET = r"(?:Z|[+-](?:0\d|1[0-4]):?[0-5]\d)"
ISO_RULE = (
    "must be an ISO 8601 time with an offset, 1900 to 2199, such as 2026-01-31T09:30:00+01:00"
)
OFFSET_RULE = "must carry an offset from UTC, such as Z or +01:00"
CALENDAR_RULE = "must be a day of the calendar"
FEBRUARY = 2
MONTH_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
FIRST, END = -2_208_988_800_000_000, 7_258_118_400_000_000  # 1900 and 2200, in microseconds


def read_instants(given: pa.Array, *, zone: tzinfo) -> Cells:
    """Read instants as UTC at microseconds; digits beyond are cut off."""
    types = pa.types
    if types.is_string(given.type):
        return _from_text(canonical(given), zone)
    if types.is_date(given.type):
        return _in_range(midnights(given, zone=zone))
    if types.is_timestamp(given.type) and given.type.tz is not None:
        return _in_range(given.cast(INSTANT, safe=False))
    rule = OFFSET_RULE if types.is_timestamp(given.type) else ISO_RULE
    return of_wrong_type(given, INSTANT, rule)


def midnights(days: pa.Array, *, zone: tzinfo) -> pa.Array:
    """Return the instants at which `days` begin in `zone`.

    Days are few and rows many, so each distinct day is looked up once, with Python's own zones.
    """
    encoded = days.cast(pa.date32()).dictionary_encode()
    distinct: list[date | None] = encoded.dictionary.to_pylist()
    starts = [day and datetime.combine(day, time.min, tzinfo=zone) for day in distinct]
    return pa.array(starts, INSTANT).take(encoded.indices)


def _from_text(text: pa.Array, zone: tzinfo) -> Cells:
    full, day = matches(text, DATE + CLOCK + OFFSET), matches(text, DATE)
    local = matches(text, DATE + CLOCK)
    real = _in_calendar(keep(text, full | day))
    stamps = keep(text, full & real).cast(pa.timestamp("ns", tz="UTC")).cast(INSTANT, safe=False)
    starts = midnights(keep(text, day & real).cast(pa.date32()), zone=zone)
    other = mask(pc.is_valid(text)) & ~(full | day | local)
    faults = (
        Fault(local, OFFSET_RULE),
        Fault((full | day) & ~real, CALENDAR_RULE),
        Fault(other, ISO_RULE),
    )
    return Cells(pc.coalesce(stamps, starts), tuple(f for f in faults if f.where.any()))


def _in_calendar(text: pa.Array) -> NDArray[np.bool_]:
    filled = pc.fill_null(text, "2000-01-01")
    year, month, day = (
        pc.utf8_slice_codeunits(filled, start, stop).cast(pa.int32()).to_numpy()
        for start, stop in ((0, 4), (5, 7), (8, 10))
    )
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    real: NDArray[np.bool_] = day <= MONTH_DAYS[month] + (leap & (month == FEBRUARY))
    return real


def _in_range(values: pa.Array) -> Cells:
    first, end = pa.scalar(FIRST, INSTANT), pa.scalar(END, INSTANT)
    outside = mask(pc.or_(pc.less(values, first), pc.greater_equal(values, end)))
    if not outside.any():
        return Cells(values)
    return Cells(keep(values, ~outside), (Fault(outside, ISO_RULE),))
