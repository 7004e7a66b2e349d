"""Lifetime revenue: customers by how long they were observed, their payments weighted for it.

Two passes: how long everybody was observed gives the weights, and with them each payment counts
for those of whom it would not have been seen.
"""

from collections.abc import Iterator

import ibis
import numpy as np
import pyarrow as pa
from ibis.expr.types import StringValue, Table

from experiments.plan.document import Metric, Plan
from experiments.plan.document import Table as Fact
from impact.analysis.sufficient import ALL, ArmLifetime
from impact.engine import Engine
from impact.join.columns import local_date
from impact.join.covariates import label
from impact.join.dated import day_of, is_since
from impact.join.exchange import converted, refuse_unknown_currencies, with_rates
from impact.join.facts import facts_of, unit_key
from impact.join.inputs import Inputs, registered
from impact.join.windows import of_source
from impact.stats.means.observation import observation_curve

CELL = ["segment", "variant", "time", "complete", "churned"]


def lifetimes_of(
    connection: Engine, units: Table, inputs: Inputs, plan: Plan, metric: Metric
) -> tuple[ArmLifetime, ...]:
    """Return the revenue until the horizon of every arm: of all units, then of each segment.

    `units` are the eligible ones. Days are whole: a payment belongs to its date's distance from
    the start's. It counts when its day was observed to the end, or its customer churned on it;
    what was paid after churn, or on the horizon's day, does not count.

    Raises:
        UnknownCurrency: an amount that counts has no rate.
    """
    observed = with_observed_time(units, int(metric.horizon or 0))
    paid = paid_by_unit(observed, inputs, plan, metric)
    kept = connection.keep(paid)
    return tuple(
        arm
        for segment in (ibis.literal(ALL), *_segments(observed, plan))
        for arm in _arms(connection, observed.mutate(segment=segment), kept, plan, metric)
    )


def _segments(observed: Table, plan: Plan) -> Iterator[StringValue]:
    for column in plan.segments:
        yield ibis.literal(f"{column}=") + label(observed, column)


def with_observed_time(units: Table, horizon: int) -> Table:
    """Add `time` (days until churn, the end of observation or the horizon) and how it ended."""
    churned = (units.churn_date <= units.censor_date).fill_null(False)  # noqa: FBT003
    end = churned.ifelse(units.churn_date, units.censor_date)
    days = end.delta(units.start_date, unit="day").cast("int64")
    return units.mutate(
        time=ibis.least(days, horizon),
        complete=churned | (days >= horizon),
        churned=churned & (days < horizon),
    )


def paid_by_unit(observed: Table, inputs: Inputs, plan: Plan, metric: Metric) -> Table:
    """Return what each unit paid, by the day at the end of which it is known.

    `observed` are units of `with_observed_time`. Columns: unit, known, paid.

    Raises:
        UnknownCurrency: an amount that counts has no rate.
    """
    facts = facts_of(inputs, plan, Fact.REVENUE)
    borne = observed.select(
        "time", "churned", "start", "start_date", unit=observed.unit_id,
        unit_key_=unit_key(observed, plan, Fact.REVENUE),
    )  # fmt: skip
    rows = with_rates(borne.inner_join(facts, borne.unit_key_ == facts.key_), plan)
    day = local_date(rows.at_, plan.zone).delta(rows.start_date, unit="day").cast("int64")
    since = is_since(rows.at_, day_of(rows.at_, rows.start_date, plan.zone), rows.start, 0)
    rows = rows.mutate(day_=day).filter(of_source(rows, metric.source), since)
    seen = (rows.day_ < rows.time) | (rows.churned & (rows.day_ == rows.time))
    counted = rows.filter(seen)
    refuse_unknown_currencies(counted, plan)
    known = ibis.least(counted.day_ + 1, counted.time)
    sums = counted.group_by("unit", known=known).aggregate(paid=converted(counted).sum())
    return sums.mutate(paid=sums.paid.cast("float64"))


def _arms(
    connection: Engine, observed: Table, paid: Table, plan: Plan, metric: Metric
) -> Iterator[ArmLifetime]:
    horizon = int(metric.horizon or 0)
    counts = observed.group_by(CELL).aggregate(n=observed.count()).to_pyarrow()
    weights = registered(connection, _weights(counts))
    billed = observed.inner_join(paid, observed.unit_id == paid.unit)
    weighted = billed.inner_join(weights, ["segment", "variant", "known"])
    sums = weighted.group_by("unit").aggregate(earned=(weighted.paid * weighted.weight).sum())
    earned = observed.left_join(sums, observed.unit_id == sums.unit)
    earned = earned.mutate(earned=earned.earned.fill_null(0.0))
    cells = earned.group_by(CELL).aggregate(
        n=earned.count(), mean=earned.earned.mean(), spread=earned.earned.var(how="sample")
    )
    days = billed.group_by(["segment", "variant", "known"]).aggregate(paid=billed.paid.sum())
    found = cells.order_by(CELL).to_pyarrow(), days.order_by("known").to_pyarrow()
    yield from _packed(*found, plan, horizon)


def _weights(counts: pa.Table) -> pa.Table:
    """Return for every arm and day one over the chance to be observed until then."""
    parts = []
    for segment, variant in _groups(counts):
        cells = _of(counts, segment, variant)
        curve = observation_curve(*(_array(cells, name) for name in ("time", "complete", "n")))
        known = np.arange(int(_array(cells, "time").max()) + 1)
        columns = {"known": known, "weight": 1 / curve.before(known)}
        names = {"segment": [segment] * len(known), "variant": [variant] * len(known)}
        parts.append(pa.table({**names, **columns}))
    empty = {"segment": [""], "variant": [""], "known": [0], "weight": [1.0]}
    return pa.concat_tables(parts) if parts else pa.table(empty)


def _packed(cells: pa.Table, days: pa.Table, plan: Plan, horizon: int) -> Iterator[ArmLifetime]:
    segments = dict.fromkeys(segment for segment, _ in _groups(cells))
    for segment in segments:
        for variant in plan.variants:
            of_arm = _of(cells, segment, variant)
            paid = _of(days, segment, variant)
            n = _array(of_arm, "n").astype(np.int64)
            spread = np.array([value or 0.0 for value in of_arm["spread"].to_pylist()])
            yield ArmLifetime(
                variant=variant,
                segment=segment,
                horizon=horizon,
                time=_array(of_arm, "time").astype(np.int64),
                complete=_array(of_arm, "complete").astype(np.bool_),
                churned=_array(of_arm, "churned").astype(np.bool_),
                n=n,
                earned=_array(of_arm, "mean").astype(np.float64),
                squares=spread * np.maximum(n - 1, 0),
                known=_array(paid, "known").astype(np.int64),
                paid=_array(paid, "paid").astype(np.float64),
            )


def _groups(rows: pa.Table) -> list[tuple[str, str]]:
    pairs = zip(rows["segment"].to_pylist(), rows["variant"].to_pylist(), strict=True)
    return sorted(set(pairs))


def _of(rows: pa.Table, segment: str, variant: str) -> pa.Table:
    kept = (np.array(rows["segment"]) == segment) & (np.array(rows["variant"]) == variant)
    return rows.filter(pa.array(kept, type=pa.bool_()))


def _array(rows: pa.Table, name: str) -> np.ndarray:
    return np.asarray(rows[name].to_pylist())
