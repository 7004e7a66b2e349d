"""Why customers left: what each cause took, side by side."""

from collections.abc import Iterator

from experiments.plan.document import Metric
from experiments.plan.time_to_event import NOTHING
from impact.analysis.estimates import Estimate
from impact.reports.blocks import Cell, Column, Figure, Table
from impact.reports.descriptions import incidence_curves, incidence_description, incidence_title
from impact.reports.effects import horizon, remark
from impact.reports.findings import Findings
from impact.reports.formats import ABSENT, p_value
from impact.reports.names import method_of, name_of
from impact.reports.scales import at_text, interval_text, value_text

SHARE = "cumulative_incidence"


def causes_table(findings: Findings, metric: Metric) -> Table:
    """Return the rows about each cause at the horizon; none where the plan names no causes."""
    causes = (metric.time_to_event or NOTHING).causes
    found = findings.results.about(metric.key, causes)
    at = horizon(findings, metric)
    shown = [row for row in found if row.quantity != SHARE or row.at == at]
    test = () if findings.interim else (Column(label="p-value", numeric=True),)
    return Table(
        caption=f"{metric.label}: by cause",
        columns=(
            Column(label="Cause"),
            Column(label="Quantity"),
            Column(label="Compared"),
            Column(label="Value", numeric=True),
            Column(label=_capital(findings.interval_name), numeric=True),
            *test,
        ),
        rows=tuple(
            _row(findings, row) for row in shown if not (findings.interim and row.value is None)
        ),
    )


def incidence_figures(findings: Findings, metric: Metric) -> Iterator[Figure]:
    """Yield the drawing of the share that left for each cause."""
    charts = findings.facts.charts
    for place, (cause, curves) in enumerate(incidence_curves(findings, metric).items()):
        name = f"incidence_{metric.key}_{place}"
        if name in charts:
            yield Figure(
                name=name,
                title=incidence_title(metric.label, cause),
                description=incidence_description(findings, cause, curves),
                svg=charts[name],
                svg_narrow=charts.get(f"{name}_narrow", ""),
            )


def _row(findings: Findings, row: Estimate) -> tuple[Cell, ...]:
    words = at_text(row.at, findings.plan.time_unit)
    quantity = f"{name_of(row.quantity)}{f' at {words}' if words else ''}"
    test = () if findings.interim else (Cell(text=p_value(row.p_value), raw=row.p_value),)
    return (
        Cell(text=_capital(row.term)),
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


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
