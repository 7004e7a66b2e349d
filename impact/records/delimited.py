"""CSV files: comma, semicolon, tab or bar; UTF-8 with or without a byte-order mark.

Cells are read as text. Rows with too few or too many cells, with bytes that are not UTF-8 or that
repeat the header are rejected one by one; the others go on. Blank lines are not rows.
"""

import csv
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import csv as arrow_csv

from impact.errors import InvalidBatch
from impact.records.blocks import HEADER, Block, check_header, split
from impact.records.cells import mask
from impact.records.findings import ROW, Findings, RowRejection, shown
from impact.records.kinds import Column

DELIMITERS = ",;\t|"
HEADER_ROW = 0  # the header is parsed like a row, so that a file of a header alone is one too
BLOCK_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Header:
    """The names of the columns, trimmed and NFC, and the delimiter."""

    names: list[str]
    delimiter: str


def read_header(path: Path, columns: Sequence[Column]) -> Header:
    """Return what the first line that is not blank says.

    Raises:
        InvalidBatch: the file is empty, or its header breaks a rule.
    """
    first = _first_line(path)
    delimiter = max(DELIMITERS, key=first.count)
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        try:
            given = next(line for line in csv.reader(file, delimiter=delimiter) if line)
        except csv.Error as error:
            raise InvalidBatch(field=HEADER, value=shown(first), rule=str(error)) from error
    names = [unicodedata.normalize("NFC", name.strip()) for name in given]
    check_header(names, columns)
    return Header(names, delimiter)


def read_delimited(path: Path, columns: Sequence[Column]) -> Iterator[Block]:
    """Yield the rows of a CSV file in blocks of bounded size.

    Raises:
        InvalidBatch: the header breaks a rule, or a quote is never closed.
    """
    header = read_header(path, columns)
    ragged = Ragged()
    taken = 0
    for batch in _batches(path, header, ragged):
        numbers = ragged.row_numbers(taken, batch.num_rows)
        taken += batch.num_rows
        is_row = pa.array(numbers != HEADER_ROW)
        arrays = dict(zip(header.names, batch.filter(is_row).columns, strict=True))
        numbers = numbers[numbers != HEADER_ROW]
        yield _block(arrays, Findings(numbers), columns)
    last = Findings(np.array([], dtype=np.int64), left_out=ragged.rejections)
    cells, members = split({name: pa.nulls(0, pa.string()) for name in header.names}, columns)
    yield Block(cells=cells, members=members, findings=last, untyped=True)


class Ragged:
    """Rows with too few or too many cells: left out by the parser, remembered here."""

    def __init__(self) -> None:
        self.rejections: list[RowRejection] = []

    def __call__(self, row: arrow_csv.InvalidRow) -> str:
        """Take note of one such row; the parser counts the header as 1, blank lines not at all."""
        self.rejections.append(
            RowRejection(
                row_number=row.number - 1,
                field=ROW,
                value=shown(row.text),
                rule=f"has {row.actual_columns} cells, the header has {row.expected_columns}",
            )
        )
        return "skip"

    def row_numbers(self, taken: int, count: int) -> NDArray[np.int64]:
        """Return the row numbers of `count` regular rows after the first `taken`, header included.

        A regular row lies behind all ragged rows that had at most as many regular rows before them.
        """
        regular_before = [
            rejection.row_number - place for place, rejection in enumerate(self.rejections)
        ]
        places = np.arange(taken, taken + count, dtype=np.int64)
        return places + np.searchsorted(regular_before, places, side="right")


def _first_line(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(BLOCK_BYTES)
    if not start.strip():
        raise InvalidBatch(field="file", value="0 rows", rule="is empty: not even a header")
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InvalidBatch(field="file", value="UTF-16", rule="must be UTF-8")
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    return re.split(rb"[\r\n]", text, maxsplit=1)[0].decode("utf-8", "backslashreplace")


def _batches(path: Path, header: Header, ragged: Ragged) -> Iterator[pa.RecordBatch]:
    places = [str(place) for place in range(len(header.names))]
    try:
        yield from arrow_csv.open_csv(
            path,
            read_options=arrow_csv.ReadOptions(
                use_threads=False,
                block_size=BLOCK_BYTES,
                column_names=places,
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=header.delimiter, newlines_in_values=True, invalid_row_handler=ragged
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(places, pa.binary()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid as error:
        rule = f"cannot be read as CSV: {error}"
        raise InvalidBatch(field="file", value=path.name, rule=rule) from error


def _block(arrays: dict[str, pa.Array], findings: Findings, columns: Sequence[Column]) -> Block:
    texts = {name: _decoded(name, array, findings) for name, array in arrays.items()}
    repeated = np.ones(findings.row_numbers.size, dtype=np.bool_)
    for name, text in texts.items():
        repeated &= mask(pc.equal(pc.utf8_trim_whitespace(text), name))
    first = next(iter(texts.values()))
    findings.reject(ROW, repeated, first, "repeats the header")
    cells, members = split(texts, columns)
    return Block(cells=cells, members=members, findings=findings, untyped=True)


def _decoded(name: str, column: pa.Array, findings: Findings) -> pa.Array:
    try:
        return column.cast(pa.string())
    except pa.ArrowInvalid:
        values = column.to_pylist()
    bad = np.array([not _is_utf8(value) for value in values])
    findings.reject(name, bad, column, "must be UTF-8")
    kept = ["" if wrong else value for value, wrong in zip(values, bad.tolist(), strict=True)]
    return pa.array(kept, pa.binary()).cast(pa.string())


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True
