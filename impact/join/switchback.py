"""Sums of contacts by window of time, after the burn-in of each window."""

from collections.abc import Iterable

import ibis
import numpy as np
from ibis.expr.types import BooleanValue, IntegerValue, StringValue, Table
from numpy.typing import NDArray

from experiments.assignment.schedule import BLOCK, MINUTE
from experiments.plan.document import Metric, Plan
from impact.analysis.sufficient import WindowCounts
from impact.join.clusters import CLUSTER, packed
from impact.join.columns import microseconds
from impact.join.splits import split_column
from impact.join.vector import Vector
from impact.stats.switchback.carry_over import UNKNOWN, preceding

BEGAN, DAY, DRAWN = "window_began_", "window_day_", "window_block_"
MICROSECONDS_PER_MINUTE = 60_000_000


def window_counts(
    measured: Table, vectors: Iterable[tuple[Metric, Vector]], plan: Plan
) -> dict[str, WindowCounts]:
    """Return per metric the sums of each window and arm, in the order of time.

    A window begins where a schedule says so (`window_minute` of the assignments), else with the
    first contact assigned in it. Contacts within the burn-in are left out; those without a window
    are counted and left out. What came before a window is told by all windows that anybody was
    assigned in. Among which others a window was drawn is known where every row says so
    (`window_block`). Nothing without a switchback.
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
            DRAWN: _block(measured),
        }
    )
    settled = _settled(timed, plan.switchback.burn_in)
    before = _before(timed)
    return {
        metric.key: _counted(timed.filter(settled), vector, before)
        for metric, vector in vectors
        if {"y"} <= set(vector.names)
    }


def _block(measured: Table) -> StringValue:
    """Return among which others a window was drawn, null where nothing says so."""
    name = split_column(BLOCK)
    known = measured[name] if name in measured.columns else ibis.null()
    return known.cast("string").nullif("")


def _settled(timed: Table, burn_in: int) -> BooleanValue:
    """Return whether a contact came after the first `burn_in` minutes of its window."""
    since_first = microseconds(timed.start) >= timed[BEGAN] + burn_in * MICROSECONDS_PER_MINUTE
    if split_column(MINUTE) not in timed.columns:
        return since_first
    minute = timed[split_column(MINUTE)].try_cast("int64")
    return (minute >= burn_in).fill_null(since_first)


def _before(timed: Table) -> dict[str, str]:
    """Return the variant of the window before each window, "" where it is unknown."""
    grouped = timed.filter(timed[CLUSTER].notnull()).group_by(CLUSTER)
    windows = grouped.aggregate(
        began_=_began(timed).min(),
        day_=timed[DAY].min(),
        first_=timed.variant.min(),
        last_=timed.variant.max(),
    )
    rows = windows.order_by("began_", CLUSTER).to_pyarrow().to_pydict()
    arms = [
        first if first == last else UNKNOWN
        for first, last in zip(rows["first_"], rows["last_"], strict=True)
    ]
    minutes = [began / MICROSECONDS_PER_MINUTE for began in rows["began_"]]
    found = preceding(minutes, np.array(rows["day_"], dtype=np.str_), arms)
    return dict(zip(rows[CLUSTER], found.tolist(), strict=True))


def _began(timed: Table) -> IntegerValue:
    """Return when a contact's window began: by the schedule, else with its first contact."""
    if split_column(MINUTE) not in timed.columns:
        return timed[BEGAN]
    minute = timed[split_column(MINUTE)].try_cast("int64")
    by_schedule = microseconds(timed.start) - minute * MICROSECONDS_PER_MINUTE
    return by_schedule.fill_null(timed[BEGAN])


def _counted(timed: Table, vector: Vector, before: dict[str, str]) -> WindowCounts:
    given = dict(zip(vector.names, vector.values, strict=True))
    names = tuple(name for name in ("y", "d") if name in given)
    values = {f"sum_{place}": given[name].cast("float64") for place, name in enumerate(names)}
    complete = timed.mutate(**values).filter(vector.complete)
    sums = {name: complete[name].sum() for name in values}
    grouped = complete.group_by(CLUSTER, "variant").aggregate(
        n_=complete.count(),
        began_=complete[BEGAN].min(),
        day_=complete[DAY].min(),
        block_=complete[DRAWN].min(),
        **sums,
    )
    rows = grouped.order_by("began_", CLUSTER, "variant").to_pyarrow()
    known = [place for place, name in enumerate(rows[CLUSTER].to_pylist()) if name is not None]
    days = [str(rows["day_"][place]) for place in known]
    blocks = [rows["block_"][place].as_py() for place in known]
    labels = rows[CLUSTER].to_pylist()
    return WindowCounts(
        counts=packed(rows, names),
        day=_codes(days),
        block=None if None in blocks else _codes(blocks),
        before=np.array([before[labels[place]] for place in known], dtype=np.str_),
    )


def _codes(labels: list[str]) -> NDArray[np.int64]:
    _, codes = np.unique(np.array(labels, dtype=np.str_), return_inverse=True)
    return codes.astype(np.int64)
