"""Which rows cannot be taken in, and why: row, field, value and rule."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

ROW = "row"  # the field of a rejection that concerns the row as a whole
SHOWN_LENGTH = 100
# What a terminal or page would obey instead of show: controls, line ends, bidirectional marks.
UNSHOWABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRejection:
    """One row that was not taken in. `row_number` counts data rows from 1, the header apart."""

    row_number: int
    field: str
    value: str
    rule: str


class Findings:
    """The rejections of one block of rows, at most one per row and field: the first.

    `left_out` are rows that the parser could not bring into the block at all.
    """

    def __init__(
        self, row_numbers: NDArray[np.int64], left_out: Sequence[RowRejection] = ()
    ) -> None:
        self.row_numbers = row_numbers
        self.rejections = list(left_out)
        self._left_out = len(left_out)
        self._seen: dict[str, NDArray[np.bool_]] = {}

    def reject(
        self, field: str, where: NDArray[np.bool_], given: pa.Array | Sequence[object], rule: str
    ) -> None:
        """Reject the rows `where` is true, showing what `given` holds there."""
        fresh = where & ~self._seen_in(field) & ~self._seen_in(ROW)
        for index in np.flatnonzero(fresh).tolist():
            self.rejections.append(
                RowRejection(
                    row_number=int(self.row_numbers[index]),
                    field=field,
                    value=shown(given[index]),
                    rule=rule,
                )
            )
        self._seen[field] = self._seen_in(field) | fresh

    @property
    def rows_read(self) -> int:
        """How many rows were seen, those included that the parser left out."""
        return self.row_numbers.size + self._left_out

    @property
    def accepted(self) -> NDArray[np.bool_]:
        """True for the rows in which nothing was found."""
        rejected = np.zeros(self.row_numbers.size, dtype=np.bool_)
        for seen in self._seen.values():
            rejected |= seen
        return ~rejected

    def _seen_in(self, field: str) -> NDArray[np.bool_]:
        nothing = np.zeros(self.row_numbers.size, dtype=np.bool_)
        return self._seen.get(field, nothing)


def shown(value: object) -> str:
    r"""Return `value` as a person may safely see it: short, one line, controls escaped.

    >>> shown("a\x00b")
    'a\\x00b'
    >>> shown(None)
    ''
    """
    if isinstance(value, pa.Scalar):
        value = value.as_py()
    if isinstance(value, bytes):
        value = value[: 4 * SHOWN_LENGTH].decode("utf-8", "backslashreplace")
    text = "" if value is None else str(value)
    if len(text) > SHOWN_LENGTH:
        text = text[: SHOWN_LENGTH - 1] + "…"
    return UNSHOWABLE.sub(_escaped, text)[:255]


def _escaped(match: re.Match[str]) -> str:
    return match.group().encode("unicode_escape").decode()
