"""The columns of a block as typed values, and the ids as they were given."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, tzinfo
from types import MappingProxyType
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc

from impact.records import attributes
from impact.records.blocks import Block
from impact.records.cells import Cells
from impact.records.instants import read_instants
from impact.records.kinds import Column, ColumnType
from impact.records.numbers import read_amounts, read_booleans, read_numbers
from impact.records.rules import column_faults
from impact.records.schema import ARROW_TYPES
from impact.records.texts import read_currencies, read_ids, read_labels, read_texts


class ReadsNumbers(Protocol):
    """Reads cells whose text may or may not stand for a number."""

    def __call__(self, given: pa.Array, *, untyped: bool) -> Cells:
        """Return the cells."""


OF_TEXT: Mapping[ColumnType, Callable[[pa.Array], Cells]] = MappingProxyType(
    {
        ColumnType.ID: read_ids,
        ColumnType.TEXT: read_texts,
        ColumnType.LABEL: read_labels,
        ColumnType.CURRENCY: read_currencies,
    }
)


OF_NUMBERS: Mapping[ColumnType, ReadsNumbers] = MappingProxyType(
    {
        ColumnType.SECONDS: read_numbers,
        ColumnType.NUMBER: read_numbers,
        ColumnType.AMOUNT: read_amounts,
        ColumnType.BOOLEAN: read_booleans,
    }
)


def read_column(block: Block, column: Column, zone: tzinfo, now: datetime | None) -> pa.Array:
    """Return a column's values; what cannot be read is rejected among the block's findings."""
    given = block.cell(column.name)
    if column.name in block.cells:
        cells = _cells(column.type, given, zone, untyped=block.untyped)
    else:
        cells = Cells(pa.nulls(len(given), ARROW_TYPES[column.type]))
    for fault in (*cells.faults, *column_faults(column, cells.values, now)):
        block.findings.reject(column.name, fault.where, given, fault.rule)
    return cells.values


def _cells(type_: ColumnType, given: pa.Array, zone: tzinfo, *, untyped: bool) -> Cells:
    if type_ is ColumnType.INSTANT:
        return read_instants(given, zone=zone)
    if type_ in OF_TEXT:
        return OF_TEXT[type_](given)
    return OF_NUMBERS[type_](given, untyped=untyped)


def raw_ids(
    block: Block, columns: Sequence[Column], typed: dict[str, pa.Array]
) -> dict[str, pa.Array]:
    """Return the ids as given, where canonicalisation changed them, as `raw_<column>`."""
    raw = {}
    for column in columns:
        given = block.cell(column.name)
        if column.type is ColumnType.ID and pa.types.is_string(given.type):
            changed = pc.not_equal(given, typed[column.name])
            if pc.any(changed).as_py():
                raw[f"raw_{column.name}"] = attributes.encoded(pc.if_else(changed, given, None))
    return raw
