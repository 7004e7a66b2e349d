"""What is expected of one metric as the formulas take it: its share of units, or its spread."""

from experiments.design.clusters import cluster_deviation
from experiments.design.expectations import Expectation
from experiments.design.follow_up import FollowUp, daily_hazard, event_probability
from experiments.design.quantiles import relative_deviation
from experiments.design.unit_notes import CLUSTERS
from experiments.plan.document import Metric, Plan, Table


def baseline_of(metric: Metric, expected: Expectation) -> float:
    """Return the share of units for whom a proportion happens: of churn, by its hazard."""
    if metric.source.table is not Table.CHURN:
        return expected.baseline
    seen = FollowUp(accrual=0, further=metric.window or metric.horizon or 1)
    return event_probability(daily_hazard(expected.monthly_churn), seen)


def deviation_of(plan: Plan, metric: Metric, expected: Expectation) -> float:
    """Return the deviation between units of a mean or quantile of 1; of clusters, between theirs.

    A unit counts with one value of a quantile, a cluster with all of its contacts.
    """
    deviation = expected.variation
    if metric.quantile is not None:
        deviation = relative_deviation(metric.quantile, expected.variation)
    if plan.unit not in CLUSTERS:
        return deviation
    return cluster_deviation(deviation, expected.cluster_size, expected.icc)
