"""Why customers left: what each cause took, side by side."""

from collections.abc import Iterator

from experiments.plan.document import Metric
from experiments.plan.time_to_event import NOTHING
from impact.analysis.estimates import Estimate
from impact.reports.blocks import Cell, Column, Figure, Table
from impact.reports.comparisons import comparison_cells, comparison_columns
from impact.reports.descriptions import incidence_curves, incidence_description, incidence_title
from impact.reports.effects import horizon
from impact.reports.findings import Findings
from impact.reports.formats import capital, p_value
from impact.reports.names import name_of
from impact.reports.scales import at_text

SHARE = "cumulative_incidence"


def causes_table(findings: Findings, metric: Metric) -> Table:
    """Return the rows about each cause at the horizon; none where the plan names no causes."""
    causes = (metric.time_to_event or NOTHING).causes
    found = findings.results.about(metric.key, causes)
    at = horizon(findings, metric)
    shown = [row for row in found if row.quantity != SHARE or row.at == at]
    return Table(
        caption=f"{metric.label}: by cause",
        columns=(
            Column(label="Cause"),
            *comparison_columns(findings),
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
    return (
        Cell(text=capital(row.term)),
        *comparison_cells(findings, row, quantity=quantity, p_value=p_value(row.p_value)),
    )
