"""Sums of units by cluster and arm, where a metric's units are alike within clusters."""

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
from ibis.expr.types import StringValue, Table, Value
from numpy.typing import NDArray

from experiments.plan.document import Kind, Metric, Plan
from impact.analysis.clusters.units import clusters_of_units
from impact.analysis.sufficient import ALL, ClusterCounts
from impact.join.compliance import joint_vectors
from impact.join.covariates import label
from impact.join.splits import split_column
from impact.join.vector import Vector

Labels = NDArray[np.str_]
CLUSTER, SEGMENT = "cluster_of_unit_", "segment_of_unit_"


def cluster_counts(
    measured: Table, vectors: Iterable[tuple[Metric, Vector]], plan: Plan
) -> dict[str, tuple[ClusterCounts, ...]]:
    """Return per metric the sums of its numbers by cluster and arm: of all units, of segments.

    Then of outcome and treatment received, where the plan has compliance. A unit that has no
    cluster is left out and counted. Only metrics that name a cluster, and ratios of contacts where
    groups of them were randomised.
    """
    given = list(vectors)
    found: dict[str, tuple[ClusterCounts, ...]] = {}
    for metric, vector in given:
        if metric.cluster or clusters_of_units(plan, metric):
            wide = measured.mutate(**{CLUSTER: _cluster(measured, metric)})
            parts = [*_parts(wide, metric, vector, plan), *_joint(wide, metric, vector, plan)]
            found[metric.key] = tuple(parts)
    return found


def _cluster(measured: Table, metric: Metric) -> StringValue:
    return measured[split_column(metric.cluster)] if metric.cluster else measured["unit_id"]


def _parts(wide: Table, metric: Metric, vector: Vector, plan: Plan) -> Iterator[ClusterCounts]:
    numbers = _with_products(vector)
    yield from _counted(wide, numbers)
    columns = dict.fromkeys((*plan.segments, *filter(None, [plan.saturation])))
    for column in columns if metric.kind is not Kind.TIME_TO_EVENT else ():
        yield from _counted(wide.mutate(**{SEGMENT: label(wide, column)}), numbers, column)


def _joint(wide: Table, metric: Metric, vector: Vector, plan: Plan) -> Iterator[ClusterCounts]:
    for _, table, joint in joint_vectors(wide, [(metric, vector)], plan):
        yield from _counted(table, joint)


def _with_products(vector: Vector) -> Vector:
    """Keep outcome and denominator, and with a covariate what least squares need of it."""
    given = dict(zip(vector.names, vector.values, strict=True))
    numbers: dict[str, Value] = {name: given[name] for name in ("y", "d", "x") if name in given}
    if "x" in numbers:
        y, x = numbers["y"], numbers["x"]
        numbers |= {"xy": x * y, "xx": x * x}
    return Vector(
        key=vector.key,
        names=tuple(numbers),
        values=tuple(numbers.values()),
        counts=vector.counts,
    )


def packed(
    rows: pa.Table, names: tuple[str, ...], segment: str = ALL, order: Labels | None = None
) -> ClusterCounts:
    """Return the sums of rows of cluster and arm; what has no cluster is counted alone.

    A cluster's code is its place in `order`, or among those that there are.

    >>> rows = pa.table({CLUSTER: ["north", "south", None], "variant": ["a", "b", "b"],
    ...     "n_": [10, 9, 2], "sum_0": [31.0, 40.0, 5.0]})
    >>> counts = packed(rows, ("y",))
    >>> counts.cluster.tolist(), counts.n.tolist(), counts.sums.tolist(), counts.left_out
    ([0, 1], [10, 9], [[31.0], [40.0]], 2)
    """
    labels = rows[CLUSTER].to_pylist()
    known = [place for place, label in enumerate(labels) if label is not None]
    counts = np.asarray(rows["n_"].to_pylist(), dtype=np.int64)
    kept = rows.take(pa.array(known, type=pa.int64()))
    sums = [kept[f"sum_{index}"].to_pylist() for index in range(len(names))]
    clusters = np.asarray(kept[CLUSTER].to_pylist(), dtype=np.str_)
    codes = np.searchsorted(np.unique(clusters) if order is None else order, clusters)
    return ClusterCounts(
        segment=segment,
        names=names,
        cluster=codes.astype(np.int64),
        variant=np.asarray(kept["variant"].to_pylist(), dtype=np.str_),
        n=counts[known],
        sums=np.asarray(sums, dtype=np.float64).T.reshape(len(known), len(names)),
        left_out=int(counts.sum() - counts[known].sum()),
        shared=order is not None,
    )


def _counted(wide: Table, vector: Vector, column: str = "") -> Iterator[ClusterCounts]:
    values = {f"sum_{place}": value.cast("float64") for place, value in enumerate(vector.values)}
    complete = wide.mutate(**values).filter(vector.complete)
    keys = [*([SEGMENT] if column else []), CLUSTER, "variant"]
    sums = {name: complete[name].sum() for name in values}
    grouped = complete.group_by(keys).aggregate(n_=complete.count(), **sums)
    rows = grouped.order_by(keys).to_pyarrow()
    if not column:
        yield packed(rows, vector.names)
        return
    segments = np.asarray(rows[SEGMENT].to_pylist(), dtype=np.str_)
    known = [label for label in rows[CLUSTER].to_pylist() if label is not None]
    order = np.unique(np.asarray(known, dtype=np.str_))
    for value in np.unique(segments):
        of_segment = rows.filter(pa.array(segments == value))
        yield packed(of_segment, vector.names, f"{column}={value}", order)
