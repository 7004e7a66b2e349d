"""What every unit of a history has of each windowed metric, in the order of the units' ids."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import numpy as np
import pyarrow as pa
from ibis.expr.types import Table
from numpy.typing import NDArray

from experiments.plan.document import Metric, Plan
from impact.analysis.clusters.units import clusters_of_units
from impact.join.checks import counted_units
from impact.join.covariates import label
from impact.join.inputs import Inputs
from impact.join.quantiles import value_rows
from impact.join.survival import numbered
from impact.join.vector import Vector
from impact.replay.columns import flags, floats, places, texts
from impact.simulation.trials.outcomes import Ranked, Values

COUNTS, CLUSTER = "counts__", "cluster__"


def values_of(
    adjusted: Table,
    plan: Plan,
    vectors: Iterable[tuple[Metric, Vector]],
    caps: Mapping[str, float],
) -> tuple[tuple[str, ...], dict[str, Values]]:
    """Return the ids of all units in order, and the numbers of each windowed metric."""
    given, columns = list(vectors), {}
    for metric, vector in given:
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
                [floats(rows[f"{metric.key}__{name}"]) for name in vector.names]
            ),
            counts=flags(rows[f"{COUNTS}{metric.key}"]),
            cap=caps.get(metric.key),
            cluster=_cluster(rows, plan, metric),
        )
        for metric, vector in given
    }
    return tuple(rows["unit_id"].to_pylist()), found


def ranked_of(
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
        values=floats(rows["value"]), unit=places(rows["fact_unit"], unit_ids), counts=counts
    )


def _cluster(rows: pa.Table, plan: Plan, metric: Metric) -> NDArray[np.int64] | None:
    """Return the cluster of every unit: a group that a column names, or the unit itself."""
    if clusters_of_units(plan, metric):
        return np.arange(rows.num_rows, dtype=np.int64)
    return numbered(texts(rows[f"{CLUSTER}{metric.key}"])) if metric.cluster else None
