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
from impact.engine import Engine
from impact.errors import InputMissing
from impact.join.caps import caps_of
from impact.join.columns import literal_instant, optional
from impact.join.covariates import covariate_value, label
from impact.join.exchange import currency_of
from impact.join.facts import BEARERS
from impact.join.inputs import Inputs, registered
from impact.join.measures import all_measures
from impact.join.moments import Vector
from impact.join.survival import with_durations
from impact.join.units import build_units
from impact.join.vectors import vectors_of, with_adjustments
from impact.join.visible import visible
from impact.join.windows import measure_units
from impact.simulation.trials.counting import final_plan
from impact.simulation.trials.outcomes import Outcomes, Times, Values, lacking

COUNTS = "counts__"


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
    unit_ids, values = _values(adjusted, vectors_of(adjusted, windowed, as_of, caps), caps)
    times = {
        metric.key: _times(with_durations(eligible, known, plan, metric), metric)
        for metric in plan.metrics
        if metric.kind is Kind.TIME_TO_EVENT
    }
    currency = currency_of(known.revenue, plan)
    return unit_ids, Outcomes(size=len(unit_ids), values=values, times=times, currency=currency)


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
    adjusted: Table, vectors: list[tuple[Metric, Vector]], caps: Mapping[str, float]
) -> tuple[tuple[str, ...], dict[str, Values]]:
    columns = {}
    for metric, vector in vectors:
        columns[f"{COUNTS}{metric.key}"] = vector.counts
        for name, value in zip(vector.names, vector.values, strict=True):
            columns[f"{metric.key}__{name}"] = value.cast("float64")
    rows = adjusted.select("unit_id", **columns).order_by("unit_id").to_pyarrow()
    found = {
        metric.key: Values(
            names=vector.names,
            numbers=np.column_stack(
                [_floats(rows[f"{metric.key}__{name}"]) for name in vector.names]
            ),
            counts=_array(rows[f"{COUNTS}{metric.key}"]).astype(np.bool_),
            cap=caps.get(metric.key),
        )
        for metric, vector in vectors
    }
    return tuple(rows["unit_id"].to_pylist()), found


def _times(timed: Table, metric: Metric) -> Times:
    end = timed.censor_date.delta(timed.start_date, unit="day").cast("int64")
    covariates = {f"covariate_{item.name}": item for item in metric.covariates}
    strata = {f"stratum_{name}": name for name in metric.strata}
    rows = (
        timed.select(
            "unit_id",
            "time",
            "event",
            end=end,
            **{name: covariate_value(timed, item) for name, item in covariates.items()},
            **{name: label(timed, column) for name, column in strata.items()},
        )
        .order_by("unit_id")
        .to_pyarrow()
    )
    time = _array(rows["time"]).astype(np.int64)
    return Times(
        time=time,
        event=_array(rows["event"]).astype(np.int64),
        end=np.maximum(time, _array(rows["end"]).astype(np.int64)),
        covariates={item.name: _texts(rows[name]) for name, item in covariates.items()},
        strata={column: _texts(rows[name]) for name, column in strata.items()},
    )


def _array(column: pa.ChunkedArray) -> np.ndarray:
    return np.asarray(column.to_numpy(zero_copy_only=False))


def _floats(column: pa.ChunkedArray) -> NDArray[np.float64]:
    """Return numbers; a missing one is NaN."""
    return _array(column).astype(np.float64)


def _texts(column: pa.ChunkedArray) -> NDArray[np.str_]:
    return np.asarray(column.to_pylist(), dtype=np.str_)
