"""Who was asked and who answered: answers by value and by cell, for each arm."""

from collections.abc import Iterable
from datetime import datetime

import ibis
import numpy as np
import pyarrow as pa
from ibis.expr.types import Table

from experiments.plan.document import Metric, Plan
from impact.analysis.sufficient import ArmAnswers, ClusterCounts
from impact.join.checks import counted_units
from impact.join.clusters import CLUSTER, packed
from impact.join.covariates import label
from impact.join.measures import asked, numerator
from impact.join.splits import split_column

CELL = "cell_"


def answers_of(
    measured: Table, plan: Plan, metric: Metric, *, as_of: datetime
) -> tuple[ArmAnswers, ...]:
    """Return the answers of every arm to one survey: all units that count, asked or not.

    Cells are the combinations of the plan's segments, which are known before the start; without
    segments there is one.
    """
    question = asked(metric)
    if question is None:
        return ()
    units = measured.filter(counted_units(measured, metric, as_of))
    cell = ibis.literal("")
    for column in plan.segments:
        cell = cell + ibis.literal(f"{column}=") + label(units, column) + ibis.literal(";")
    answer = units[numerator(metric).name].cast("float64")
    units = units.mutate(cell_=cell, answer_=answer, asked_=units[question.name] > 0)
    values = (
        units.filter(units["answer_"].notnull())
        .group_by(["variant", "answer_"])
        .aggregate(n=ibis._.count())
        .order_by("answer_")
        .to_pyarrow()
    )
    cells = (
        units.group_by([CELL, "variant"])
        .aggregate(
            units=units.count(),
            asked=units["asked_"].sum(),
            answered=units["answer_"].count(),
            mean=units["answer_"].mean(),
            spread=units["answer_"].var(how="sample"),
        )
        .order_by(CELL)
        .to_pyarrow()
    )
    names = tuple(dict.fromkeys(cells[CELL].to_pylist()))
    return tuple(_arm(variant, names, values, cells) for variant in plan.variants)


def response_by_cluster(
    measured: Table, metric: Metric, *, as_of: datetime
) -> ClusterCounts | None:
    """Return by cluster and arm how many of the asked answered: "y", of `n`.

    None without a survey or a cluster. A survey that was answered was sent.
    """
    question = asked(metric)
    if question is None or not metric.cluster:
        return None
    units = measured.filter(counted_units(measured, metric, as_of))
    answered = units[numerator(metric).name].notnull()
    sent = (units[question.name] > 0).fill_null(False)  # noqa: FBT003
    cluster = units[split_column(metric.cluster)]
    units = units.mutate(**{CLUSTER: cluster, "answered_": answered}).filter(answered | sent)
    grouped = units.group_by([CLUSTER, "variant"]).aggregate(
        n_=units.count(), sum_0=units["answered_"].cast("float64").sum()
    )
    return packed(grouped.order_by([CLUSTER, "variant"]).to_pyarrow(), ("y",))


def _arm(variant: str, names: tuple[str, ...], values: pa.Table, cells: pa.Table) -> ArmAnswers:
    given = [row for row in values.to_pylist() if row["variant"] == variant]
    found = {row[CELL]: row for row in cells.to_pylist() if row["variant"] == variant}
    counts = [found.get(name, {}) for name in names]
    answered = np.array([row.get("answered") or 0 for row in counts], dtype=np.int64)
    spreads = np.array([row.get("spread") or 0.0 for row in counts])
    return ArmAnswers(
        variant=variant,
        asked=_total(counts, "asked"),
        values=np.array([row["answer_"] for row in given], dtype=np.float64),
        counts=np.array([row["n"] for row in given], dtype=np.int64),
        cells=names,
        units=np.array([row.get("units") or 0 for row in counts], dtype=np.int64),
        answered=answered,
        means=np.array([row.get("mean") or 0.0 for row in counts], dtype=np.float64),
        squares=spreads * np.maximum(answered - 1, 0),
    )


def _total(rows: Iterable[dict[str, int]], name: str) -> int:
    return sum(int(row.get(name) or 0) for row in rows)
