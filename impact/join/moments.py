"""Means, ratios and proportions: moments per arm and segment of the measured units.

Variances come from var_samp and covar_samp, which centre before they square: sums of squares
cancel (a mean of 1e6 with a deviation of 1 loses four digits).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
from ibis.expr.types import BooleanValue, Table, Value

from experiments.plan.document import Plan
from impact.analysis.sufficient import ALL, ArmMoments, ArmProportion, Moments
from impact.join.covariates import label

Row = dict[str, float | int | str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """The numbers per unit whose moments are asked for, and the units that count.

    `values` has one column per name; units where one of them is null do not count.
    """

    key: str
    names: tuple[str, ...]
    values: tuple[Value, ...]
    counts: BooleanValue

    @property
    def complete(self) -> BooleanValue:
        """Return whether a unit counts."""
        condition = self.counts
        for value in self.values:
            condition &= value.notnull()
        return condition


def moments_of(
    measured: Table, vectors: Sequence[Vector], plan: Plan, columns: Sequence[str]
) -> dict[str, tuple[ArmMoments, ...]]:
    """Return per vector the moments of every arm: of all units, then of each segment.

    One query for all units and one per segment column.
    """
    masked = measured.mutate(**{k: v for vector in vectors for k, v in _counting(vector)})
    asked = {name: value for vector in vectors for name, value in _asked(vector, masked)}
    found = {vector.key: [] for vector in vectors}  # type: dict[str, list[ArmMoments]]
    for segment, rows in _grouped(masked, asked, columns):
        for vector in vectors:
            found[vector.key] += [
                ArmMoments(
                    variant=variant,
                    segment=segment,
                    moments=_moments(vector, rows.get(variant, {})),
                )
                for variant in plan.variants
            ]
    return {key: tuple(moments) for key, moments in found.items()}


def proportions_of(
    measured: Table, vectors: Sequence[Vector], plan: Plan, columns: Sequence[str]
) -> dict[str, tuple[ArmProportion, ...]]:
    """Return per vector of one 0-or-1 number the units and successes of every arm and segment."""
    asked = {
        name: value
        for vector in vectors
        for name, value in (
            (f"{vector.key}__n", vector.complete.sum()),
            (f"{vector.key}__s", (vector.complete & (vector.values[0] > 0)).sum()),
        )
    }
    found = {vector.key: [] for vector in vectors}  # type: dict[str, list[ArmProportion]]
    for segment, rows in _grouped(measured, asked, columns):
        for vector in vectors:
            found[vector.key] += [
                ArmProportion(
                    variant=variant,
                    segment=segment,
                    n=int(rows.get(variant, {}).get(f"{vector.key}__n") or 0),
                    successes=int(rows.get(variant, {}).get(f"{vector.key}__s") or 0),
                )
                for variant in plan.variants
            ]
    return {key: tuple(proportions) for key, proportions in found.items()}


def _grouped(
    measured: Table, asked: dict[str, Value], columns: Sequence[str]
) -> Iterator[tuple[str, dict[str, Row]]]:
    """Yield per segment the row of each arm."""
    if not asked:
        return
    overall = measured.group_by("variant").aggregate(**asked).to_pyarrow().to_pylist()
    yield ALL, {row["variant"]: row for row in overall}
    for column in columns:
        segmented = measured.group_by([label(measured, column).name("segment"), "variant"])
        rows = segmented.aggregate(**asked).order_by("segment").to_pyarrow().to_pylist()
        for segment in dict.fromkeys(row["segment"] for row in rows):
            of_segment = {row["variant"]: row for row in rows if row["segment"] == segment}
            yield f"{column}={segment}", of_segment


def _counting(vector: Vector) -> Iterator[tuple[str, Value]]:
    """Yield the numbers, null where a unit does not count: twice as fast as to filter sums."""
    for index, value in enumerate(vector.values):
        yield f"{vector.key}__{index}", vector.complete.ifelse(value, None)


def _asked(vector: Vector, masked: Table) -> Iterator[tuple[str, Value]]:
    values = [masked[f"{vector.key}__{index}"] for index in range(len(vector.values))]
    yield f"{vector.key}__n", values[0].count()
    for index, value in enumerate(values):
        yield f"{vector.key}__{index}", value.mean()
    for i, j in combinations_with_replacement(range(len(values)), 2):
        same = i == j
        spread = values[i].var(how="sample") if same else values[i].cov(values[j], how="sample")
        yield f"{vector.key}__{i}_{j}", spread


def _moments(vector: Vector, row: Row) -> Moments:
    """Sample variances times n - 1 are the centred sums; one unit has none."""
    size = len(vector.names)
    n = int(row.get(f"{vector.key}__n") or 0)
    cross = np.zeros((size, size))
    for i, j in combinations_with_replacement(range(size), 2):
        spread = float(row.get(f"{vector.key}__{i}_{j}") or 0.0)
        cross[i, j] = cross[j, i] = spread * max(n - 1, 0)
    means = [float(row.get(f"{vector.key}__{index}") or 0.0) for index in range(size)]
    return Moments(names=vector.names, n=n, means=np.array(means), cross=cross)
