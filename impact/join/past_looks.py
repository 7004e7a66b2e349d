"""How much was known at each earlier look of a plan that spends its error rate over looks."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time

from experiments.plan.document import Plan
from impact.analysis.looks.information import at_looks, information_of
from impact.analysis.sufficient import SufficientStatistics


def past_information(
    plan: Plan, as_of: datetime, counted: Callable[[Plan, datetime], SufficientStatistics]
) -> dict[str, tuple[int, ...]]:
    """Return by metric its events or units at every look before the day of `as_of`.

    `counted` takes the statistics of a plan at an instant: that of a look is the first moment of
    its date. Only counts are asked for, so the plan goes without segments and adjustments.
    """
    rule = plan.looks.rule
    if rule is None or not rule.has_dates:
        return {}
    today = as_of.astimezone(plan.zone).date()
    bare = _bare(plan)
    moments = (
        datetime.combine(look, time(), tzinfo=plan.zone)
        for look in plan.looks.dates
        if look < today
    )
    return at_looks(information_of(bare, counted(bare, moment)) for moment in moments)


def _bare(plan: Plan) -> Plan:
    metrics = (
        replace(metric, covariates=(), strata=(), adjustment=None) for metric in plan.metrics
    )
    return replace(plan, metrics=tuple(metrics), segments=())
