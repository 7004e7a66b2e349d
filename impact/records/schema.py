"""The Arrow types of the canonical columns."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import pyarrow as pa

from impact.records.kinds import Column, ColumnType

INSTANT = pa.timestamp("us", tz="UTC")
ARROW_TYPES: Mapping[ColumnType, pa.DataType] = MappingProxyType(
    {
        ColumnType.ID: pa.string(),
        ColumnType.TEXT: pa.string(),
        ColumnType.LABEL: pa.string(),
        ColumnType.INSTANT: INSTANT,
        ColumnType.SECONDS: pa.float64(),
        ColumnType.NUMBER: pa.float64(),
        ColumnType.BOOLEAN: pa.bool_(),
        ColumnType.AMOUNT: pa.decimal128(18, 6),
        ColumnType.CURRENCY: pa.string(),
    }
)


def canonical_schema(columns: Sequence[Column]) -> pa.Schema:
    """Return the schema of a table read with `columns`.

    After the columns come `attributes`, the further columns as a JSON object with sorted keys, and
    `row_number`, the number of the data row in its file or body, counted from 1.
    """
    fields = [pa.field(column.name, ARROW_TYPES[column.type]) for column in columns]
    further = [pa.field("attributes", pa.string()), pa.field("row_number", pa.int64())]
    return pa.schema([*fields, *further])
