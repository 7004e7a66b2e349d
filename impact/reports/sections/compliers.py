"""What the treatment did to those who took it because they were assigned to it."""

from impact.analysis.estimates import Estimate
from impact.reports.blocks import Block, Cell, Column, Paragraph, Section, Table
from impact.reports.effects import main_effect, remark
from impact.reports.findings import Findings
from impact.reports.formats import ABSENT
from impact.reports.names import name_of
from impact.reports.scales import interval_text, value_text
from impact.reports.sections.metrics import difference_cell

COMPLIER = "complier"
SET, ESTIMATE, FIRST_STAGE = "anderson_rubin", "two_stage_least_squares", "first_stage"
BY_ASSIGNMENT = (
    "The answer is by assignment: everybody counts in the arm they were assigned to. The effects "
    "here divide it by how much assignment moved the treatment received. They hold for compliers, "
    "who take the treatment because they are assigned to it, and only if assignment acts on the "
    "outcome through this treatment alone."
)
PER_MINUTE = (
    "An effect per minute is one only if the policy acts through minutes alone: a policy that also "
    "changes tone or skill breaks this. Contacts are never compared by how long they took: "
    "problems make calls long, and would be blamed on the minutes."
)


def compliers(findings: Findings) -> Section:
    """Return the section of effects on compliers; without blocks where the plan asks for none."""
    rows = tuple(row for row in findings.results.estimates if row.population == COMPLIER)
    estimates = [row for row in rows if row.method == ESTIMATE]
    blocks: list[Block] = []
    if estimates:
        blocks = [Paragraph(text=BY_ASSIGNMENT), _table(findings, estimates)]
    if any(row.quantity == "effect_per_minute" for row in estimates):
        blocks.append(Paragraph(text=PER_MINUTE))
    return Section(key="compliers", title="Among those who complied", blocks=tuple(blocks))


def _table(findings: Findings, estimates: list[Estimate]) -> Table:
    several = len(findings.treatments) > 1
    compared = (Column(label="Compared"),) if several else ()
    labels = ("By assignment", "Treatment moved by", "Effect", "Anderson-Rubin set")
    return Table(
        caption="Effects on compliers",
        quiet=True,
        columns=(
            Column(label="Metric"),
            *compared,
            *(Column(label=label, numeric=True) for label in labels),
        ),
        rows=tuple(_row(findings, estimate) for estimate in estimates),
    )


def _row(findings: Findings, estimate: Estimate) -> tuple[Cell, ...]:
    metric = findings.plan.metric(estimate.metric)
    by_assignment = main_effect(findings, metric, estimate.variant)
    compared = (Cell(text=findings.label(estimate.variant)),) if findings.treatments[1:] else ()
    return (
        Cell(text=metric.label, detail=name_of(estimate.quantity)),
        *compared,
        Cell(text=ABSENT) if by_assignment is None else difference_cell(by_assignment),
        _moved(findings, estimate),
        difference_cell(estimate),
        _set(findings, estimate),
    )


def _moved(findings: Findings, estimate: Estimate) -> Cell:
    found = _beside(findings, estimate, FIRST_STAGE)
    if found is None:
        return Cell(text=ABSENT)
    return Cell(text=value_text(found), detail=remark(found).partition(";")[0], raw=found.value)


def _set(findings: Findings, estimate: Estimate) -> Cell:
    found = _beside(findings, estimate, SET)
    if found is None:
        return Cell(text=ABSENT)
    return Cell(text=interval_text(found) or ABSENT)


def _beside(findings: Findings, estimate: Estimate, method: str) -> Estimate | None:
    """Return the row of another method that the same comparison gave."""
    stage = method == FIRST_STAGE
    unit = "minute" if estimate.quantity == "effect_per_minute" else "1"
    found = (
        row
        for row in findings.results.estimates
        if (row.metric, row.variant, row.method) == (estimate.metric, estimate.variant, method)
        and (row.unit == unit if stage else row.quantity == estimate.quantity)
    )
    return next(found, None)
