"""The systems of the simulated centre: they write files and requests as real ones do."""

import io
import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import csv, parquet

from impact.records.kinds import RecordKind
from impact.simulation.records import Array, Columns, where

CENT = Decimal("0.01")
INSTANT = pa.timestamp("us", tz="UTC")


class Parcel(NamedTuple):
    """One batch as it is sent: what it holds, how it is written, its name and its bytes."""

    kind: RecordKind
    format: str
    name: str
    payload: bytes


def in_parts(kind: RecordKind, columns: Columns, by: str, parts: int) -> Iterator[Parcel]:
    """Yield Parquet files of equal numbers of rows, in order of the column `by`."""
    order = np.argsort(columns[by], kind="stable")
    table = arrow_table(columns).take(pa.array(order))
    size = -(-table.num_rows // parts) or 1
    for number in range(parts):
        part = table.slice(number * size, size)
        yield Parcel(kind, "parquet", f"{kind}-{number + 1}.parquet", parquet_bytes(part))


def as_csv(kind: RecordKind, columns: Columns, name: str) -> Parcel:
    """Return a CSV file: instants in ISO 8601, nothing where a value is missing."""
    buffer = io.BytesIO()
    csv.write_csv(arrow_table(_with_text_instants(columns)), buffer)
    return Parcel(kind, "csv", name, buffer.getvalue())


def as_json(
    kind: RecordKind, columns: Columns, name: str, *, broken: Sequence[dict[str, str]] = ()
) -> Parcel:
    """Return the body of a request, without the fields that are missing, `broken` rows last."""
    rows = arrow_table(_with_text_instants(columns)).to_pylist()
    given = [{key: value for key, value in row.items() if value is not None} for row in rows]
    return Parcel(kind, "json", name, json.dumps([*given, *broken]).encode())


def arrow_table(columns: Columns) -> pa.Table:
    """Return the columns as Arrow has them; `amount` turns from cents to decimals."""
    return pa.table({name: _array(name, values) for name, values in columns.items()})


def parquet_bytes(table: pa.Table) -> bytes:
    """Return the table as a Parquet file."""
    buffer = io.BytesIO()
    parquet.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def _array(name: str, values: Array) -> pa.Array:
    if values.dtype.kind == "M":
        return pa.array(values, from_pandas=True).cast(INSTANT)
    if name == "amount":
        return pc.multiply(pa.array(values).cast(pa.decimal128(19, 0)), pa.scalar(CENT))
    return pa.array(values, from_pandas=True)


def _with_text_instants(columns: Columns) -> Columns:
    return {
        name: _text(values.astype("datetime64[s]")) if values.dtype.kind == "M" else values
        for name, values in columns.items()
    }


def _text(moments: NDArray[np.datetime64]) -> Array:
    return where(~np.isnat(moments), np.datetime_as_string(moments, timezone="UTC"))
