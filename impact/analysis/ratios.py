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
    """Return the rows of one ratio metric, all segments; the moments are named "y" and "d"."""
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
    """Return numerator and denominator of moments named "y" and "d"."""
    y, d = moments.names.index(NUMERATOR), moments.names.index(DENOMINATOR)
    return RatioSample(
        n=moments.n,
        numerator=float(moments.means[y]),
        denominator=float(moments.means[d]),
        numerator_variance=covariance(moments, y, y),
        denominator_variance=covariance(moments, d, d),
        covariance=covariance(moments, y, d),
    )
