"""Is it the same for everybody? The forest plot of the primary metric over the segments."""

from dataclasses import replace

from impact.analysis.estimates import Estimate
from impact.analysis.sufficient import ALL
from impact.reports.blocks import Block, Cell, Column, Figure, Paragraph, Section, Table
from impact.reports.descriptions import forest_description, segment_label
from impact.reports.effects import remark
from impact.reports.findings import Findings
from impact.reports.forest import forest_rows
from impact.reports.formats import ABSENT, count, p_value
from impact.reports.scales import interval_text, name_of, value_text

CAUTION = (
    "The segments were fixed before the first assignment. Small segments scatter: an interval that "
    "reaches the line of no effect in one segment and not in another is no evidence that the "
    "segments differ."
)


def segments(findings: Findings) -> Section:
    """Return the section with the forest plot and its numbers."""
    blocks: list[Block] = []
    for variant in findings.treatments:
        blocks.extend(_variant(findings, variant))
    blocks.append(Paragraph(text=CAUTION if blocks else "The plan names no segments."))
    return Section(key="segments", title="By segment", blocks=tuple(blocks))


def _variant(findings: Findings, variant: str) -> list[Block]:
    rows = forest_rows(findings, variant)
    if not any(row.segment != ALL for row in rows):
        return []
    blocks: list[Block] = []
    name = f"forest_{variant}"
    charts = findings.facts.charts
    title = f"{findings.plan.primary.label}: {name_of(rows[0].quantity)}, {findings.label(variant)}"
    if name in charts:
        figure = Figure(
            name=name,
            title=title,
            description=forest_description(findings, rows),
            svg=charts[name],
            svg_narrow=charts.get(f"{name}_narrow", ""),
        )
        blocks.append(figure)
    return [*blocks, replace(_table(findings, title, rows), quiet=bool(blocks))]


def _table(findings: Findings, title: str, rows: tuple[Estimate, ...]) -> Table:
    labels = ("Units, variant", "Units, control", name_of(rows[0].quantity), findings.interval_name)
    columns = [
        Column(label="Segment"),
        *(Column(label=label[0].upper() + label[1:], numeric=True) for label in labels),
    ]
    interactions = {} if findings.interim else _interactions(findings)
    if interactions:
        columns.append(Column(label="Interaction p", numeric=True))
    cells = tuple(_row(findings, row, interactions) for row in rows)
    return Table(caption=title, columns=tuple(columns), rows=cells)


def _row(findings: Findings, row: Estimate, interactions: dict[str, float]) -> tuple[Cell, ...]:
    interaction = interactions.get(row.segment.partition("=")[0])
    last = (Cell(text=p_value(interaction), raw=interaction),) if interactions else ()
    return (
        Cell(text=segment_label(row.segment, findings)),
        _count(row.n_variant),
        _count(row.n_baseline),
        Cell(text=value_text(row), detail=remark(row) if row.value is None else "", raw=row.value),
        Cell(text=interval_text(row) or ABSENT),
        *last,
    )


def _interactions(findings: Findings) -> dict[str, float]:
    return {
        row.term: row.p_value
        for row in findings.results.estimates
        if row.metric == findings.plan.primary.key
        and row.quantity == "interaction"
        and row.p_value is not None
    }


def _count(n: int | None) -> Cell:
    return Cell(text=ABSENT) if n is None else Cell(text=count(n), raw=n)
