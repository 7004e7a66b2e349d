"""Beyond what was observed: models side by side, so that their spread is seen."""

from experiments.plan.document import Metric
from experiments.plan.time_to_event import NOTHING, Extrapolation
from impact.analysis.estimates import Estimate
from impact.reports.blocks import Cell, Column, Table
from impact.reports.effects import remark
from impact.reports.findings import Findings
from impact.reports.formats import ABSENT
from impact.reports.names import method_of, name_of
from impact.reports.scales import at_text, interval_text, value_text

TERM = "extrapolation"
QUANTITIES = ("survival_probability", "rmst")


def extrapolated_table(findings: Findings, metric: Metric) -> Table:
    """Return one row per quantity and model; none where the plan asks for no models."""
    asked = (metric.time_to_event or NOTHING).extrapolation
    far = "" if asked is None else _far(findings, asked)
    found = findings.results.about(metric.key, (TERM,))
    rows = [
        _row(findings, quantity, method, found)
        for quantity in QUANTITIES
        for method in dict.fromkeys(row.method for row in found)
    ]
    return Table(
        caption=f"{metric.label}: extrapolated to {far} by models, which decide nothing",
        columns=(
            Column(label="Quantity"),
            *(Column(label=findings.label(name), numeric=True) for name in findings.arms),
            *(
                Column(label=f"Difference, {findings.label(name)}", numeric=True)
                for name in findings.treatments
            ),
        ),
        rows=tuple(rows) if asked is not None else (),
    )


def _far(findings: Findings, asked: Extrapolation) -> str:
    unit = findings.plan.time_unit
    return at_text(unit.of(asked.to), unit)


def _row(
    findings: Findings, quantity: str, method: str, found: tuple[Estimate, ...]
) -> tuple[Cell, ...]:
    own = {(row.quantity, row.variant): row for row in found if row.method == method}
    cells = [_cell(own.get((quantity, name))) for name in findings.arms]
    cells += [_cell(own.get((f"{quantity}_difference", name))) for name in findings.treatments]
    return (Cell(text=name_of(quantity), detail=method_of(method)), *cells)


def _cell(row: Estimate | None) -> Cell:
    if row is None:
        return Cell(text=ABSENT)
    detail = interval_text(row) or remark(row)
    return Cell(text=value_text(row), detail=detail, raw=row.value)
