"""The files of `analyze`: read into typed tables, rejected rows named, contents hashed."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

import pyarrow as pa

from impact.errors import InvalidBatch
from impact.join.inputs import columns_of
from impact.records.findings import RowRejection
from impact.records.reading import read_file

FORMATS: Mapping[str, str] = MappingProxyType(
    {".csv": "csv", ".parquet": "parquet", ".pq": "parquet", ".json": "json"}
)
BLOCK = 1 << 20
SHOWN_REJECTIONS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFile:
    """One file as it was read: the good rows, and every rejection of the others."""

    name: str
    path: Path
    table: pa.Table
    rejections: tuple[RowRejection, ...]
    rows_read: int
    sha256: str

    @property
    def rows_rejected(self) -> int:
        """How many rows are not in the table."""
        return self.rows_read - int(self.table.num_rows)


def read_input(name: str, path: Path, zone: ZoneInfo, *, now: datetime) -> InputFile:
    """Read the file of one input; dates without a time are midnights in `zone`.

    Rows of the future of `now` are rejected, where they tell of the past.

    Raises:
        InvalidBatch: it is not there, is of no known format or cannot be read as a whole.
    """
    if not path.is_file():
        raise InvalidBatch(field=name, value=str(path), rule="must be a file")
    file_format = FORMATS.get(path.suffix.lower())
    if file_format is None:
        rule = "must end in " + ", ".join(FORMATS)
        raise InvalidBatch(field=name, value=path.name, rule=rule)
    try:
        result = read_file(path, columns_of(name), format=file_format, zone=zone, now=now)
    except InvalidBatch as error:
        place = f"{name} ({path.name}), {error.field}"
        raise InvalidBatch(field=place, value=error.value, rule=error.rule) from error
    return InputFile(
        name=name,
        path=path,
        table=result.table,
        rejections=tuple(result.rejections),
        rows_read=result.rows_read,
        sha256=_sha256(path),
    )


def rejection_lines(files: Mapping[str, InputFile]) -> Iterator[str]:
    """Yield what to say of the rows that were not read: how many, and the first of them."""
    for file in files.values():
        if not file.rejections:
            continue
        rows = f"{file.rows_rejected:,} of {file.rows_read:,} rows"
        yield f"{file.name}: {rows} rejected ({file.path})"
        for found in file.rejections[:SHOWN_REJECTIONS]:
            place = f"row {found.row_number}: {found.field} = {found.value}"
            yield f"  {place}: {found.rule}"
        more = len(file.rejections) - SHOWN_REJECTIONS
        if more > 0:
            yield f"  and {more:,} more"


def data_sha256(files: Mapping[str, InputFile]) -> str:
    """Return one hash over what the files hold, whatever they are called."""
    contents = json.dumps({name: file.sha256 for name, file in files.items()}, sort_keys=True)
    return hashlib.sha256(contents.encode()).hexdigest()


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()
