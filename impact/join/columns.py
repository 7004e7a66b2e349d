"""Columns that may be there, instants that become dates, and values as text."""

from datetime import datetime
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.datatypes as dt
from ibis.expr.types import BooleanValue, DateValue, StringValue, Table, TimestampValue, Value

from impact.errors import InputMissing

OURS = frozenset({"attributes", "row_number", "batch_id", "received_at"})  # not the sender's
UTC_INSTANT = dt.Timestamp(timezone="UTC", scale=6)


def _timezone(zone, instant):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Return what the clocks of a zone show at an instant."""


def _epoch_us(instant):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Return the microseconds since 1970 in UTC."""


def _make_timestamp(microseconds):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Return what the clocks of UTC show so many microseconds after 1970."""


def _hash(key):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Return 64 bits of any value."""


def _json_extract_string(document, pointer):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Return a member of a JSON object as text, null where it is not there."""


# Functions that the engine has and Ibis does not name.
clock_time = ibis.udf.scalar.builtin(
    _timezone,
    name="timezone",
    signature=((dt.string, UTC_INSTANT), dt.Timestamp(scale=6)),
)
microseconds = ibis.udf.scalar.builtin(
    _epoch_us, name="epoch_us", signature=((UTC_INSTANT,), dt.int64)
)
utc_time = ibis.udf.scalar.builtin(
    _make_timestamp, name="make_timestamp", signature=((dt.int64,), dt.Timestamp(scale=6))
)
hashed = ibis.udf.scalar.builtin(_hash, name="hash", signature=((None,), dt.uint64))
member = ibis.udf.scalar.builtin(
    _json_extract_string,
    name="json_extract_string",
    signature=((dt.string, dt.string), dt.string),
)


def optional(table: Table, name: str, type_: dt.DataType | str) -> Value:
    """Return a column, or nulls of its type where the table has none of that name.

    >>> optional(ibis.table({"customer_id": "string"}), "resolved", "boolean").type()
    Boolean(nullable=True)
    """
    return table[name].cast(type_) if name in table.columns else ibis.null(type_)


def instant(table: Table, name: str) -> TimestampValue:
    """Return an optional instant."""
    return optional(table, name, UTC_INSTANT)


def literal_instant(moment: datetime) -> TimestampValue:
    """Return an instant of ours as a literal."""
    return ibis.literal(moment, type=UTC_INSTANT)


def local_date(moment: TimestampValue, zone: ZoneInfo) -> DateValue:
    """Return the date that the clocks of a zone show at an instant.

    For UTC by arithmetic: the engine asks its calendar of zones for every row, ten times slower.
    """
    if zone.key == "UTC":
        return utc_time(microseconds(moment)).date()
    return clock_time(zone.key, moment).date()


def is_column(table: Table, name: str) -> bool:
    """Return whether the sender has a column of this name, not an attribute.

    >>> sent = ibis.table({"customer_id": "string", "tier": "string", "batch_id": "string"})
    >>> is_column(sent, "tier"), is_column(sent, "batch_id"), is_column(sent, "region")
    (True, False, False)
    """
    return name in table.columns and name not in OURS


def text(table: Table, name: str) -> StringValue | None:
    """Return a column or a further column (an attribute) as text; None where neither is there.

    Whether an attribute is there is a question to the rows: ask `has_attribute`.

    >>> text(ibis.table({"customer_id": "string"}), "tier") is None
    True
    >>> text(ibis.table({"tier": "int64"}), "tier").type()
    String(length=None, nullable=True)
    """
    if is_column(table, name):
        return table[name].cast("string")
    if "attributes" not in table.columns:
        return None
    escaped = name.replace("~", "~0").replace("/", "~1")
    return member(table["attributes"], f"/{escaped}")


def equals(table: Table, pairs: tuple[tuple[str, str], ...]) -> BooleanValue:
    """Return whether every named column equals its value, as text.

    Raises:
        InputMissing: no row of the table can have the column.

    >>> equals(ibis.table({"queue": "string"}), (("team", "north"),))
    Traceback (most recent call last):
        ...
    impact.errors.InputMissing: team: no table of the plan's source has this column
    """
    condition = ibis.literal(True)  # noqa: FBT003  # a literal of the query language
    for name, value in pairs:
        column = text(table, name)
        if column is None:
            message = f"{name}: no table of the plan's source has this column"
            raise InputMissing(message)
        condition = condition & (column == value)
    return condition
