"""What units received beside what they were assigned to: moments of both together."""

from collections.abc import Iterable, Iterator

import ibis
from ibis.expr.types import FloatingValue, Table, Value

from experiments.plan.compliance import DoseUnit
from experiments.plan.document import Kind, Metric, Plan
from impact.analysis.sufficient import ArmMoments
from impact.join.moments import moments_of
from impact.join.splits import split_column
from impact.join.vector import Vector

SERVED = "served_variant"
YES, NO = ("true", "t", "yes", "y", "1", "1.0"), ("false", "f", "no", "n", "0", "0.0")
SECONDS_PER_MINUTE = 60.0
KINDS = frozenset({Kind.MEAN, Kind.PROPORTION})  # a number per unit: what can be divided


def compliance_moments(
    measured: Table, vectors: Iterable[tuple[Metric, Vector]], plan: Plan
) -> dict[str, tuple[ArmMoments, ...]]:
    """Return per metric the moments of outcome and treatment received, for each treatment.

    Named "y" and the treatment: "received", "served=<variant>" or "dose" (in minutes). With an
    adjustment also "x" and the products "xy", "xt" and "xx", so that errors are exact. All are
    centred at the mean of everybody. Only units whose treatment is known count. Nothing without a
    plan's compliance, or where a column is nowhere.
    """
    found: dict[str, tuple[ArmMoments, ...]] = {}
    for metric, wide, joint in joint_vectors(measured, vectors, plan):
        moments = moments_of(wide, [joint], plan, ())
        found[metric.key] = (*found.get(metric.key, ()), *moments[joint.key])
    return found


def joint_vectors(
    measured: Table, vectors: Iterable[tuple[Metric, Vector]], plan: Plan
) -> Iterator[tuple[Metric, Table, Vector]]:
    """Yield each metric's numbers with each treatment, and the units that have their columns."""
    treatments = dict(_treatments(measured, plan))
    for metric, vector in vectors:
        for name, treatment in treatments.items() if metric.kind in KINDS else ():
            yield metric, *_joint(measured, vector, name, treatment)


def _treatments(measured: Table, plan: Plan) -> Iterator[tuple[str, FloatingValue]]:
    if plan.compliance is None:
        return
    received, dose = plan.compliance.received, plan.compliance.dose
    if split_column(received) in measured.columns and received == SERVED:
        for variant in plan.variants:
            if variant != plan.control:
                served = measured[split_column(SERVED)] == variant
                yield f"served={variant}", served.cast("float64")
    elif split_column(received) in measured.columns:
        yield "received", _yes(measured, received)
    if split_column(dose) in measured.columns:
        value = measured[split_column(dose)].try_cast("float64")
        finite = (value.isnan() | value.isinf()).ifelse(None, value)
        in_seconds = plan.compliance.dose_unit == DoseUnit.SECOND
        yield "dose", finite / SECONDS_PER_MINUTE if in_seconds else finite


def _yes(measured: Table, name: str) -> FloatingValue:
    """Return 1 for yes and 0 for no; what is neither is not known."""
    text = measured[split_column(name)].lower()
    return ibis.cases((text.isin(YES), 1.0), (text.isin(NO), 0.0), else_=None).cast("float64")


def _joint(
    measured: Table, vector: Vector, name: str, treatment: FloatingValue
) -> tuple[Table, Vector]:
    """Return a metric's numbers with one treatment, and the units with the columns of them."""
    values = {"y": vector.values[0], "t": treatment}
    if "x" in vector.names:
        values["x"] = vector.values[vector.names.index("x")]
    wide = measured.mutate(
        counts_=vector.complete, **{key: _centred(value) for key, value in values.items()}
    )
    y, t = wide["y"], wide["t"]
    named = {"y": y, name: t}
    if "x" in values:
        x = wide["x"]
        named |= {"x": x, "xy": x * y, "xt": x * t, "xx": x * x}
    return wide, Vector(
        key=vector.key, names=tuple(named), values=tuple(named.values()), counts=wide["counts_"]
    )


def _centred(value: Value) -> FloatingValue:
    number = value.cast("float64")
    return number - number.mean().over(ibis.window())
