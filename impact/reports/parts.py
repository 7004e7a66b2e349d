"""The hazard ratio part by part of follow-up: does the effect last?"""

from experiments.plan.document import Metric
from impact.analysis.estimates import Estimate
from impact.reports.blocks import Cell, Column, Table
from impact.reports.effects import remark
from impact.reports.findings import Findings
from impact.reports.formats import ABSENT, capital, count
from impact.reports.scales import interval_text, value_text


def parts_table(findings: Findings, metric: Metric) -> Table:
    """Return one row per part and variant; none when no part has a ratio."""
    found = findings.results.parts(metric.key)
    known = any(row.value is not None for row in found)
    compared = (Column(label="Compared"),) if len(findings.treatments) > 1 else ()
    return Table(
        caption=f"{metric.label}: hazard ratio of churn over time, a third of the churn each",
        columns=(
            Column(label="Follow-up"),
            *compared,
            Column(label=_churned_label(findings), numeric=True),
            Column(label="Value", numeric=True),
            Column(label=capital(findings.interval_name), numeric=True),
        ),
        rows=tuple(_row(findings, row) for row in found) if known else (),
    )


def _churned_label(findings: Findings) -> str:
    if len(findings.treatments) != 1:
        return "Churned"
    variant, control = findings.treatments[0], findings.plan.control
    return f"Churned, {findings.label(variant)} against {findings.label(control)}"


def _row(findings: Findings, row: Estimate) -> tuple[Cell, ...]:
    name, _, rest = remark(row).partition("; ")
    several = len(findings.treatments) > 1
    compared = (Cell(text=findings.label(row.variant)),) if several else ()
    return (
        Cell(text=capital(name)),
        *compared,
        Cell(text=_churned(row)),
        Cell(text=value_text(row), detail=rest, raw=row.value),
        Cell(text=interval_text(row) or ABSENT),
    )


def _churned(row: Estimate) -> str:
    if row.events_variant is None or row.events_baseline is None:
        return ABSENT
    return f"{count(row.events_variant)} against {count(row.events_baseline)}"
