"""Estimate rows as CSV, with no cell that a spreadsheet would run. Needs no statistics."""

import csv
import io
from collections.abc import Iterable

from impact.analysis.estimates import COLUMNS, Estimate

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def rows_csv(estimates: Iterable[Estimate]) -> str:
    """Return the rows as CSV in the published order of columns; no value is an empty cell.

    Text that a spreadsheet would take for a formula is preceded by an apostrophe.

    >>> row = Estimate(metric="=1+1", kind="mean", method="welch", quantity="mean_difference")
    >>> header, line = rows_csv([row]).splitlines()
    >>> header[:28], line[:28]
    ('metric,kind,method,quantity,', "'=1+1,mean,welch,mean_differ")
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")  # so that a cell with either is quoted
    writer.writerow(COLUMNS)
    for row in estimates:
        writer.writerow([neutral(getattr(row, column)) for column in COLUMNS])
    return text.getvalue()


def neutral(value: str | float | None) -> str | float | None:
    """Return a cell that no spreadsheet runs: numbers as they are, text made harmless.

    >>> neutral("=1+1"), neutral(-1.5), neutral("plan=gold")
    ("'=1+1", -1.5, 'plan=gold')
    """
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value
