"""What is expected of one metric as the formulas take it: its share of units, or its spread."""

from experiments.design.clusters import cluster_deviation
from experiments.design.expectations import Expectation
from experiments.design.follow_up import FollowUp, daily_hazard, event_probability
from experiments.design.quantiles import alikeness, relative_deviation
from experiments.design.unit_notes import CLUSTERS
from experiments.plan.document import Aggregate, Metric, Plan, Table


def baseline_of(metric: Metric, expected: Expectation) -> float:
    """Return the share of units for whom a proportion happens: of churn, by its hazard.

    >>> from experiments.plan.document import Kind, Role, Source
    >>> left = Metric(key="left", role=Role.PRIMARY, kind=Kind.PROPORTION, window=90,
    ...               source=Source(table=Table.CHURN))
    >>> round(baseline_of(left, Expectation(per_day=100, monthly_churn=0.01)), 6)  # 1 - 0.99**3
    0.029701
    """
    if metric.source.table is not Table.CHURN:
        return expected.baseline
    seen = FollowUp(accrual=0, further=metric.window or metric.horizon or 1)
    return event_probability(daily_hazard(expected.monthly_churn), seen)


def deviation_of(
    plan: Plan, metric: Metric, expected: Expectation, *, size_variation: float = 0.0
) -> float:
    """Return the deviation between units of a mean or quantile of 1; of clusters, between theirs.

    A unit counts with one value of a quantile, a cluster with all of its contacts, whose numbers
    have the coefficient of variation `size_variation`; one number of a cluster is a mean of those.

    >>> from experiments.plan.document import Kind, Role, Source, Unit
    >>> talk = Metric(key="talk", role=Role.PRIMARY, kind=Kind.MEAN, window=30,
    ...               source=Source(table=Table.CONTACTS, column="handle_seconds"))
    >>> plan = Plan(key="scripts", unit=Unit.AGENT, control="old", metrics=(talk,),
    ...             weights=(("old", 5000), ("new", 5000)))
    >>> expected = Expectation(per_day=10, cluster_size=500, icc=0.05)
    >>> round(deviation_of(plan, talk, expected), 6)  # the root of (1 + 499 * 0.05) / 500
    0.227816
    """
    deviation, icc, at = expected.variation, expected.icc, metric.quantile
    clustered = plan.unit in CLUSTERS
    if clustered and of_contacts(metric):
        icc = alikeness(at or 0.0, deviation, icc)
        deviation = relative_deviation(at or 0.0, deviation)
    if clustered:
        size = expected.cluster_size
        deviation = cluster_deviation(deviation, size, icc, variation=size_variation)
    if at is None or (clustered and of_contacts(metric)):
        return deviation
    return relative_deviation(at, deviation)


def of_contacts(metric: Metric) -> bool:
    """Whether a quantile is of every contact for itself, not of one number per unit.

    >>> from experiments.plan.document import Kind, Role, Source
    >>> slowest = Metric(key="slowest", role=Role.PRIMARY, kind=Kind.QUANTILE, quantile=0.9,
    ...                  source=Source(table=Table.CONTACTS, aggregate=Aggregate.EACH))
    >>> of_contacts(slowest)
    True
    """
    return metric.quantile is not None and metric.source.aggregate is Aggregate.EACH
