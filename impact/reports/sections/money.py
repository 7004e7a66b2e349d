"""Money: revenue, handling cost and what is left, per unit and per 1,000 units."""

from impact.analysis.estimates import Estimate
from impact.analysis.sufficient import ALL
from impact.reports.blocks import Block, Cell, Column, Notice, Paragraph, Section, Table
from impact.reports.effects import arm_level
from impact.reports.findings import Findings
from impact.reports.formats import ABSENT, level
from impact.reports.quantities import Form, Scale, interval, quantity, scaled_digits
from impact.reports.scales import is_difference, scale_of, value_text
from impact.reports.sections.metrics import difference_cell

KIND = "money"
TITLES = {
    "revenue": "Revenue",
    "handling_cost": "Handling cost",
    "net_value": "Revenue less handling cost",
}
PER = 1_000
CAPTION = "Differences in money"
BEFORE = (
    "Revenue and handling cost inside the window only: no margin, no discounting, no revenue "
    "expected after the window, no cost of the programme itself."
)


def money(findings: Findings) -> Section:
    """Return the section of the differences in money."""
    return Section(key="money", title="Money", blocks=tuple(_blocks(findings)))


def money_rows(findings: Findings) -> tuple[Estimate, ...]:
    """Return the differences between arms that the plan's economics ask for, over all units."""
    return tuple(
        row
        for row in findings.results.estimates
        if (row.kind, row.segment) == (KIND, ALL) and is_difference(row)
    )


def _blocks(findings: Findings) -> list[Block]:
    economics = findings.plan.economics
    if economics is None:
        return [Paragraph(text="The plan has no economics: no money was computed.")]
    blocks: list[Block] = [Notice(title="Before the full economics", text=BEFORE)]
    rows = tuple(_row(findings, row) for row in money_rows(findings))
    if not rows:
        return [*blocks, Paragraph(text="The analysis has no rows of money.")]
    cost = quantity(
        float(economics.cost_per_handle_minute),
        Scale(form=Form.MONEY, unit=economics.currency),
        digits=2,
    )
    table = Table(caption=CAPTION, quiet=True, columns=_columns(findings), rows=rows)
    text = (
        f"Window: {economics.window} days from the start of each unit, intervals at "
        f"{level(findings.plan.confidence_level)}. Cost of a minute of handling: {cost}."
    )
    return [*blocks, table, Paragraph(text=text)]


def _columns(findings: Findings) -> tuple[Column, ...]:
    unit = findings.plan.unit.value
    variant = "Variant" if _several(findings) else findings.label(findings.treatments[0])
    labels = (
        findings.label(findings.plan.control),
        variant,
        f"Difference per {unit}",
        f"Difference per {PER:,} {unit}s",
    )
    return (Column(label=f"Per {unit}"), *(Column(label=label, numeric=True) for label in labels))


def _row(findings: Findings, row: Estimate) -> tuple[Cell, ...]:
    measure = row.metric.removeprefix("economics_")
    label = TITLES.get(measure, measure.replace("_", " ").capitalize())
    return (
        Cell(text=label, detail=findings.label(row.variant) if _several(findings) else ""),
        _level(arm_level(findings, row, findings.plan.control)),
        _level(arm_level(findings, row, row.variant)),
        difference_cell(row),
        _per_thousand(row),
    )


def _several(findings: Findings) -> bool:
    return len(findings.treatments) != 1


def _level(row: Estimate | None) -> Cell:
    return Cell(text=value_text(row), raw=None if row is None else row.value)


def _per_thousand(row: Estimate) -> Cell:
    if row.value is None:
        return Cell(text=ABSENT)
    scale, value = scale_of(row), row.value * PER
    if row.ci_low is None or row.ci_high is None:
        return Cell(text=quantity(value, scale, digits=0, signed=True), raw=value)
    low, high = row.ci_low * PER, row.ci_high * PER
    digits = scaled_digits(scale, low, high)
    return Cell(
        text=quantity(value, scale, digits=digits, signed=True),
        detail=interval(low, high, scale, digits=digits, signed=True),
        raw=value,
    )
