"""The retention curve: its drawing, numbers per arm, differences between arms."""

from experiments.plan.document import Metric
from impact.analysis.estimates import Estimate
from impact.reports.blocks import Block, Cell, Column, Figure, Paragraph, Section, Table
from impact.reports.causes import causes_table, incidence_figures
from impact.reports.comparisons import comparison_cells, comparison_columns
from impact.reports.descriptions import retention_curves, retention_description
from impact.reports.effects import remark
from impact.reports.extrapolated import extrapolated_table
from impact.reports.findings import Findings
from impact.reports.formats import ABSENT, count, p_value
from impact.reports.names import name_of
from impact.reports.parts import parts_table
from impact.reports.scales import at_text, interval_text, shared_digits, value_text

ARM_QUANTITIES = ("survival_probability", "rmst", "lost_time", "median_survival")
EFFECT_QUANTITIES = (
    "survival_probability_difference",
    "rmst_difference",
    "rmst_ratio",
    "lost_time_ratio",
    "median_survival_difference",
    "hazard_ratio",
    "log_rank",
    "proportional_hazards",
)
NO_BAND = (
    "The curves have no band: customers of one {} are alike, and there are too few of these for "
    "one that could be trusted."
)


def retention(findings: Findings) -> Section:
    """Return the section of the retention curves, one drawing per time-to-event metric."""
    blocks: list[Block] = []
    for metric in findings.survival_metrics:
        blocks.extend(_metric(findings, metric))
    if not blocks:
        blocks.append(Paragraph(text="The plan has no time-to-event metric."))
    return Section(key="retention", title="Retention", blocks=tuple(blocks))


def _metric(findings: Findings, metric: Metric) -> list[Block]:
    charts = findings.facts.charts
    name = f"retention_{metric.key}"
    blocks: list[Block] = []
    if name in charts:
        figure = Figure(
            name=name,
            title=f"{metric.label}: share not yet churned",
            description=retention_description(findings, metric),
            svg=charts[name],
            svg_narrow=charts.get(f"{name}_narrow", ""),
        )
        blocks.append(figure)
        if metric.cluster and not _has_band(findings, metric):
            blocks.append(Paragraph(text=NO_BAND.format(metric.cluster)))
    blocks.extend(incidence_figures(findings, metric))
    tables = (
        _arms(findings, metric),
        _effects(findings, metric),
        causes_table(findings, metric),
        parts_table(findings, metric),
        extrapolated_table(findings, metric),
    )
    blocks.extend(table for table in tables if table.rows)
    return blocks


def _has_band(findings: Findings, metric: Metric) -> bool:
    curves = retention_curves(findings, metric)
    return any(point.ci_low is not None for curve in curves for point in curve.points)


def _arms(findings: Findings, metric: Metric) -> Table:
    """One row per quantity and time, one column per arm: curves read as numbers."""
    found = findings.results.rows(metric.key, *ARM_QUANTITIES)
    places = dict.fromkeys((row.quantity, row.at) for row in found)
    digits = {
        place: shared_digits(*(row for row in found if (row.quantity, row.at) == place))
        for place in places
    }
    cells = {
        (row.quantity, row.at, row.variant): _value(row, digits[row.quantity, row.at])
        for row in found
    }
    rows = [
        (
            Cell(text=f"{name_of(quantity)} {_at(findings, at)}".strip()),
            *(cells.get((quantity, at, name), Cell(text=ABSENT)) for name in findings.arms),
        )
        for quantity, at in places
    ]
    columns = (
        Column(label="Quantity"),
        *(Column(label=findings.label(name), numeric=True) for name in findings.arms),
    )
    caption = f"{metric.label}: per arm, {findings.interval_name} below"
    return Table(caption=caption, columns=columns, rows=(*_counts(findings, found), *rows))


def _counts(findings: Findings, found: tuple[Estimate, ...]) -> list[tuple[Cell, ...]]:
    units = {row.variant: row.n_variant for row in found}
    events = {row.variant: row.events_variant for row in found}
    return [
        (Cell(text=title), *(_count(counts.get(name)) for name in findings.arms))
        for title, counts in (("Units", units), ("Churned", events))
        if any(counts.values())
    ]


def _value(row: Estimate, digits: int | None) -> Cell:
    interval = interval_text(row, digits)
    return Cell(text=value_text(row, digits), detail=interval or remark(row), raw=row.value)


def _effects(findings: Findings, metric: Metric) -> Table:
    rows = tuple(
        _effect(findings, row)
        for row in findings.results.rows(metric.key, *EFFECT_QUANTITIES)
        if not (findings.interim and _only_a_test(row))
    )
    return Table(
        caption=f"{metric.label}: between arms",
        columns=comparison_columns(findings),
        rows=rows,
    )


def _only_a_test(row: Estimate) -> bool:
    """Whether nothing is left of the row where p-values are not shown."""
    return row.value is None and (row.statistic is not None or not remark(row))


def _effect(findings: Findings, row: Estimate) -> tuple[Cell, ...]:
    quantity = f"{name_of(row.quantity)} {_at(findings, row.at)}".strip()
    return comparison_cells(findings, row, quantity=quantity, p_value=_test(findings, row))


def _test(findings: Findings, row: Estimate) -> str:
    if row.p_value_adjusted is None:
        return p_value(row.p_value)
    by = findings.adjustment(row.metric)
    return f"{p_value(row.p_value)} ({by} {p_value(row.p_value_adjusted)})"


def _at(findings: Findings, at: float | None) -> str:
    words = at_text(at, findings.plan.time_unit)
    return f"at {words}" if words else ""


def _count(n: int | None) -> Cell:
    return Cell(text=ABSENT) if n is None else Cell(text=count(n), raw=n)
