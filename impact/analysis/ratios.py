"""Rows of a ratio of two sums per unit, by the delta method at the unit of randomisation."""

from collections.abc import Iterator
from functools import partial

from experiments.plan.document import Metric, Plan
from impact.analysis.arms import by_segment, covariance, empty_moments, pairs, sides_of
from impact.analysis.estimates import Estimate
from impact.analysis.relative import FIELLER, relative_row
from impact.analysis.rows import Sides, Subject, row, subject_of
from impact.analysis.sufficient import ArmMoments, Moments
from impact.stats.means.ratio import (
    ROUGH,
    RatioSample,
    ratio,
    ratio_difference,
    ratio_fieller,
    relative_ratio,
)

NUMERATOR, DENOMINATOR = "y", "d"


def estimate_ratios(
    plan: Plan, metric: Metric, arms: tuple[ArmMoments, ...], *, look: int | None
) -> tuple[Estimate, ...]:
    """Return the rows of one ratio metric, all segments; the moments are named "y" and "d".

    >>> import numpy as np
    >>> from experiments.plan.reading import read_plan
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: handle_time, role: primary, kind: ratio, window: 30,
    ... source: contacts.handle_seconds, denominator: contacts.handled}]}''')
    >>> arms = tuple(ArmMoments(variant=arm, moments=Moments(names=("y", "d"), n=100,
    ...     means=np.array([seconds, 2.0]), cross=np.diag([9e5, 50.0])))
    ...     for arm, seconds in (("a", 600.0), ("b", 660.0)))
    >>> for estimate in estimate_ratios(plan, plan.primary, arms, look=None):
    ...     print(estimate.quantity, estimate.method, round(estimate.value, 4))
    ratio delta 300.0
    ratio delta 330.0
    ratio_difference delta 30.0
    relative_difference fieller 0.1
    """
    subject = subject_of(plan, metric, look)
    names = arms[0].moments.names if arms else (NUMERATOR, DENOMINATOR)
    segments = by_segment(arms, plan.variants, partial(empty_moments, names))
    return tuple(
        estimate
        for segment, found in segments
        for estimate in _segment(subject.within(segment), found)
    )


def _segment(subject: Subject, arms: dict[str, ArmMoments]) -> Iterator[Estimate]:
    for arm in arms.values():
        sides = Sides(variant=arm.variant, n_variant=arm.moments.n)
        sample = ratio_sample(arm.moments)
        if sample.is_uncertain:
            answer = ratio_fieller(sample, level=subject.level)
            yield row(subject, "ratio", FIELLER, sides, answer)
        else:
            yield row(subject, "ratio", "delta", sides, ratio(sample, level=subject.level))
    for variant, control in pairs(arms, subject.control):
        samples = ratio_sample(variant.moments), ratio_sample(control.moments)
        sides = sides_of(variant, control)
        difference = ratio_difference(*samples, level=subject.level)
        note = ROUGH if any(sample.is_uncertain for sample in samples) else ""
        yield row(subject, "ratio_difference", "delta", sides, difference, note)
        relative = relative_ratio(*samples, level=subject.level)
        levels = _level(samples[0]), _level(samples[1])
        yield relative_row(subject, sides, levels, relative, note)


def _level(sample: RatioSample) -> tuple[float, float]:
    """Return an arm's ratio and its variance; nothing of an arm that has no ratio."""
    if not sample.n or not sample.denominator:
        return 0.0, 0.0
    return sample.ratio, sample.ratio_variance


def ratio_sample(moments: Moments) -> RatioSample:
    """Return numerator and denominator of moments named "y" and "d".

    Raises:
        ValueError: one of the two is not there.

    >>> import numpy as np
    >>> sample = ratio_sample(Moments(names=("y", "d"), n=11, means=np.array([600.0, 2.0]),
    ...     cross=np.array([[4000.0, 30.0], [30.0, 10.0]])))
    >>> sample.ratio, sample.numerator_variance, sample.covariance
    (300.0, 400.0, 3.0)
    """
    y, d = moments.names.index(NUMERATOR), moments.names.index(DENOMINATOR)
    return RatioSample(
        n=moments.n,
        numerator=float(moments.means[y]),
        denominator=float(moments.means[d]),
        numerator_variance=covariance(moments, y, y),
        denominator_variance=covariance(moments, d, d),
        covariance=covariance(moments, y, d),
    )
