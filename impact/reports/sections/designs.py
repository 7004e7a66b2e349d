"""What belongs to the design: other errors, carry-over, and effects on those beside."""

from impact.analysis.estimates import Estimate
from impact.analysis.sufficient import ALL
from impact.reports.blocks import Block, Cell, Column, Paragraph, Section, Table
from impact.reports.descriptions import segment_label
from impact.reports.effects import final_p_value, remark
from impact.reports.findings import Findings
from impact.reports.formats import ABSENT, capital, p_value
from impact.reports.names import method_of, name_of
from impact.reports.scales import interval_text, value_text

EFFECTS = frozenset({"switchback_effect", "direct_effect", "spillover_effect"})
METHODS = frozenset({"two_way", "carry_over"})
MEANING = (
    "The same comparison by other methods, and what the design asks beside it. They do not decide: "
    "where they contradict the answer, ask why before you act on it."
)


def designs(findings: Findings) -> Section:
    """Return the section of rows of the design; without blocks where there are none."""
    rows = tuple(row for row in findings.results.estimates if _belongs(row))
    blocks: tuple[Block, ...] = ()
    if rows:
        blocks = (Paragraph(text=MEANING), _table(findings, rows))
    return Section(key="designs", title="By the design", blocks=blocks)


def _belongs(row: Estimate) -> bool:
    return row.quantity in EFFECTS or row.method in METHODS


def _table(findings: Findings, rows: tuple[Estimate, ...]) -> Table:
    last = () if findings.interim else (Column(label="p-value", numeric=True),)
    return Table(
        caption="Rows of the design",
        quiet=True,
        columns=(
            Column(label="Metric"),
            Column(label="Asked"),
            Column(label="Value", numeric=True),
            Column(label=capital(findings.interval_name)),
            *last,
        ),
        rows=tuple(_row(findings, row) for row in rows),
    )


def _row(findings: Findings, row: Estimate) -> tuple[Cell, ...]:
    asked = "Carry-over" if row.method == "carry_over" else name_of(row.quantity)
    where = "" if row.segment == ALL else f"{segment_label(row.segment, findings)}, "
    p = final_p_value(findings, row)
    last = () if findings.interim else (Cell(text=ABSENT if p is None else p_value(p), raw=p),)
    return (
        Cell(text=findings.plan.metric(row.metric).label, detail=findings.label(row.variant)),
        Cell(text=asked, detail=f"{where}{method_of(row.method)}"),
        Cell(text=value_text(row), detail=remark(row), raw=row.value),
        Cell(text=interval_text(row) or ABSENT),
        *last,
    )
