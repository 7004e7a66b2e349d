"""An effect as a benefit: which way is good, and an interval in which more is better."""

import math

from experiments.plan.document import Direction, Kind, Metric
from impact.analysis.estimates import Estimate
from impact.analysis.headlines import has_one_limit, headline_of


def favours_less(metric: Metric) -> bool:
    """Whether smaller values of the effect are good.

    The event of a time-to-event metric is a loss, so a smaller hazard is good whether the plan
    says that retention shall increase or churn decrease.

    >>> from experiments.plan.document import Role, Source, Table
    >>> source = Source(table=Table.CHURN)
    >>> favours_less(Metric(key="left", role=Role.PRIMARY, kind=Kind.TIME_TO_EVENT, source=source))
    True
    >>> favours_less(Metric(key="left", role=Role.PRIMARY, kind=Kind.PROPORTION, source=source))
    False
    """
    return metric.kind is Kind.TIME_TO_EVENT or metric.direction is Direction.DECREASE


def benefit_interval(metric: Metric, row: Estimate) -> tuple[float, float] | None:
    """Return the row's interval turned so that no effect is 0 and more is better.

    None where the row has no interval. Where it has one limit the other side is open.

    >>> from experiments.plan.document import Role, Source, Table
    >>> metric = Metric(key="retention", role=Role.PRIMARY, kind=Kind.TIME_TO_EVENT,
    ...     source=Source(table=Table.CHURN))
    >>> row = Estimate(metric="retention", kind="time_to_event", method="cox",
    ...     quantity="hazard_ratio", value=0.75, ci_low=0.5, ci_high=1.25)
    >>> benefit_interval(metric, row)
    (-0.25, 0.5)
    """
    low, high = row.ci_low, row.ci_high
    if (low is None or high is None) and not has_one_limit(row):
        return None
    no_effect = headline_of(metric).no_effect
    above = (-math.inf if low is None else low) - no_effect
    below = (math.inf if high is None else high) - no_effect
    return (-below, -above) if favours_less(metric) else (above, below)


def excludes_no_effect(metric: Metric, row: Estimate) -> bool:
    """Whether the row's interval leaves out no effect, in either direction.

    >>> from experiments.plan.document import Role, Source, Table
    >>> metric = Metric(key="retention", role=Role.PRIMARY, kind=Kind.TIME_TO_EVENT,
    ...     source=Source(table=Table.CHURN))
    >>> row = Estimate(metric="retention", kind="time_to_event", method="cox",
    ...     quantity="hazard_ratio", value=0.75, ci_low=0.5, ci_high=0.9)
    >>> excludes_no_effect(metric, row)
    True
    """
    interval = benefit_interval(metric, row)
    return interval is not None and not interval[0] <= 0 <= interval[1]
