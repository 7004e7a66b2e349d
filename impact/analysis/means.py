"""Rows of a mean per unit: Welch's difference, the CUPED-adjusted one, the relative one."""

from collections.abc import Iterator
from functools import partial

from experiments.plan.document import Metric, Plan
from impact.analysis.adjusted import variance_note
from impact.analysis.arms import (
    by_segment,
    covariance,
    empty_moments,
    pairs,
    sample_of,
    sides_of,
)
from impact.analysis.estimates import Estimate
from impact.analysis.relative import relative_row
from impact.analysis.rows import Sides, Subject, row, subject_of
from impact.analysis.sufficient import ArmMoments, Moments
from impact.analysis.winsorised import winsorised_rows
from impact.stats.estimable import NotEstimable
from impact.stats.means.cuped import AdjustedSample, Adjustment, cuped
from impact.stats.means.relative import relative_means
from impact.stats.means.welch import Sample, mean, standard_deviation, welch

OUTCOME, COVARIATE = "y", "x"


def estimate_means(
    plan: Plan,
    metric: Metric,
    arms: tuple[ArmMoments, ...],
    *,
    look: int | None,
    cap: float | None = None,
) -> tuple[Estimate, ...]:
    """Return the rows of one mean metric, all segments.

    The moments are named "y", or "y" and "x" where the plan adjusts by a covariate, or "y" and
    "w" where it winsorises at `cap`; what is adjusted or winsorised has rows of its own beside
    the plain ones.
    """
    subject = subject_of(plan, metric, look)
    names = arms[0].moments.names if arms else (OUTCOME,)
    segments = by_segment(arms, plan.variants, partial(empty_moments, names))
    return tuple(
        estimate
        for segment, found in segments
        for estimate in (
            *_segment(subject.within(segment), found),
            *winsorised_rows(subject.within(segment), found, cap, metric.winsorising),
        )
    )


def _segment(subject: Subject, arms: dict[str, ArmMoments]) -> Iterator[Estimate]:
    for arm in arms.values():
        yield from arm_rows(subject, arm)
    for variant, control in pairs(arms, subject.control):
        yield difference_row(subject, variant, control)
        if COVARIATE in variant.moments.names:
            yield _adjusted(subject, variant, control)
        yield _relative(subject, variant, control)


def arm_rows(subject: Subject, arm: ArmMoments) -> Iterator[Estimate]:
    """Yield the mean and the standard deviation of one arm."""
    sample, sides = sample_of(arm.moments), Sides(variant=arm.variant, n_variant=arm.moments.n)
    yield row(subject, "mean", "student", sides, mean(sample, level=subject.level))
    yield row(subject, "standard_deviation", "sample", sides, standard_deviation(sample))


def difference_row(subject: Subject, variant: ArmMoments, control: ArmMoments) -> Estimate:
    """Return the difference of means by Welch."""
    answer = welch(sample_of(variant.moments), sample_of(control.moments), level=subject.level)
    return row(subject, "mean_difference", "welch", sides_of(variant, control), answer)


def _adjusted(subject: Subject, variant: ArmMoments, control: ArmMoments) -> Estimate:
    found = cuped(
        adjusted_sample(variant.moments), adjusted_sample(control.moments), level=subject.level
    )
    sides = sides_of(variant, control)
    match found:
        case NotEstimable():
            return row(subject, "mean_difference", "cuped", sides, found)
        case Adjustment():
            note = variance_note(found)
            return row(subject, "mean_difference", "cuped", sides, found.difference, note)


def _relative(subject: Subject, variant: ArmMoments, control: ArmMoments) -> Estimate:
    sample, baseline = sample_of(variant.moments), sample_of(control.moments)
    answer = relative_means(sample, baseline, level=subject.level)
    levels = _level(sample), _level(baseline)
    return relative_row(subject, sides_of(variant, control), levels, answer)


def _level(sample: Sample) -> tuple[float, float]:
    return sample.mean, sample.mean_variance if sample.n else 0.0


def adjusted_sample(moments: Moments) -> AdjustedSample:
    """Return outcome and covariate of moments named "y" and "x"."""
    y, x = moments.names.index(OUTCOME), moments.names.index(COVARIATE)
    return AdjustedSample(
        n=moments.n,
        y=float(moments.means[y]),
        x=float(moments.means[x]),
        y_variance=covariance(moments, y, y),
        x_variance=covariance(moments, x, x),
        covariance=covariance(moments, y, x),
    )
