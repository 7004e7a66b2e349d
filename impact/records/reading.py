"""Outcomes as others write them, read into typed tables; rows that cannot be read are named."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path

import pyarrow as pa

from impact.records import attributes, delimited, objects, parquet
from impact.records.blocks import Block
from impact.records.columns import raw_ids, read_column
from impact.records.findings import RowRejection
from impact.records.kinds import Column
from impact.records.rules import row_faults
from impact.records.schema import canonical_schema


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadResult:
    """The good rows as a typed table (`schema.canonical_schema`), and the rejected ones.

    A row can break several rules, so there can be more rejections than rejected rows:
    `rows_read - table.num_rows` rows were rejected.
    """

    table: pa.Table
    rejections: list[RowRejection]
    rows_read: int


def read_file(
    path: Path,
    columns: Sequence[Column],
    *,
    format: str,  # noqa: A002  # the word of the interface
    zone: tzinfo,
    now: datetime | None = None,
) -> ReadResult:
    """Read a whole file: `format` csv, parquet or json.

    Dates without a time are midnights in `zone`. With `now`, instants more than five minutes
    later are rejected where the column tells of the past.

    Raises:
        InvalidBatch: the file as a whole cannot be read.
    """
    results = list(read_blocks(path, columns, format=format, zone=zone, now=now))
    return joined(results, columns)


def read_blocks(
    path: Path,
    columns: Sequence[Column],
    *,
    format: str,  # noqa: A002  # the word of the interface
    zone: tzinfo,
    now: datetime | None = None,
) -> Iterator[ReadResult]:
    """Read a file block by block, as `read_file` does: memory is bounded by the block.

    Raises:
        InvalidBatch: the file as a whole cannot be read; it may come after good blocks.
    """
    for block in _blocks(path, columns, format):
        yield _read_block(block, columns, zone, now)


def inspect(
    path: Path,
    columns: Sequence[Column],
    *,
    format: str,  # noqa: A002  # the word of the interface
) -> None:
    """Check what can be seen without reading every row: the header, or that JSON is JSON.

    Raises:
        InvalidBatch: the file as a whole cannot be read.
    """
    match format:
        case "csv":
            delimited.read_header(path, columns)
        case "parquet":
            parquet.open_parquet(path, columns).close()
        case _:
            objects.decode(path.read_bytes())


def joined(results: Sequence[ReadResult], columns: Sequence[Column]) -> ReadResult:
    """Put the blocks of one file together, rejections in the order of the rows."""
    empty = canonical_schema(columns).empty_table()
    rejections = [rejection for result in results for rejection in result.rejections]
    return ReadResult(
        table=pa.concat_tables([empty, *(result.table for result in results)]),
        rejections=sorted(rejections, key=lambda rejection: rejection.row_number),
        rows_read=sum(result.rows_read for result in results),
    )


def _blocks(path: Path, columns: Sequence[Column], format_: str) -> Iterator[Block]:
    match format_:
        case "csv":
            yield from delimited.read_delimited(path, columns)
        case "parquet":
            yield from parquet.read_parquet(path, columns)
        case _:
            yield objects.read_objects(path.read_bytes(), columns)


def _read_block(
    block: Block, columns: Sequence[Column], zone: tzinfo, now: datetime | None
) -> ReadResult:
    findings = block.findings
    typed = {column.name: read_column(block, column, zone, now) for column in columns}
    for column in columns:
        for fault in row_faults(column, typed):
            findings.reject(column.name, fault.where, block.cell(column.name), fault.rule)
    members = {**raw_ids(block, columns, typed), **block.members}
    count = findings.row_numbers.size
    further = [attributes.objects(members, count), pa.array(findings.row_numbers)]
    table = pa.table([*typed.values(), *further], schema=canonical_schema(columns))
    return ReadResult(
        table=table.filter(pa.array(findings.accepted)),
        rejections=sorted(findings.rejections, key=lambda rejection: rejection.row_number),
        rows_read=findings.rows_read,
    )
