"""Sums of contacts by window of time, after the burn-in of each window."""

from collections.abc import Iterable

import ibis
import numpy as np
from ibis.expr.types import Table

from experiments.plan.document import Metric, Plan
from impact.analysis.sufficient import WindowCounts
from impact.join.clusters import CLUSTER, packed
from impact.join.columns import microseconds
from impact.join.moments import Vector
from impact.join.splits import split_column

BEGAN, DAY = "window_began_", "window_day_"
MICROSECONDS_PER_MINUTE = 60_000_000


def window_counts(
    measured: Table, vectors: Iterable[tuple[Metric, Vector]], plan: Plan
) -> dict[str, WindowCounts]:
    """Return per metric the sums of each window and arm, in the order of time.

    A window begins with the first contact assigned in it. Contacts within the burn-in are left
    out; those without a window are counted and left out. Nothing without a switchback.
    """
    if plan.switchback is None:
        return {}
    column = split_column(plan.switchback.window)
    asked = microseconds(measured.start)
    together = ibis.window(group_by=column)
    timed = measured.mutate(
        **{
            CLUSTER: measured[column],
            BEGAN: asked.min().over(together),
            DAY: measured.start_date.min().over(together),
        }
    )
    burn_in = plan.switchback.burn_in * MICROSECONDS_PER_MINUTE
    settled = microseconds(timed.start) >= timed[BEGAN] + burn_in
    return {
        metric.key: _counted(timed.filter(settled), vector)
        for metric, vector in vectors
        if {"y"} <= set(vector.names)
    }


def _counted(timed: Table, vector: Vector) -> WindowCounts:
    given = dict(zip(vector.names, vector.values, strict=True))
    names = tuple(name for name in ("y", "d") if name in given)
    values = {f"sum_{place}": given[name].cast("float64") for place, name in enumerate(names)}
    complete = timed.mutate(**values).filter(vector.complete)
    sums = {name: complete[name].sum() for name in values}
    grouped = complete.group_by(CLUSTER, "variant").aggregate(
        n_=complete.count(), began_=complete[BEGAN].min(), day_=complete[DAY].min(), **sums
    )
    rows = grouped.order_by("began_", CLUSTER, "variant").to_pyarrow()
    known = [place for place, name in enumerate(rows[CLUSTER].to_pylist()) if name is not None]
    days = np.asarray([str(rows["day_"][place]) for place in known], dtype=np.str_)
    _, codes = np.unique(days, return_inverse=True)
    return WindowCounts(counts=packed(rows, names), day=codes.astype(np.int64))
