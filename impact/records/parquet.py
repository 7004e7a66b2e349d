"""Parquet files: columns have types, and a type that does not fit is never bent."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from impact.errors import InvalidBatch
from impact.records.blocks import Block, check_header, split
from impact.records.findings import Findings, shown
from impact.records.kinds import Column

BLOCK_ROWS = 131_072


def open_parquet(path: Path, columns: Sequence[Column]) -> parquet.ParquetFile:
    """Open the file and check its header.

    Raises:
        InvalidBatch: it is not a whole Parquet file, or its header breaks a rule.
    """
    try:
        file = parquet.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise _unreadable(error) from error
    check_header(file.schema_arrow.names, columns)
    return file


def read_parquet(path: Path, columns: Sequence[Column]) -> Iterator[Block]:
    """Yield the rows of a Parquet file in blocks.

    Raises:
        InvalidBatch: it cannot be read to its end, or its header breaks a rule.
    """
    with open_parquet(path, columns) as file:
        taken = 0
        for batch in _batches(file):
            numbers = np.arange(taken + 1, taken + 1 + batch.num_rows, dtype=np.int64)
            taken += batch.num_rows
            arrays = {
                name: _plain(array)
                for name, array in zip(batch.schema.names, batch.columns, strict=True)
            }
            cells, members = split(arrays, columns)
            yield Block(cells=cells, members=members, findings=Findings(numbers))


def _batches(file: parquet.ParquetFile) -> Iterator[pa.RecordBatch]:
    try:
        yield from file.iter_batches(batch_size=BLOCK_ROWS)
    except (pa.ArrowInvalid, OSError) as error:
        raise _unreadable(error) from error


def _plain(array: pa.Array) -> pa.Array:
    types = pa.types
    if types.is_dictionary(array.type):
        array = array.cast(array.type.value_type)
    if types.is_large_string(array.type) or types.is_string_view(array.type):
        array = array.cast(pa.string())
    return array


def _unreadable(error: Exception) -> InvalidBatch:
    rule = f"cannot be read as Parquet: {shown(error)}"
    return InvalidBatch(field="file", value="Parquet", rule=rule)
