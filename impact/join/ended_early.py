"""Units that stopped being observed inside of a window: what they did later is not there."""

from collections.abc import Iterable
from datetime import datetime

from ibis.expr.types import BooleanValue, Table

from experiments.plan.document import Metric, Plan
from impact.analysis.sufficient import MONEY, ArmProportion
from impact.join.checks import counted_units, is_mature
from impact.join.inputs import Inputs
from impact.join.moments import proportions_of
from impact.join.vector import Vector


def ended_early(
    measured: Table, metrics: Iterable[Metric], inputs: Inputs, plan: Plan, as_of: datetime
) -> dict[str, tuple[ArmProportion, ...]]:
    """Count, for every window, the units that count and those whose observation ended inside.

    Of all units, then of each segment, by metric and for the money. Nothing without customers,
    who alone have an end of observation of their own.
    """
    if inputs.customers is None:
        return {}
    asked = [
        (metric.key, metric.window, counted_units(measured, metric, as_of))
        for metric in metrics
        if metric.window is not None
    ]
    if plan.economics is not None:
        window = plan.economics.window
        asked.append((MONEY, window, measured.eligible & is_mature(measured, window, as_of)))
    vectors = [
        Vector(
            key=key,
            names=("ended",),
            values=(_is_ended(measured, window, plan, as_of).cast("float64"),),
            counts=counts,
        )
        for key, window, counts in asked
    ]
    return proportions_of(measured, vectors, plan, plan.segments)


def _is_ended(units: Table, window: int, plan: Plan, as_of: datetime) -> BooleanValue:
    """Return whether a unit went out of sight inside of its window and had not churned.

    By whole days, as elsewhere. Who churned is known: nothing follows.
    """
    today = as_of.astimezone(plan.zone).date()
    days = units.censor_date.delta(units.start_date, unit="day")
    churned = (units.churn_date <= units.censor_date).fill_null(False)  # noqa: FBT003
    return (units.censor_date < today) & (days < window) & ~churned
