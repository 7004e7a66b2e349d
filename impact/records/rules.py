"""Rules that a value of the right type can still break: required, bounds, choices, time."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from impact.records.cells import Fault, mask
from impact.records.kinds import Column, ColumnType
from impact.records.schema import INSTANT

CLOCK_TOLERANCE = timedelta(minutes=5)  # clocks of two systems differ by so much


def column_faults(column: Column, values: pa.Array, now: datetime | None) -> Iterator[Fault]:
    """Yield what is wrong in `values` on their own; `now` None asks nothing about the future."""
    if column.required:
        yield Fault(mask(pc.is_null(values)), "is required")
    if column.low is not None:
        yield Fault(mask(pc.less(values, column.low)), f"must be {column.low:g} or more")
    if column.high is not None:
        yield Fault(mask(pc.greater(values, column.high)), f"must be {column.high:g} or less")
    if column.choices:
        known = pc.is_in(values, value_set=pa.array(column.choices))
        bad = mask(pc.and_(pc.is_valid(values), pc.invert(known)))
        yield Fault(bad, f"must be one of: {', '.join(column.choices)}")
    if now is not None and column.type is ColumnType.INSTANT and not column.may_be_future:
        latest = pa.scalar(now + CLOCK_TOLERANCE, INSTANT)
        yield Fault(mask(pc.greater(values, latest)), "must not lie in the future")


def row_faults(column: Column, typed: Mapping[str, pa.Array]) -> Iterator[Fault]:
    """Yield where the values of a row contradict each other: instants, or an amount its kind."""
    for earlier in column.not_before:
        too_early = mask(pc.less(typed[column.name], typed[earlier]))
        yield Fault(too_early, f"must not come before {earlier}")
    for kind in column.negative_kinds:
        above = pc.greater(typed[column.name], pa.scalar(0, typed[column.name].type))
        wrong = mask(pc.and_(above, pc.equal(typed["kind"], kind)))
        yield Fault(wrong, f"a {kind} is negative")
