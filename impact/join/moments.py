"""Means, ratios and proportions: moments per arm and segment of the measured units."""

from collections.abc import Sequence

from ibis.expr.types import Table, Value

from experiments.plan.document import Plan
from impact.analysis.sufficient import ALL, ArmMoments, ArmProportion
from impact.join.covariates import label
from impact.join.cross_products import BY_DEVIATIONS, BY_SUMS, Row, Way
from impact.join.vector import Vector

Arms = list[tuple[str, ArmMoments]]  # each with the key of its vector


def moments_of(
    measured: Table, vectors: Sequence[Vector], plan: Plan, columns: Sequence[str]
) -> dict[str, tuple[ArmMoments, ...]]:
    """Return per vector the moments of every arm: of all units, then of each segment.

    One query for all units and one per segment column, and another where sums are not exact.
    """
    masked = measured.mutate(**{k: v for vector in vectors for k, v in vector.masked()})
    found = {vector.key: [] for vector in vectors}  # type: dict[str, list[ArmMoments]]
    for column in (None, *columns):
        arms = _arms(masked, vectors, plan, column, BY_SUMS)
        for key, arm in arms or _arms(masked, vectors, plan, column, BY_DEVIATIONS):
            found[key].append(arm)
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
    for column in (None, *columns):
        for segment, rows in _grouped(measured, asked, column).items():
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


def _arms(
    masked: Table, vectors: Sequence[Vector], plan: Plan, column: str | None, way: Way
) -> Arms:
    """Return every arm of every segment; none at all where one is not exact in this way."""
    asked = {name: value for vector in vectors for name, value in way.asked(vector, masked)}
    arms: Arms = []
    for segment, rows in _grouped(masked, asked, column).items():
        for vector in vectors:
            for variant in plan.variants:
                moments = way.moments(vector, rows.get(variant, {}))
                if moments is None:
                    return []
                arms.append(
                    (vector.key, ArmMoments(variant=variant, segment=segment, moments=moments))
                )
    return arms


def _grouped(
    measured: Table, asked: dict[str, Value], column: str | None
) -> dict[str, dict[str, Row]]:
    """Return per segment, or of all units, the row of each arm."""
    if not asked:
        return {}
    if column is None:
        overall = measured.group_by("variant").aggregate(**asked).to_pyarrow().to_pylist()
        return {ALL: {row["variant"]: row for row in overall}}
    segmented = measured.group_by([label(measured, column).name("segment"), "variant"])
    found: dict[str, dict[str, Row]] = {}
    for row in segmented.aggregate(**asked).order_by("segment").to_pyarrow().to_pylist():
        found.setdefault(f"{column}={row['segment']}", {})[row["variant"]] = row
    return found
