"""What those who did not answer a survey may hide, in one sentence per survey and variant."""

from collections.abc import Iterator

from impact.analysis.estimates import Estimate
from impact.analysis.survey_names import LOWER, RESPONSE, UPPER, WEIGHTED
from impact.reports.findings import Findings
from impact.reports.scales import interval_text, value_text


def silence(findings: Findings) -> Iterator[str]:
    """Yield a sentence for every survey: response by arm, bounds, and the weighted difference."""
    for metric in findings.plan.metrics:
        for variant in findings.treatments:
            rows = [
                row
                for row in findings.results.estimates
                if (row.metric, row.variant) == (metric.key, variant)
            ]
            parts = [*_response(findings, metric.key, variant), *_bounds(rows), *_weighted(rows)]
            if parts:
                yield f"{metric.label}: {'; '.join(parts)}."


def _response(findings: Findings, metric: str, variant: str) -> Iterator[str]:
    rates = {
        row.variant: value_text(row)
        for row in findings.results.estimates
        if (row.metric, row.method, row.quantity) == (metric, RESPONSE, "proportion")
    }
    control = findings.plan.control
    if {control, variant} <= set(rates):
        yield (
            f"{rates[control]} of those asked answered with {findings.label(control)}, "
            f"{rates[variant]} with {findings.label(variant)}"
        )


def _bounds(rows: list[Estimate]) -> Iterator[str]:
    """Arms that answer alike leave nothing out, and both bounds are the plain difference."""
    lower, upper = (value_text(_value(rows, method)) for method in (LOWER, UPPER))
    if lower != upper:
        yield (
            "among those who would answer either way the difference lies between "
            f"{lower} and {upper}, give or take chance"
        )


def _weighted(rows: list[Estimate]) -> Iterator[str]:
    found = _value(rows, WEIGHTED)
    if found is not None:
        yield f"weighted for who answered it is {value_text(found)} ({interval_text(found)})"


def _value(rows: list[Estimate], method: str) -> Estimate | None:
    return next((row for row in rows if row.method == method and row.value is not None), None)
