"""Ratios over contacts by what crosses their units: customers meet agents, agents customers."""

from collections.abc import Iterable
from datetime import datetime

import ibis
from ibis.expr.types import Table

from experiments.plan.document import Metric, Plan
from experiments.plan.document import Table as Fact
from impact.analysis.sufficient import CrossedCounts
from impact.errors import InputMissing
from impact.join.checks import counted_units
from impact.join.clusters import CLUSTER, packed
from impact.join.columns import text
from impact.join.inputs import Inputs
from impact.join.measures import denominator, numerator
from impact.join.moments import moments_of
from impact.join.vector import Vector
from impact.join.windows import borne_rows, measured

NAMES = ("y", "d")


def crossed_counts(
    units: Table, inputs: Inputs, plan: Plan, metrics: Iterable[Metric], as_of: datetime
) -> dict[str, CrossedCounts]:
    """Return per crossed metric the sums by pair of unit and group, and by group.

    Raises:
        InputMissing: the contacts do not have the column.
    """
    return {
        metric.key: _counted(
            units.filter(counted_units(units, metric, as_of)), inputs, plan, metric
        )
        for metric in metrics
        if metric.crossed_with
    }


def _counted(units: Table, inputs: Inputs, plan: Plan, metric: Metric) -> CrossedCounts:
    pairs = pairs_of(units, inputs, plan, metric)
    vector = Vector(
        key=metric.key,
        names=NAMES,
        values=(pairs["y"], pairs["d"]),
        counts=ibis.literal(True),  # noqa: FBT003  # a literal of the query language
    )
    groups = (
        pairs.group_by(CLUSTER, "variant")
        .aggregate(n_=pairs.count(), sum_0=pairs["y"].sum(), sum_1=pairs["d"].sum())
        .order_by(CLUSTER, "variant")
    )
    return CrossedCounts(
        pairs=moments_of(pairs, [vector], plan, ())[metric.key],
        groups=packed(groups.to_pyarrow(), NAMES),
    )


def pairs_of(units: Table, inputs: Inputs, plan: Plan, metric: Metric) -> Table:
    """Add up the contacts of every unit and group; who met no group is one of its own.

    Columns: fact_unit, the group's, variant, y and d.

    Raises:
        InputMissing: the contacts do not have the column.
    """
    rows = borne_rows(units, inputs, plan, Fact.CONTACTS)
    group = text(rows, metric.crossed_with)
    below = denominator(metric)
    if group is None or below is None:
        message = f"{metric.crossed_with}: contacts have no such column"
        raise InputMissing(message)
    alone = ibis.literal("alone ") + rows["fact_unit"]
    named = rows.mutate(**{CLUSTER: group.nullif("").fill_null(alone)})
    sums = named.group_by("fact_unit", CLUSTER).aggregate(
        y=measured(named, numerator(metric), plan), d=measured(named, below, plan)
    )
    known = sums.mutate(
        y=sums["y"].cast("float64").fill_null(0.0), d=sums["d"].cast("float64").fill_null(0.0)
    )
    inside = known.filter((known["y"] != 0) | (known["d"] != 0))
    arms = units.select(arm_unit_=units.unit_id, variant=units.variant)
    return inside.inner_join(arms, inside["fact_unit"] == arms.arm_unit_).drop("arm_unit_")
