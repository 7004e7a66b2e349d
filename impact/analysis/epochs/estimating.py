"""Where the split changed between versions: compare within each, and take back what mixes them."""

from collections.abc import Iterator

from experiments.plan.document import Kind, Metric, Plan
from impact.analysis.arms import by_segment, empty_moments
from impact.analysis.epochs.mixing import CHANGED, MIXED, mixes_epochs
from impact.analysis.epochs.within import Pair, difference_within
from impact.analysis.estimates import Estimate
from impact.analysis.notes import joined
from impact.analysis.ratios import ratio_sample
from impact.analysis.rows import Sides, Subject, row, subject_of
from impact.analysis.sufficient import ALL, SufficientStatistics
from impact.analysis.withheld import without_answer
from impact.stats.epochs.combining import Epoch, combined
from impact.stats.estimable import NotEstimable
from impact.stats.inference import Inference
from impact.stats.means.ratio import ROUGH

METHOD = "epochs"
ADJUSTED = "cuped_epochs"
LONE = "of the one version that compares the arms; splits differ between versions"
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
    found = [
        (pair, difference_within(metric, pair, level, adjusted=method == ADJUSTED))
        for pair in pairs
    ]
    used = [pair for pair, answer in found if isinstance(answer, Inference)]
    epochs = [Epoch(n=_units(pair), difference=answer) for pair, answer in found]
    parts = [
        f"averaged over {len(used)} versions, whose splits differ" if len(used) > 1 else LONE,
        *_left_out(found),
        ROUGH if metric.kind is Kind.RATIO and _is_rough(used) else "",
    ]
    answer, sides = combined(epochs, level=level), _sides(used or pairs)
    return row(subject, QUANTITIES[metric.kind], method, sides, answer, joined(*parts))


def _left_out(found: list[tuple[Pair, Inference | NotEstimable]]) -> Iterator[str]:
    """Say how many units are not compared, by why not."""
    units: dict[str, int] = {}
    for pair, answer in found:
        if isinstance(answer, NotEstimable):
            units[answer.reason] = units.get(answer.reason, 0) + _units(pair)
    for reason, n in units.items():
        yield f"{n} units of versions left out: {reason}"


def _units(pair: Pair) -> int:
    return sum(arm.moments.n for arm in pair)


def _is_rough(pairs: list[Pair]) -> bool:
    """Whether the denominator of an arm in a version is too uncertain for the delta method."""
    return any(ratio_sample(arm.moments).is_uncertain for pair in pairs for arm in pair)


def _sides(pairs: list[Pair]) -> Sides:
    variant, control = pairs[0]
    return Sides(
        variant=variant.variant,
        baseline=control.variant,
        n_variant=sum(pair[0].moments.n for pair in pairs),
        n_baseline=sum(pair[1].moments.n for pair in pairs),
    )
