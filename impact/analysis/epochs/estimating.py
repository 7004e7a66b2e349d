"""Where the split changed between versions: compare within each, and take back what mixes them."""

import math
from collections.abc import Iterator

from experiments.plan.document import Kind, Metric, Plan
from impact.analysis.arms import by_segment, empty_moments, sample_of
from impact.analysis.epochs.mixing import CHANGED, MIXED, mixes_epochs
from impact.analysis.estimates import Estimate
from impact.analysis.means import adjusted_sample
from impact.analysis.notes import joined
from impact.analysis.ratios import ratio_sample
from impact.analysis.rows import Sides, Subject, row, subject_of
from impact.analysis.sufficient import ALL, ArmMoments, SufficientStatistics
from impact.analysis.withheld import without_answer
from impact.stats.epochs.combining import Epoch, combined
from impact.stats.estimable import NotEstimable
from impact.stats.inference import Inference, normal_inference
from impact.stats.means.cuped import Adjustment, cuped
from impact.stats.means.ratio import ROUGH, ratio_difference
from impact.stats.means.welch import welch

METHOD = "epochs"
ADJUSTED = "cuped_epochs"
QUANTITIES = {
    Kind.MEAN: "mean_difference",
    Kind.PROPORTION: "proportion_difference",
    Kind.RATIO: "ratio_difference",
}
Pair = tuple[ArmMoments, ArmMoments]


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
    names = arms[0].moments.names
    epochs = [
        found
        for segment, found in by_segment(
            arms, plan.variants, lambda variant, segment: empty_moments(names, variant, segment)
        )
        if segment != ALL
    ]
    for variant in plan.variants:
        if variant != plan.control:
            pairs = [(found[variant], found[plan.control]) for found in epochs]
            yield _row(subject, metric, pairs, METHOD)
            if "x" in names:
                yield _row(subject, metric, pairs, ADJUSTED)


def _row(subject: Subject, metric: Metric, pairs: list[Pair], method: str) -> Estimate:
    level = subject.level
    epochs = [
        Epoch(
            n=variant.moments.n + control.moments.n,
            difference=_difference(metric, variant, control, level, adjusted=method == ADJUSTED),
        )
        for variant, control in pairs
    ]
    used = [epoch for epoch in epochs if isinstance(epoch.difference, Inference)]
    left_out = sum(epoch.n for epoch in epochs) - sum(epoch.n for epoch in used)
    parts = [
        f"averaged over {len(used)} versions, whose splits differ",
        f"{left_out} units of versions with too few of one arm left out" if left_out else "",
        ROUGH if metric.kind is Kind.RATIO and _is_rough(pairs) else "",
    ]
    note = joined(*parts)
    return row(
        subject,
        QUANTITIES[metric.kind],
        method,
        _sides(pairs),
        combined(epochs, level=level),
        note,
    )


def _is_rough(pairs: list[Pair]) -> bool:
    """Whether the denominator of an arm in a version is too uncertain for the delta method."""
    arms = (ratio_sample(arm.moments) for pair in pairs for arm in pair if arm.moments.n > 1)
    return any(sample.is_uncertain for sample in arms)


def _difference(
    metric: Metric, variant: ArmMoments, control: ArmMoments, level: float, *, adjusted: bool
) -> Inference | NotEstimable:
    if metric.kind is Kind.RATIO:
        samples = ratio_sample(variant.moments), ratio_sample(control.moments)
        return ratio_difference(*samples, level=level)
    if adjusted:
        found = cuped(
            adjusted_sample(variant.moments), adjusted_sample(control.moments), level=level
        )
        return found.difference if isinstance(found, Adjustment) else found
    answer = welch(sample_of(variant.moments), sample_of(control.moments), level=level)
    if isinstance(answer, NotEstimable) or metric.kind is not Kind.PROPORTION:
        return answer
    return normal_inference(answer.value, answer.std_error or math.inf, level=level)


def _sides(pairs: list[Pair]) -> Sides:
    variant, control = pairs[0]
    return Sides(
        variant=variant.variant,
        baseline=control.variant,
        n_variant=sum(pair[0].moments.n for pair in pairs),
        n_baseline=sum(pair[1].moments.n for pair in pairs),
    )
