"""Versions of an experiment as epochs: how each split its units, and its moments."""

from collections.abc import Iterable

from ibis.expr.types import StringValue, Table

from experiments.plan.document import Plan
from impact.analysis.sufficient import ALL, ArmMoments
from impact.join.covariates import label
from impact.join.moments import moments_of
from impact.join.splits import EPOCH, split_column
from impact.join.vector import Vector
from impact.stats.epochs.split import split_changed

Splits = tuple[tuple[str, str, int], ...]


def changed_splits(eligible: Table, plan: Plan) -> Splits:
    """Return units by version and variant where the split changed between versions; else nothing.

    A unit belongs to the version of its first eligible assignment. A split that the plan says to
    have changed need not show it.
    """
    if split_column(EPOCH) not in eligible.columns or plan.switchback is not None:
        return ()
    named = eligible.select("variant", epoch=label(eligible, EPOCH))
    counted = named.group_by("epoch", "variant").aggregate(n=named.count())
    rows = counted.order_by("epoch", "variant").to_pyarrow().to_pylist()
    epochs = dict.fromkeys(row["epoch"] for row in rows)
    found = {(row["epoch"], row["variant"]): int(row["n"]) for row in rows}
    table = [[found.get((epoch, arm), 0) for arm in plan.variants] for epoch in epochs]
    if not (plan.version_weights or split_changed(table)):
        return ()
    return tuple((epoch, variant, n) for (epoch, variant), n in found.items())


def declared_version(eligible: Table, plan: Plan) -> StringValue | None:
    """Return the version of each unit where the plan gives versions splits of their own."""
    if not plan.version_weights or split_column(EPOCH) not in eligible.columns:
        return None
    return label(eligible, EPOCH)


def epoch_moments(
    adjusted: Table, vectors: Iterable[Vector], plan: Plan, splits: Splits
) -> dict[str, tuple[ArmMoments, ...]]:
    """Return per metric, and of the money, the moments of every arm in each epoch.

    Nothing while the split stands.
    """
    if not splits:
        return {}
    found = moments_of(adjusted, list(vectors), plan, (EPOCH,))
    return {key: tuple(arm for arm in arms if arm.segment != ALL) for key, arms in found.items()}
