"""The files of `analyze`: read into typed tables, rejected rows named, contents hashed."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from impact.errors import InputMissing, InvalidBatch
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


def refuse_without_units(file: InputFile, variants: Sequence[str]) -> None:
    """Hold the assignments to what an experiment needs: a row, and no variant but the plan's.

    Raises:
        InputMissing: there is no row that can be read.
        InvalidBatch: a row names another variant.
    """
    place = f"{file.name} ({file.path.name})"
    if not file.table.num_rows:
        read = f"has {file.rows_read:,} rows and none can be read"
        rule = read if file.rows_read else "has a header and no rows"
        raise InputMissing(f"{place}: {rule}")
    known = pc.is_in(file.table["variant"], value_set=pa.array(variants, pa.string()))
    strange = np.flatnonzero(~known.to_numpy())
    if strange.size:
        first = int(strange[0])
        others = f" (the first of {strange.size:,} such rows)" if strange.size > 1 else ""
        raise InvalidBatch(
            field=f"{place}, row {_row_number(file, first)}: variant",
            value=file.table["variant"][first].as_py(),
            rule=f"must be one of the plan's variants: {', '.join(variants)}{others}",
        )


def _row_number(file: InputFile, place: int) -> int:
    """Return which row of the file a row of the table was: rejected rows count as well."""
    rejected = {found.row_number for found in file.rejections}
    kept = (number for number in range(1, file.rows_read + 1) if number not in rejected)
    return next(islice(kept, place, None))


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
