"""Which rows stand for a metric: its difference, its arms' values, its p-value."""

from experiments.plan.document import Kind, Metric
from impact.analysis.estimates import Estimate
from impact.analysis.headlines import ADJUSTED, p_value_row
from impact.analysis.looks.wording import NO_INTERVAL, NO_SPREAD, NO_TEST
from impact.reports.findings import Findings

DIFFERENCES: dict[Kind, tuple[str, ...]] = {
    Kind.TIME_TO_EVENT: ("survival_probability_difference", "rmst_difference", "hazard_ratio"),
    Kind.MEAN: ("mean_difference", "lifetime_revenue_difference"),
    Kind.PROPORTION: ("proportion_difference",),
    Kind.RATIO: ("ratio_difference",),
    Kind.QUANTILE: ("quantile_difference",),
}
LEVELS = {
    "survival_probability_difference": "survival_probability",
    "rmst_difference": "rmst",
    "mean_difference": "mean",
    "lifetime_revenue_difference": "lifetime_revenue",
    "proportion_difference": "proportion",
    "ratio_difference": "ratio",
    "quantile_difference": "quantile",
    "net_value": "mean",
}
RELATIVES = {Kind.TIME_TO_EVENT: "hazard_ratio", Kind.PROPORTION: "risk_ratio"}
PREFERRED_METHODS = (*ADJUSTED, "winsorised")
INTERIM_REMARK = "interim"
HIDDEN = (NO_INTERVAL, NO_TEST, NO_SPREAD)


def main_effect(findings: Findings, metric: Metric, variant: str) -> Estimate | None:
    """Return the metric's difference to show first: at the horizon, adjusted where it can be."""
    rows = findings.results.rows(metric.key, *DIFFERENCES[metric.kind], variant=variant)
    at_horizon = [row for row in rows if row.at in {None, horizon(findings, metric)}]
    ranked = sorted(at_horizon or rows, key=_rank)
    return ranked[0] if ranked else None


def horizon(findings: Findings, metric: Metric) -> float | None:
    """Return the time at which arms are compared: the plan's horizon, or that of the rows."""
    if metric.horizon is not None:
        return findings.plan.time_unit.of(metric.horizon)
    ends = [row.at for row in findings.results.rows(metric.key, "rmst", "rmst_difference")]
    return next((at for at in ends if at is not None), None)


def remark(row: Estimate | None) -> str:
    """Return the note without what the whole interim report bears: its mark, what it hides."""
    if row is None:
        return ""
    parts = row.note.split("; ")
    if row.look is not None:
        parts = [part for part in parts if not part.startswith(HIDDEN)]
    return "; ".join(part for part in parts if part != INTERIM_REMARK)


def _rank(row: Estimate) -> tuple[bool, bool]:
    return row.value is None, row.method not in PREFERRED_METHODS


def arm_level(findings: Findings, effect: Estimate, variant: str) -> Estimate | None:
    """Return the row of one arm that the difference was taken from."""
    quantity = LEVELS.get(effect.quantity)
    if quantity is None:
        return None
    rows = findings.results.rows(effect.metric, quantity, variant=variant)
    same_time = [row for row in rows if effect.at is None or row.at == effect.at]
    alike = [row for row in same_time if row.method == effect.method]
    return next(iter(alike or same_time), None)


def relative_effect(findings: Findings, metric: Metric, effect: Estimate) -> Estimate | None:
    """Return the ratio beside the difference: of hazards, of risks, or the relative difference.

    None beside an adjusted difference that has none of its own: +0.1 beside an unadjusted +2%
    reads as an error.
    """
    quantity = RELATIVES.get(metric.kind, "relative_difference")
    rows = findings.results.rows(metric.key, quantity, variant=effect.variant)
    alike = [row for row in rows if row.method == effect.method]
    fallback = () if effect.method in PREFERRED_METHODS else rows
    return next(iter(alike or fallback), None)


def row_with_test(findings: Findings, metric: Metric, variant: str) -> Estimate | None:
    """Return the row whose p-value speaks for the metric: that of the test which decides."""
    return p_value_row(metric, variant, findings.results.estimates)


def final_p_value(findings: Findings, row: Estimate | None) -> float | None:
    """Return the p-value, the adjusted one where there is one; none before the planned end."""
    if row is None or findings.interim:
        return None
    return row.p_value if row.p_value_adjusted is None else row.p_value_adjusted
