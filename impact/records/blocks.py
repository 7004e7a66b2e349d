"""A block of rows as its source gives them, before the rules of the columns."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa

from impact.errors import InvalidBatch
from impact.records.attributes import encoded
from impact.records.findings import Findings, shown
from impact.records.kinds import Column

HEADER = "header"
NAME_LENGTH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Rows of a source: named columns, further members as JSON texts, findings so far.

    `untyped` says that every cell is text, as in a CSV file, so that text may be a number.
    """

    cells: Mapping[str, pa.Array]
    members: Mapping[str, pa.Array]
    findings: Findings
    untyped: bool = False

    def cell(self, name: str) -> pa.Array:
        """Return the column `name`; one that was not given is empty."""
        nothing = pa.nulls(self.findings.row_numbers.size)
        given = self.cells.get(name, nothing)
        return given if not pa.types.is_null(given.type) else nothing.cast(pa.string())


def split(
    arrays: Mapping[str, pa.Array], columns: Iterable[Column]
) -> tuple[dict[str, pa.Array], dict[str, pa.Array]]:
    """Return the columns asked for, and the others as JSON texts."""
    names = {column.name for column in columns}
    cells = {name: array for name, array in arrays.items() if name in names}
    others = {name: encoded(array) for name, array in arrays.items() if name not in names}
    return cells, others


def check_header(names: Collection[str], columns: Iterable[Column]) -> None:
    """Refuse names that are empty, unreadable or given twice, and required ones that are missing.

    Raises:
        InvalidBatch: naming the field.
    """
    given = list(names)
    for place, name in enumerate(given, start=1):
        if not name or len(name) > NAME_LENGTH or not name.isprintable():
            rule = f"column {place} must have a readable name of 1 to {NAME_LENGTH} characters"
            raise InvalidBatch(field=HEADER, value=shown(name), rule=rule)
        if name in given[: place - 1]:
            raise InvalidBatch(field=HEADER, value=shown(name), rule="is named twice")
    for column in columns:
        if column.required and column.name not in given:
            folded = {name.casefold() for name in given}
            by_case = ": names are compared with case" * (column.name.casefold() in folded)
            rule = f"the required column is missing{by_case}"
            raise InvalidBatch(field=column.name, value=shown(", ".join(given)), rule=rule)
