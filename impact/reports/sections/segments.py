"""Is it the same for everybody? The forest plot of the primary metric over the segments."""

from dataclasses import replace

from impact.analysis.estimates import Estimate
from impact.analysis.sufficient import ALL
from impact.reports.blocks import Block, Cell, Column, Figure, Paragraph, Section, Table
from impact.reports.descriptions import forest_description, segment_label
from impact.reports.effects import remark
from impact.reports.findings import Findings
from impact.reports.forest import forest_rows
from impact.reports.formats import ABSENT, capital, count, p_value
from impact.reports.names import name_of
from impact.reports.scales import interval_text, value_text

CAUTION = (
    "The segments were fixed before the first assignment. Small segments scatter: an interval that "
    "reaches the line of no effect in one segment and not in another is no evidence that the "
    "segments differ. Only the interaction tests that, and what it finds is a question for the "
    "next experiment, not a claim: no decision rests on a segment. After shrinkage each effect is "
    "drawn towards that of all, the more the less is known of it."
)
DIFFERENT = 0.05
SHRUNKEN = "empirical_bayes"  # the method of the rows after shrinkage


def segments(findings: Findings) -> Section:
    """Return the section with the forest plot and its numbers."""
    blocks: list[Block] = []
    for variant in findings.treatments:
        shown = _variant(findings, variant)
        blocks.extend(_interactions(findings, variant) if shown else [])
        blocks.extend(shown)
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
    labels = ["Units, variant", "Units, control", name_of(rows[0].quantity), findings.interval_name]
    drawn = _drawn(findings, rows)
    labels += ["After shrinkage"] if drawn else []
    columns = (
        Column(label="Segment"),
        *(Column(label=capital(label), numeric=True) for label in labels),
    )
    cells = tuple(_row(findings, row, drawn) for row in rows)
    return Table(caption=title, columns=columns, rows=cells)


def _row(findings: Findings, row: Estimate, drawn: dict[str, Estimate]) -> tuple[Cell, ...]:
    found = drawn.get(row.segment)
    last = (_shrunken(found),) if drawn else ()
    return (
        Cell(text=segment_label(row.segment, findings)),
        _count(row.n_variant),
        _count(row.n_baseline),
        Cell(text=value_text(row), detail=remark(row) if row.value is None else "", raw=row.value),
        Cell(text=interval_text(row) or ABSENT),
        *last,
    )


def _shrunken(row: Estimate | None) -> Cell:
    if row is None:
        return Cell(text=ABSENT)
    return Cell(text=value_text(row), detail=interval_text(row), raw=row.value)


def _drawn(findings: Findings, rows: tuple[Estimate, ...]) -> dict[str, Estimate]:
    """Return the effects after shrinkage, by segment."""
    quantity, variant = rows[0].quantity, rows[0].variant
    return {
        row.segment: row
        for row in findings.results.estimates
        if (row.metric, row.quantity, row.variant) == (rows[0].metric, quantity, variant)
        and row.method == SHRUNKEN
    }


def _interactions(findings: Findings, variant: str) -> list[Block]:
    """Say of every column whether the effect differs between its levels by more than chance."""
    return [
        Paragraph(text=_sentence(findings, row))
        for row in findings.results.estimates
        if (row.metric, row.quantity) == (findings.plan.primary.key, "interaction")
        and row.variant in {variant, ""}
        and row.term in findings.plan.segments
        and row.p_value is not None
        and not findings.interim
    ]


def _sentence(findings: Findings, row: Estimate) -> str:
    p = row.p_value if row.p_value_adjusted is None else row.p_value_adjusted
    column = row.term.replace("_", " ")
    several = len(findings.treatments) > 1
    of = f" of {findings.label(row.variant)}" if several and row.variant else ""
    test = f"(interaction test, exploratory: p {p_value(row.p_value)}, adjusted {p_value(p)})"
    if p is not None and p < DIFFERENT:
        return f"The effect{of} may differ by {column} {test}. Test it in an experiment of its own."
    return f"No difference of the effect{of} by {column} is shown {test}."


def _count(n: int | None) -> Cell:
    return Cell(text=ABSENT) if n is None else Cell(text=count(n), raw=n)
