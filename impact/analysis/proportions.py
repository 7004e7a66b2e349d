"""Rows of a proportion of units: Wilson per arm, Newcombe's difference, the risk ratio."""

from collections.abc import Iterator

from experiments.plan.document import Metric, Plan
from impact.analysis.arms import by_segment, pairs
from impact.analysis.estimates import Estimate
from impact.analysis.rows import Sides, Subject, row, subject_of
from impact.analysis.sufficient import ArmProportion
from impact.stats.means.newcombe import Successes, newcombe, risk_ratio, wilson


def estimate_proportions(
    plan: Plan, metric: Metric, arms: tuple[ArmProportion, ...], *, look: int | None
) -> tuple[Estimate, ...]:
    """Return the rows of one proportion metric, all segments.

    >>> from experiments.plan.reading import read_plan
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: solved, role: primary, kind: proportion, source: contacts, window: 30}]}''')
    >>> arms = (ArmProportion(variant="a", n=400, successes=200),)
    >>> for estimate in estimate_proportions(plan, plan.primary, arms, look=None):
    ...     print(estimate.quantity, estimate.variant, estimate.value, estimate.note or "-")
    proportion a 0.5 -
    proportion b None no unit in the arm
    proportion_difference b None no unit in one of the arms
    risk_ratio b None no unit in one of the arms
    """
    subject = subject_of(plan, metric, look)
    return tuple(
        estimate
        for segment, found in by_segment(arms, plan.variants, _empty)
        for estimate in _segment(subject.within(segment), found)
    )


def _segment(subject: Subject, arms: dict[str, ArmProportion]) -> Iterator[Estimate]:
    for arm in arms.values():
        sides = Sides(variant=arm.variant, n_variant=arm.n, events_variant=arm.successes)
        answer = wilson(_successes(arm), level=subject.level)
        yield row(subject, "proportion", "wilson", sides, answer)
    for variant, control in pairs(arms, subject.control):
        yield from _comparison(subject, variant, control)


def _comparison(
    subject: Subject, variant: ArmProportion, control: ArmProportion
) -> Iterator[Estimate]:
    samples = _successes(variant), _successes(control)
    sides = Sides(
        variant=variant.variant,
        n_variant=variant.n,
        baseline=control.variant,
        n_baseline=control.n,
        events_variant=variant.successes,
        events_baseline=control.successes,
    )
    difference = newcombe(*samples, level=subject.level)
    yield row(subject, "proportion_difference", "newcombe", sides, difference)
    ratio = risk_ratio(*samples, level=subject.level)
    yield row(subject.without_unit(), "risk_ratio", "katz", sides, ratio)


def _successes(arm: ArmProportion) -> Successes:
    return Successes(n=arm.n, successes=arm.successes)


def _empty(variant: str, segment: str) -> ArmProportion:
    return ArmProportion(variant=variant, segment=segment, n=0, successes=0)
