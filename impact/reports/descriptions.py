"""What a drawing shows, in words: for those who do not see it, and for the PDF."""

from experiments.plan.document import Metric
from impact.analysis.estimates import Curve, CurvePoint, Estimate
from impact.analysis.sufficient import ALL
from impact.reports.effects import remark
from impact.reports.findings import Findings
from impact.reports.formats import ABSENT
from impact.reports.scales import at_text, interval_text, value_text

INCIDENCE = "cumulative_incidence"


def retention_curves(findings: Findings, metric: Metric) -> tuple[Curve, ...]:
    """Return the metric's curves over all units, control first."""
    order = {variant: place for place, variant in enumerate(findings.arms)}
    curves = [
        curve
        for curve in findings.results.curves
        if (curve.metric, curve.kind, curve.segment) == (metric.key, "survival", ALL)
        and curve.variant in order
        and curve.points
    ]
    return tuple(sorted(curves, key=lambda curve: order[curve.variant]))


def incidence_curves(findings: Findings, metric: Metric) -> dict[str, tuple[Curve, ...]]:
    """Return by cause the shares that left for it, over all units, control first."""
    order = {variant: place for place, variant in enumerate(findings.arms)}
    found: dict[str, list[Curve]] = {}
    for curve in findings.results.curves:
        kind = (curve.metric, curve.kind, curve.segment)
        if kind == (metric.key, INCIDENCE, ALL) and curve.variant in order and curve.points:
            found.setdefault(curve.term, []).append(curve)
    return {
        cause: tuple(sorted(curves, key=lambda curve: order[curve.variant]))
        for cause, curves in found.items()
    }


def incidence_title(label: str, cause: str) -> str:
    """Return what a drawing of one cause is called.

    >>> incidence_title("Retention", "voluntary")
    'Retention: share that left, voluntary'
    """
    return f"{label}: share that left, {cause}"


def incidence_description(findings: Findings, cause: str, curves: tuple[Curve, ...]) -> str:
    """Say where the share of each arm ends."""
    ends = [
        f"{findings.label(curve.variant)}: {_end(findings, curve.points[-1])}" for curve in curves
    ]
    said = f"Share that left for the cause {cause} over time, by arm; other causes compete"
    return f"{said}. {'; '.join(ends)}."


def retention_description(findings: Findings, metric: Metric) -> str:
    """Say where each curve ends."""
    ends = [
        f"{findings.label(curve.variant)}: {_end(findings, curve.points[-1])}"
        for curve in retention_curves(findings, metric)
    ]
    return f"Share of units not yet churned over time, by arm. {'; '.join(ends)}."


def forest_description(findings: Findings, rows: tuple[Estimate, ...]) -> str:
    """Say the estimate of every segment."""
    parts = [f"{segment_label(row.segment, findings)}: {_words(row)}" for row in rows]
    return "Estimate and interval by segment. " + "; ".join(parts) + "."


def _words(row: Estimate) -> str:
    return f"{value_text(row)} ({interval_text(row) or remark(row)})"


def segment_label(segment: str, findings: Findings) -> str:
    """Return a segment as people say it: `tenure=short` as `tenure: short`."""
    if segment == ALL:
        return f"All {findings.plan.unit.value}s"
    column, _, value = segment.partition("=")
    return f"{column.replace('_', ' ')}: {value or ABSENT}"


def _end(findings: Findings, point: CurvePoint) -> str:
    at = at_text(point.at, findings.plan.time_unit)
    return f"{point.value:.1%} at {at}, {point.at_risk} still at risk"
