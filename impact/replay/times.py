"""Times to churn of a history: one row per unit, with everything that its model reads."""

import ibis
import numpy as np
import pyarrow as pa
from ibis.expr.types import IntegerValue, Table

from experiments.plan.document import CovariateKind, Metric
from impact.join.at_risk import at_risk_of
from impact.join.covariates import covariate_value, label
from impact.join.survival import CAUSE, ENTRY, numbered
from impact.replay.columns import floats, texts, whole
from impact.simulation.trials.outcomes import Times

CLUSTER = "cluster"


def times_of(timed: Table, metric: Metric) -> Times:
    """Return the times of a table with durations, in the order of the units' ids."""
    rows = _rows(timed, metric)
    time = whole(rows["time"])
    numeric = {item.name for item in metric.covariates if item.kind is CovariateKind.NUMERIC}
    given = rows.column_names
    return Times(
        time=time,
        event=whole(rows["event"]),
        end=np.maximum(time, whole(rows["end"])),
        covariates={
            item.name: (floats if item.name in numeric else texts)(rows[f"covariate_{item.name}"])
            for item in metric.covariates
        },
        strata={name: texts(rows[f"stratum_{name}"]) for name in metric.strata},
        clusters={metric.cluster: numbered(texts(rows[CLUSTER]))} if metric.cluster else {},
        cause=texts(rows[CAUSE]) if CAUSE in given else None,
        entry=whole(rows[ENTRY]) if ENTRY in given else None,
    )


def _rows(timed: Table, metric: Metric) -> pa.Table:
    end = _last_day(timed, metric)
    asked = {f"covariate_{item.name}": covariate_value(timed, item) for item in metric.covariates}
    asked |= {f"stratum_{name}": label(timed, name) for name in metric.strata}
    asked |= {CLUSTER: label(timed, metric.cluster)} if metric.cluster else {}
    further = [name for name in (CAUSE, ENTRY) if name in timed.columns]
    columns = timed.select("unit_id", "time", "event", *further, end=end, **asked)
    return columns.order_by("unit_id").to_pyarrow()


def _last_day(timed: Table, metric: Metric) -> IntegerValue:
    """Return until which day churn would be seen: as long as a contract lets a customer go."""
    end = timed.censor_date.delta(timed.start_date, unit="day").cast("int64")
    asked = at_risk_of(metric)
    if asked is None or asked.days is None:
        return end
    opens = timed.opens.delta(timed.start_date, unit="day").cast("int64")
    last = ibis.greatest(opens + (asked.days - 1), -1)
    return opens.notnull().ifelse(ibis.least(end, last), end)
