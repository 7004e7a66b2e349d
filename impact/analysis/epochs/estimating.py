"""Where the split changed between versions: compare within each, and take back what mixes them."""

from collections.abc import Iterator
from dataclasses import replace

from experiments.plan.document import Kind, Metric, Plan
from impact.analysis.epochs.averaging import Effect, averaged, pairs_within
from impact.analysis.epochs.mixing import CHANGED, MIXED, mixes_epochs
from impact.analysis.estimates import Estimate
from impact.analysis.money import combined
from impact.analysis.rows import subject_of
from impact.analysis.sufficient import ArmMoments, SufficientStatistics
from impact.analysis.winsorised import CAPPED, cap_note
from impact.analysis.withheld import without_answer

QUANTITIES = {
    Kind.MEAN: "mean_difference",
    Kind.PROPORTION: "proportion_difference",
    Kind.RATIO: "ratio_difference",
}


def by_epoch(
    plan: Plan,
    metric: Metric,
    statistics: SufficientStatistics,
    estimates: tuple[Estimate, ...],
    *,
    look: int | None,
) -> tuple[Estimate, ...]:
    """Return a metric's rows as they may stand where the split changed between versions.

    What compares the arms over all versions together loses its value: units of different times
    are then in the arms in different shares, and the sign itself may turn round. The difference
    averaged over the versions stands in its place; times to an event are stratified by version.

    >>> import numpy as np
    >>> from experiments.plan.reading import read_plan
    >>> from impact.analysis.sufficient import ArmMoments, CheckCounts, Moments
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: visits, role: primary, kind: mean, source: contacts, window: 30}]}''')
    >>> def arm(version, variant, n, mean):
    ...     return ArmMoments(variant=variant, segment=f"version={version}", moments=Moments(
    ...         names=("y",), n=n, means=np.array([mean]), cross=np.array([[n - 1.0]])))
    >>> statistics = SufficientStatistics(arms=(), checks=CheckCounts(assigned=()),
    ...     splits=(("1", "a", 90), ("1", "b", 10), ("2", "a", 50), ("2", "b", 50)),
    ...     epochs={"visits": (arm(1, "a", 90, 2.0), arm(1, "b", 10, 3.0),
    ...                        arm(2, "a", 50, 6.0), arm(2, "b", 50, 7.0))})
    >>> (row,) = by_epoch(plan, plan.primary, statistics, (), look=None)
    >>> row.method, row.value, row.note
    ('epochs', 1.0, 'averaged over 2 versions, whose splits differ')
    """
    if not statistics.splits:
        return estimates
    within = tuple(_rows(plan, metric, statistics, look))
    reason = MIXED if within or metric.kind is Kind.TIME_TO_EVENT else CHANGED
    kept = tuple(without_answer(row, reason) if mixes_epochs(row) else row for row in estimates)
    return (*kept, *within)


def _rows(
    plan: Plan, metric: Metric, statistics: SufficientStatistics, look: int | None
) -> Iterator[Estimate]:
    arms = statistics.epochs.get(metric.key, ())
    if metric.kind not in QUANTITIES or not arms or metric.cluster:
        return
    subject = subject_of(plan, metric, look)
    effect = Effect(subject=subject, quantity=QUANTITIES[metric.kind], kind=metric.kind)
    arms, note = _as_declared(metric, arms, statistics.caps.get(metric.key))
    for pairs in pairs_within(plan, arms):
        yield averaged(effect, pairs, note=note)
        if "x" in arms[0].moments.names:
            yield averaged(effect, pairs, adjusted=True)


def _as_declared(
    metric: Metric, arms: tuple[ArmMoments, ...], cap: float | None
) -> tuple[tuple[ArmMoments, ...], str]:
    """Return the numbers that the metric is of, capped where it is winsorised, and their note."""
    if cap is None or metric.winsorising is None or CAPPED not in arms[0].moments.names:
        return arms, ""
    capped = (replace(arm, moments=combined(arm.moments, {CAPPED: 1.0})) for arm in arms)
    return tuple(capped), cap_note(cap, metric.winsorising)
