"""Time-to-event metrics: units counted by identical rows of time, event and covariates."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
from ibis.expr.types import DateValue, StringValue, Table
from numpy.typing import NDArray

from experiments.plan.document import Covariate, CovariateKind, Metric, Plan
from experiments.plan.time_to_event import NOTHING
from impact.analysis.bins import MISSING
from impact.analysis.sufficient import ALL, OTHER_CAUSE, STAYED, Floats, SurvivalCounts
from impact.errors import InputMissing
from impact.join.at_risk import with_risk_interval
from impact.join.columns import equals, local_date, optional
from impact.join.covariates import covariate_value, label
from impact.join.inputs import Inputs

KEY = ("variant", "time", "event")
COVARIATE = "covariate_"
STRATUM = "stratum_"
CLUSTER = "cluster_"
NO_CLUSTER = -1
CAUSE = "cause"
ENTRY = "entry"
REASON = "reason"


def survival_counts(
    units: Table, inputs: Inputs, plan: Plan, metric: Metric
) -> tuple[SurvivalCounts, ...]:
    """Return the counts of one metric: of all units, then of each segment of the plan.

    A segment's counts keep the strata and leave the covariates: models are of all units.

    `units` are the eligible ones. One group-by over the full key, one per segment column.

    Raises:
        InputMissing: there is no churn to be read.
    """
    timed = with_durations(units, inputs, plan, metric)
    overall = _packed(_grouped(timed, metric, metric.strata), metric.covariates, ALL)
    segments = (counts for column in plan.segments for counts in _by_segment(timed, metric, column))
    return (overall, *segments)


def with_durations(units: Table, inputs: Inputs, plan: Plan, metric: Metric) -> Table:
    """Add `time` (whole days from the start) and `event` (1 churned, 0 censored).

    On the same day events come before censorings. Where the metric names one kind of churn,
    another kind censors on its day.
    """
    if inputs.churn is None:
        message = f"{metric.key}: time_to_event needs churn"
        raise InputMissing(message)
    timed = _with_event_date(units, inputs.churn, plan, metric)
    end = timed.censor_date
    if metric.source.where:
        other = timed.churn_date
        end = (other < end).ifelse(other, end).fill_null(end)
    event = (timed.event_date <= end).fill_null(False)  # noqa: FBT003
    last: DateValue = event.ifelse(timed.event_date, end)
    timed = timed.mutate(
        event=event.cast("int64"), time=last.delta(timed.start_date, unit="day").cast("int64")
    )
    timed = with_risk_interval(timed, inputs, plan, metric)
    if not causes_of(metric):
        return timed
    return timed.mutate(**{CAUSE: (timed.event == 1).ifelse(timed.event_cause, STAYED)})


def _with_event_date(units: Table, churn: Table, plan: Plan, metric: Metric) -> Table:
    causes = causes_of(metric)
    if not metric.source.where and not causes:
        return units.mutate(event_date=units.churn_date)
    of_kind = churn.filter(equals(churn, metric.source.where)) if metric.source.where else churn
    of_kind = of_kind.mutate(cause_=_cause(of_kind, causes))
    first = of_kind.group_by(event_key="customer_id").aggregate(
        event_at=of_kind.churned_at.min(), event_cause=of_kind.cause_.argmin(of_kind.churned_at)
    )
    joined = units.left_join(first, units.customer_id == first.event_key)
    return joined.mutate(event_date=local_date(joined.event_at, plan.zone))


def causes_of(metric: Metric) -> tuple[str, ...]:
    """Return the reasons for churn that the plan tells apart."""
    return (metric.time_to_event or NOTHING).causes


def _cause(churn: Table, causes: tuple[str, ...]) -> StringValue:
    """Return why: one of the causes, or that it was none of them."""
    reason = optional(churn, REASON, "string")
    return reason.isin(causes).ifelse(reason, OTHER_CAUSE).fill_null(OTHER_CAUSE)


def _by_segment(timed: Table, metric: Metric, column: str) -> list[SurvivalCounts]:
    """Count per label of the column; it is no stratum inside of its own segment."""
    strata = tuple(name for name in metric.strata if name != column)
    segmented = timed.mutate(segment=label(timed, column))
    cells = _grouped(segmented, replace(metric, covariates=()), strata, "segment")
    segments = _texts(cells["segment"])
    return [
        _packed(cells.filter(pa.array(segments == value)), (), f"{column}={value}")
        for value in np.unique(segments)
    ]


def _grouped(timed: Table, metric: Metric, strata: tuple[str, ...], *further: str) -> pa.Table:
    """Count identical rows."""
    values = {f"{COVARIATE}{item.name}": covariate_value(timed, item) for item in metric.covariates}
    values |= {f"{STRATUM}{name}": label(timed, name) for name in strata}
    if metric.cluster:
        values[f"{CLUSTER}{metric.cluster}"] = label(timed, metric.cluster)
    keyed = timed.mutate(**values)
    key = [*further, *KEY, *values, *(name for name in (CAUSE, ENTRY) if name in timed.columns)]
    return keyed.group_by(key).aggregate(n=keyed.count()).order_by(key).to_pyarrow()


def _packed(cells: pa.Table, covariates: tuple[Covariate, ...], segment: str) -> SurvivalCounts:
    numeric = {item.name for item in covariates if item.kind is CovariateKind.NUMERIC}
    values: dict[str, NDArray[np.str_] | Floats] = {
        item.name: (_floats if item.name in numeric else _texts)(cells[f"{COVARIATE}{item.name}"])
        for item in covariates
    }
    return SurvivalCounts(
        segment=segment,
        variant=_texts(cells["variant"]),
        time=_counts(cells["time"]),
        event=_counts(cells["event"]),
        n=_counts(cells["n"]),
        covariates=values,
        strata={
            name.removeprefix(STRATUM): _texts(cells[name])
            for name in cells.column_names
            if name.startswith(STRATUM)
        },
        clusters={
            name.removeprefix(CLUSTER): numbered(_texts(cells[name]))
            for name in cells.column_names
            if name.startswith(CLUSTER)
        },
        cause=_texts(cells[CAUSE]) if CAUSE in cells.column_names else None,
        entry=_counts(cells[ENTRY]) if ENTRY in cells.column_names else None,
    )


def numbered(labels: NDArray[np.str_]) -> NDArray[np.int64]:
    """Number the labels in their order: an agent's id is nothing that a report has to keep.

    >>> numbered(np.array(["north", "(missing)", "east", "north"])).tolist()
    [1, -1, 0, 1]
    """
    known = labels != MISSING
    codes = np.full(labels.size, NO_CLUSTER, dtype=np.int64)
    codes[known] = np.unique(labels[known], return_inverse=True)[1]
    return codes


def _texts(column: pa.ChunkedArray) -> NDArray[np.str_]:
    return np.asarray(column.to_pylist(), dtype=np.str_)


def _counts(column: pa.ChunkedArray) -> NDArray[np.int64]:
    return np.asarray(column.to_pylist(), dtype=np.int64)


def _floats(column: pa.ChunkedArray) -> Floats:
    """Return numbers; what is missing becomes NaN, which the models leave out and count."""
    return np.asarray(column.to_pylist(), dtype=np.float64)
