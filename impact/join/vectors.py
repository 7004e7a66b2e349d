"""The numbers per unit of every windowed metric, side by side, and which units count."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import ibis
from ibis.expr.types import Table, Value

from experiments.plan.document import Metric
from impact.join.checks import counted_units
from impact.join.covariates import number
from impact.join.measures import before, denominator, numerator
from impact.join.vector import Vector


def with_adjustments(measured: Table, metrics: Iterable[Metric]) -> Table:
    """Add what the means of the plan are adjusted by."""
    return measured.mutate(
        **{
            f"cuped_{metric.key}": _cuped(measured, metric)
            for metric in metrics
            if metric.adjustment is not None
        }
    )


def vectors_of(
    adjusted: Table, metrics: Iterable[Metric], as_of: datetime, caps: Mapping[str, float]
) -> list[tuple[Metric, Vector]]:
    """Return the numbers of every windowed metric.

    Named y, a ratio's denominator d, what a mean is adjusted by x, y up to a cap w.
    """
    return [
        (metric, _vector(adjusted, metric, as_of, caps.get(metric.key)))
        for metric in metrics
        if metric.is_windowed
    ]


def _vector(measured: Table, metric: Metric, as_of: datetime, cap: float | None) -> Vector:
    values: dict[str, Value] = {"y": measured[numerator(metric).name]}
    below = denominator(metric)
    if below is not None:
        values["d"] = measured[below.name]
    if metric.adjustment is not None:
        values["x"] = measured[f"cuped_{metric.key}"]
    if cap is not None:
        values["w"] = ibis.least(values["y"], cap)
    return Vector(
        key=metric.key,
        names=tuple(values),
        values=tuple(values.values()),
        counts=counted_units(measured, metric, as_of),
    )


def _cuped(measured: Table, metric: Metric) -> Value:
    """Return what a mean is adjusted by; who lacks it gets the mean of all arms together."""
    earlier = before(metric)
    if earlier is not None:
        value = measured[earlier.name]
    else:
        name = metric.adjustment.covariate if metric.adjustment else None
        value = number(measured, name or "")
    everyone = value.mean().over(ibis.window())
    return value.fill_null(everyone).fill_null(0.0)
