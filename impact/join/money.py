"""Revenue and handling per unit, together: they come from the same customers."""

from datetime import datetime

from ibis.expr.types import Table

from experiments.plan.document import Plan
from impact.analysis.sufficient import MONEY
from impact.join.checks import is_mature
from impact.join.inputs import Inputs
from impact.join.measures import money_measures
from impact.join.vector import Vector


def money_vectors(measured: Table, inputs: Inputs, plan: Plan, as_of: datetime) -> list[Vector]:
    """Return revenue and handling as one vector; none without economics, or without either."""
    measures = money_measures(plan, inputs)
    if plan.economics is None or not measures:
        return []
    return [
        Vector(
            key=MONEY,
            names=tuple(measures),
            values=tuple(measured[measure.name] for measure in measures.values()),
            counts=measured.eligible & is_mature(measured, plan.economics.window, as_of),
        )
    ]
