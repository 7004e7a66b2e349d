"""A centre's own history as if an experiment had run in it: who would have joined, and when.

The join runs once, with everybody in control: what differs between draws is only who is in which
arm.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import ibis
import numpy as np
import pyarrow as pa
from ibis.expr.types import Table
from numpy.typing import NDArray

from experiments.plan.document import Kind, Metric, Plan
from impact.analysis.clusters.units import clusters_of_units
from impact.engine import Engine
from impact.errors import InputMissing
from impact.join.caps import caps_of
from impact.join.checks import counted_units
from impact.join.columns import literal_instant, optional
from impact.join.covariates import label
from impact.join.exchange import currency_of
from impact.join.facts import BEARERS
from impact.join.inputs import Inputs, registered
from impact.join.measures import all_measures
from impact.join.moments import Vector
from impact.join.quantiles import value_rows
from impact.join.survival import numbered, with_durations
from impact.join.units import build_units
from impact.join.vectors import vectors_of, with_adjustments
from impact.join.visible import visible
from impact.join.windows import measure_units
from impact.replay.times import texts, times_of
from impact.simulation.trials.counting import final_plan
from impact.simulation.trials.outcomes import Outcomes, Ranked, Values, lacking

COUNTS, CLUSTER = "counts__", "cluster__"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Units join with their first contact from `since` to before `until`.

    Nothing after `before` is read: that is when the report is made.
    """

    since: datetime | None
    until: datetime
    before: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The units in the order of their ids, and the plan as it is replayed on them."""

    plan: Plan
    unit_ids: tuple[str, ...]
    outcomes: Outcomes


def history_of(connection: Engine, inputs: Inputs, plan: Plan, span: Span) -> History:
    """Return what the metrics of a plan were for every unit that contacted the centre.

    Assignments of `inputs` are not read. A metric that cannot be given has its reason in
    `outcomes.not_estimable`.

    Raises:
        InputMissing: no contacts, nobody in the span, or a column of the plan is nowhere.
        UnknownCurrency: an amount that counts has no dated rate.
    """
    bare = final_plan(plan)
    joined = _joined(connection, inputs.contacts, bare, span)
    known = visible(replace(inputs, assignments=joined), span.before)
    reasons = {metric.key: _reason(known, bare, metric) for metric in bare.metrics}
    given = tuple(metric for metric in bare.metrics if not reasons[metric.key])
    replayed = replace(bare, metrics=given)
    unit_ids, found = _outcomes(connection, known, replayed, span.before)
    missing = {key: reason for key, reason in reasons.items() if reason}
    return History(plan=bare, unit_ids=unit_ids, outcomes=replace(found, not_estimable=missing))


def _outcomes(
    connection: Engine, known: Inputs, plan: Plan, as_of: datetime
) -> tuple[tuple[str, ...], Outcomes]:
    measures = all_measures(plan, plan.metrics, known, ())
    units = build_units(connection, known, plan, as_of=as_of, with_ids=True)
    eligible = units.filter(units.eligible)
    measured = measure_units(connection, eligible, known, plan, measures)
    windowed = [metric for metric in plan.metrics if metric.is_windowed]
    caps = caps_of(measured, windowed, as_of)
    adjusted = with_adjustments(measured, windowed)
    unit_ids, values = _values(adjusted, plan, vectors_of(adjusted, windowed, as_of, caps), caps)
    times = {
        metric.key: times_of(with_durations(eligible, known, plan, metric), metric)
        for metric in plan.metrics
        if metric.kind is Kind.TIME_TO_EVENT
    }
    ranked = {
        metric.key: _ranked(measured, known, plan, metric, unit_ids, as_of)
        for metric in plan.metrics
        if metric.kind is Kind.QUANTILE
    }
    currency = currency_of(known.revenue, plan)
    return unit_ids, Outcomes(
        size=len(unit_ids), values=values, times=times, ranked=ranked, currency=currency
    )


def _joined(connection: Engine, contacts: Table | None, plan: Plan, span: Span) -> Table:
    """Return everybody's first contact in the span, as an assignment to control."""
    if contacts is None:
        message = "contacts: units join a replay with their first contact"
        raise InputMissing(message)
    bearer = optional(contacts, BEARERS[plan.unit], "string").nullif("")
    asked = contacts.mutate(unit_id=bearer).filter(
        bearer.notnull(), contacts.arrived_at < literal_instant(span.until)
    )
    if span.since is not None:
        asked = asked.filter(asked.arrived_at >= literal_instant(span.since))
    first = asked.group_by("unit_id").aggregate(assigned_at=asked.arrived_at.min())
    rows = first.mutate(variant=ibis.literal(plan.control)).to_pyarrow()
    if not rows.num_rows:
        message = f"contacts: no {plan.unit} made one in the time in which units join"
        raise InputMissing(message)
    return registered(connection, rows)


def _reason(inputs: Inputs, plan: Plan, metric: Metric) -> str:
    sources = [metric.source, *([metric.denominator] if metric.denominator else [])]
    tables = dict.fromkeys(source.table.value for source in sources)
    absent = [name for name in tables if getattr(inputs, name) is None]
    if absent:
        return f"no {' and no '.join(absent)} data were given"
    return lacking(plan, metric)


def _values(
    adjusted: Table,
    plan: Plan,
    vectors: list[tuple[Metric, Vector]],
    caps: Mapping[str, float],
) -> tuple[tuple[str, ...], dict[str, Values]]:
    columns = {}
    for metric, vector in vectors:
        columns[f"{COUNTS}{metric.key}"] = vector.counts
        for name, value in zip(vector.names, vector.values, strict=True):
            columns[f"{metric.key}__{name}"] = value.cast("float64")
        if metric.cluster:
            columns[f"{CLUSTER}{metric.key}"] = label(adjusted, metric.cluster)
    rows = adjusted.select("unit_id", **columns).order_by("unit_id").to_pyarrow()
    found = {
        metric.key: Values(
            names=vector.names,
            numbers=np.column_stack(
                [_floats(rows[f"{metric.key}__{name}"]) for name in vector.names]
            ),
            counts=_array(rows[f"{COUNTS}{metric.key}"]).astype(np.bool_),
            cap=caps.get(metric.key),
            cluster=_cluster(rows, plan, metric),
        )
        for metric, vector in vectors
    }
    return tuple(rows["unit_id"].to_pylist()), found


def _cluster(rows: pa.Table, plan: Plan, metric: Metric) -> NDArray[np.int64] | None:
    """Return the cluster of every unit: a group that a column names, or the unit itself."""
    if clusters_of_units(plan, metric):
        return np.arange(rows.num_rows, dtype=np.int64)
    return numbered(texts(rows[f"{CLUSTER}{metric.key}"])) if metric.cluster else None


def _ranked(
    measured: Table,
    known: Inputs,
    plan: Plan,
    metric: Metric,
    unit_ids: tuple[str, ...],
    as_of: datetime,
) -> Ranked:
    """Return the values of a quantile and the place of each one's unit."""
    counted = measured.filter(counted_units(measured, metric, as_of))
    counts = np.isin(unit_ids, counted.select("unit_id").to_pyarrow()["unit_id"].to_pylist())
    rows = value_rows(counted, known, plan, metric).select("fact_unit", "value").to_pyarrow()
    return Ranked(
        values=_floats(rows["value"]),
        unit=np.searchsorted(
            np.asarray(unit_ids), np.asarray(rows["fact_unit"].to_pylist(), dtype=np.str_)
        ),
        counts=counts,
    )


def _array(column: pa.ChunkedArray) -> np.ndarray:
    return np.asarray(column.to_numpy(zero_copy_only=False))


def _floats(column: pa.ChunkedArray) -> NDArray[np.float64]:
    """Return numbers; a missing one is NaN."""
    return _array(column).astype(np.float64)
