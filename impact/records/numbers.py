"""Cells that hold numbers, money or yes and no.

In a CSV file every cell is text and a number is what reads as one. In JSON and Parquet a value
has a type: text where a number belongs is a fault. Money may be written as text everywhere,
because a decimal survives as text.
"""

import pyarrow as pa
import pyarrow.compute as pc

from impact.records.cells import Cells, Fault, judged, keep, mask, matches, of_wrong_type
from impact.records.texts import canonical

NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?"
AMOUNT = r"[+-]?(?:\d{1,12}\.?|\d{0,12}\.\d{1,6})"
FINE_AMOUNT = r"[+-]?\d{0,12}\.\d{7,}"
MONEY = pa.decimal128(18, 6)
NUMBER_RULE = "must be a finite number with a decimal point"
AMOUNT_RULE = "must be a decimal number of at most 12 digits before the point"
FINE_RULE = "must have at most 6 decimals"
BOOLEAN_RULE = "must be true or false"
TRUE, FALSE = ("true", "yes", "1"), ("false", "no", "0")


def read_numbers(given: pa.Array, *, untyped: bool) -> Cells:
    """Read finite numbers as double precision."""
    if untyped:
        text = canonical(given)
        return _finite(judged(text, pa.float64(), matches(text, NUMBER), NUMBER_RULE))
    if not _is_number(given.type):
        return of_wrong_type(given, pa.float64(), "must be a number")
    return _finite(Cells(given.cast(pa.float64(), safe=False)))


def read_amounts(given: pa.Array, *, untyped: bool) -> Cells:
    """Read money as decimals of 12 digits before and 6 after the point, exactly or not at all."""
    if untyped or pa.types.is_string(given.type):
        text = canonical(given)
    elif _is_number(given.type):
        text = given.cast(pa.string())
    else:
        return of_wrong_type(given, MONEY, "must be a number or a decimal written as a string")
    good, fine = matches(text, AMOUNT), matches(text, FINE_AMOUNT)
    other = mask(pc.is_valid(text)) & ~good & ~fine
    faults = (Fault(fine, FINE_RULE), Fault(other, AMOUNT_RULE))
    return Cells(keep(text, good).cast(MONEY), tuple(f for f in faults if f.where.any()))


def read_booleans(given: pa.Array, *, untyped: bool) -> Cells:
    """Read yes and no: in a CSV file true, false, yes, no, 1 or 0."""
    if not untyped:
        if pa.types.is_boolean(given.type):
            return Cells(given)
        return of_wrong_type(given, pa.bool_(), BOOLEAN_RULE)
    text = pc.utf8_lower(canonical(given))
    true, false = (
        pc.is_in(text, value_set=pa.array(TRUE)),
        pc.is_in(text, value_set=pa.array(FALSE)),
    )
    known = mask(true) | mask(false)
    bad = mask(pc.is_valid(text)) & ~known
    return Cells(keep(true, known), (Fault(bad, BOOLEAN_RULE),) if bad.any() else ())


def _is_number(type_: pa.DataType) -> bool:
    types = pa.types
    return bool(types.is_integer(type_) or types.is_floating(type_) or types.is_decimal(type_))


def _finite(cells: Cells) -> Cells:
    infinite = mask(pc.invert(pc.is_finite(cells.values)))
    if not infinite.any():
        return cells
    return Cells(keep(cells.values, ~infinite), (*cells.faults, Fault(infinite, NUMBER_RULE)))
