"""Revenue and handling per unit, together: they come from the same customers."""

from datetime import datetime

from ibis.expr.types import Table

from experiments.plan.document import Plan
from impact.analysis.sufficient import ArmMoments
from impact.join.checks import is_mature
from impact.join.inputs import Inputs
from impact.join.measures import MONEY, money_measures
from impact.join.moments import moments_of
from impact.join.vector import Vector


def money_moments(
    measured: Table, inputs: Inputs, plan: Plan, as_of: datetime
) -> dict[str, tuple[ArmMoments, ...]]:
    """Return the joint moments of revenue and handling per mature unit; none without economics."""
    measures = money_measures(plan, inputs)
    if plan.economics is None or not measures:
        return {}
    vector = Vector(
        key=MONEY,
        names=tuple(measures),
        values=tuple(measured[measure.name] for measure in measures.values()),
        counts=measured.eligible & is_mature(measured, plan.economics.window, as_of),
    )
    return moments_of(measured, [vector], plan, plan.segments)
