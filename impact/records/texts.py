"""Cells that hold text: ids, words, currencies."""

from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from impact.records.cells import Cells, Fault, mask, of_wrong_type
from impact.records.currencies import CURRENCIES

ID_LENGTH = 256
TEXT_LENGTH = 4_000
STRING_RULE = "must be a string"


def canonical(text: pa.Array) -> pa.Array:
    """Trim white space, compose to Unicode NFC; a text of nothing is null.

    >>> canonical(pa.array([" 0012 ", "  "])).to_pylist()
    ['0012', None]
    """
    trimmed = pc.utf8_trim_whitespace(text)
    if not pc.all(pc.string_is_ascii(trimmed), min_count=0).as_py():
        trimmed = pc.utf8_normalize(trimmed, form="NFC")
    return pc.if_else(pc.equal(pc.binary_length(trimmed), 0), None, trimmed)


def read_ids(given: pa.Array) -> Cells:
    """Read identifiers: strings, compared as given after `canonical`; never numbers."""
    if not pa.types.is_string(given.type):
        return of_wrong_type(given, pa.string(), STRING_RULE)
    values = canonical(given)
    return Cells(values, _faults(values, r"\p{Cc}", "must not hold control characters", ID_LENGTH))


def read_texts(given: pa.Array) -> Cells:
    """Read words of a person or system."""
    if not pa.types.is_string(given.type):
        return of_wrong_type(given, pa.string(), STRING_RULE)
    values = canonical(given)
    return Cells(values, _faults(values, r"\x00", "must not hold a NUL byte", TEXT_LENGTH))


def read_labels(given: pa.Array) -> Cells:
    """Read what names a group: a word, or a whole number as its digits.

    >>> read_labels(pa.array([2, None])).values.to_pylist()
    ['2', None]
    """
    if pa.types.is_integer(given.type):
        return Cells(given.cast(pa.string()))
    return read_texts(given)


def read_currencies(given: pa.Array) -> Cells:
    """Read ISO 4217 codes, in capitals."""
    if not pa.types.is_string(given.type):
        return of_wrong_type(given, pa.string(), STRING_RULE)
    values = canonical(given)
    unknown = mask(pc.is_valid(values)) & ~mask(pc.is_in(values, value_set=_currencies()))
    rule = "must be an ISO 4217 currency in capitals, such as EUR"
    return Cells(values, (Fault(unknown, rule),))


def _faults(values: pa.Array, pattern: str, rule: str, length: int) -> tuple[Fault, ...]:
    forbidden = mask(pc.match_substring_regex(values, pattern))
    long = mask(pc.greater(pc.utf8_length(values), length))
    faults = (Fault(forbidden, rule), Fault(long, f"must have at most {length} characters"))
    return tuple(fault for fault in faults if np.any(fault.where))


@cache
def _currencies() -> pa.Array:
    """Make the array at first use: the first array of a process imports pandas, if it is there."""
    return pa.array(sorted(CURRENCIES))
