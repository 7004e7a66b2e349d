"""Outcomes before the start: a fair draw leaves them alike in all arms."""

from collections.abc import Mapping

from ibis.expr.types import Table

from experiments.plan.document import Plan
from impact.analysis.sufficient import ArmMoments
from impact.join.measures import Measure
from impact.join.moments import moments_of
from impact.join.vector import Vector


def pre_period_moments(
    measured: Table, plan: Plan, earlier: Mapping[str, Measure]
) -> tuple[tuple[str, tuple[ArmMoments, ...]], ...]:
    """Return the moments of outcomes before the start that anybody has."""
    vectors = [
        Vector(key=name, names=("y",), values=(measured[measure.name],), counts=measured.eligible)
        for name, measure in earlier.items()
    ]
    found = moments_of(measured, vectors, plan, ())
    return tuple((name, arms) for name, arms in found.items() if _has_any(arms))


def _has_any(arms: tuple[ArmMoments, ...]) -> bool:
    return any(arm.moments.means[0] or arm.moments.cross[0, 0] for arm in arms)
