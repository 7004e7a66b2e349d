"""Rows of comparisons as a table has them: what is compared, its value, its interval, its test."""

from impact.analysis.estimates import Estimate
from impact.reports.blocks import Cell, Column
from impact.reports.effects import remark
from impact.reports.findings import Findings
from impact.reports.formats import ABSENT, capital
from impact.reports.names import method_of
from impact.reports.scales import interval_text, value_text


def comparison_columns(findings: Findings) -> tuple[Column, ...]:
    """Return the columns, without p-values before the planned end."""
    test = () if findings.interim else (Column(label="p-value", numeric=True),)
    return (
        Column(label="Quantity"),
        Column(label="Compared"),
        Column(label="Value", numeric=True),
        Column(label=capital(findings.interval_name), numeric=True),
        *test,
    )


def comparison_cells(
    findings: Findings, row: Estimate, *, quantity: str, p_value: str
) -> tuple[Cell, ...]:
    """Return one row under `comparison_columns`."""
    test = () if findings.interim else (Cell(text=p_value, raw=row.p_value),)
    return (
        Cell(text=quantity, detail=method_of(row.method)),
        Cell(text=_compared(findings, row)),
        Cell(text=value_text(row), detail=remark(row), raw=row.value),
        Cell(text=interval_text(row) or ABSENT),
        *test,
    )


def _compared(findings: Findings, row: Estimate) -> str:
    if not row.variant:
        return "all arms"
    if not row.baseline:
        return findings.label(row.variant)
    return f"{findings.label(row.variant)} against {findings.label(row.baseline)}"
