"""Which rows a forest plot shows: one quantity of the primary metric, all units first."""

from experiments.plan.document import Kind
from impact.analysis.estimates import Estimate
from impact.analysis.sufficient import ALL
from impact.reports.effects import DIFFERENCES
from impact.reports.findings import Findings

HAZARD_FIRST = ("hazard_ratio", "survival_probability_difference", "rmst_difference")


def forest_rows(findings: Findings, variant: str) -> tuple[Estimate, ...]:
    """Return the rows of the first quantity that was estimated in any segment."""
    primary = findings.plan.primary
    survival = primary.kind is Kind.TIME_TO_EVENT
    for quantity in HAZARD_FIRST if survival else DIFFERENCES[primary.kind]:
        rows = _rows(findings, variant, quantity)
        if any(row.segment != ALL for row in rows):
            return rows
    return ()


def _rows(findings: Findings, variant: str, quantity: str) -> tuple[Estimate, ...]:
    primary = findings.plan.primary
    segments = dict.fromkeys(
        row.segment
        for row in findings.results.estimates
        if (row.metric, row.quantity, row.variant) == (primary.key, quantity, variant)
    )
    ordered = sorted(segments, key=lambda segment: segment != ALL)
    found = (
        findings.results.first(primary.key, quantity, variant=variant, segment=segment)
        for segment in ordered
    )
    return tuple(row for row in found if row is not None)
