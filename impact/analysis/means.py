"""Rows of a mean per unit: Welch's difference, the CUPED-adjusted one, the relative one."""

from collections.abc import Iterator
from functools import partial

from experiments.plan.document import Metric, Plan, Table
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
from impact.analysis.tails import long_tail
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

    >>> import numpy as np
    >>> from experiments.plan.reading import read_plan
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: visits, role: primary, kind: mean, source: contacts, window: 30}]}''')
    >>> arms = tuple(ArmMoments(variant=arm, moments=Moments(
    ...     names=("y",), n=101, means=np.array([mean]), cross=np.array([[400.0]])))
    ...     for arm, mean in (("a", 5.0), ("b", 6.0)))
    >>> for estimate in estimate_means(plan, plan.primary, arms, look=None):
    ...     print(estimate.quantity, estimate.variant, round(estimate.value, 4))
    mean a 5.0
    standard_deviation a 2.0
    mean b 6.0
    standard_deviation b 2.0
    mean_difference b 1.0
    relative_difference b 0.2
    """
    subject = subject_of(plan, metric, look)
    names = arms[0].moments.names if arms else (OUTCOME,)
    segments = by_segment(arms, plan.variants, partial(empty_moments, names))
    on_scale = metric.source.table is Table.SURVEYS
    return tuple(
        estimate
        for segment, found in segments
        for estimate in (
            *_segment(subject.within(segment), found, on_scale=on_scale),
            *winsorised_rows(subject.within(segment), found, cap, metric.winsorising),
        )
    )


def _segment(
    subject: Subject, arms: dict[str, ArmMoments], *, on_scale: bool
) -> Iterator[Estimate]:
    for arm in arms.values():
        yield from arm_rows(subject, arm, on_scale=on_scale)
    for variant, control in pairs(arms, subject.control):
        yield difference_row(subject, variant, control)
        if COVARIATE in variant.moments.names:
            yield _adjusted(subject, variant, control)
        yield _relative(subject, variant, control)


def arm_rows(subject: Subject, arm: ArmMoments, *, on_scale: bool = False) -> Iterator[Estimate]:
    """Yield the mean and the standard deviation of one arm.

    Values `on_scale`, such as the answers of a survey, have no tail.

    >>> import numpy as np
    >>> subject = Subject(
    ...     metric="paid", kind="mean", unit="EUR", level=0.95, control="a", look=None)
    >>> moments = Moments(names=("y",), n=1, means=np.array([5.0]), cross=np.zeros((1, 1)))
    >>> for found in arm_rows(subject, ArmMoments(variant="b", moments=moments)):
    ...     print(found.quantity, found.value, found.ci_low, found.note or "-")
    mean 5.0 None -
    standard_deviation None None fewer than two units in the arm
    """
    sample, sides = sample_of(arm.moments), Sides(variant=arm.variant, n_variant=arm.moments.n)
    answer = mean(sample, level=subject.level)
    note = "" if on_scale else long_tail(answer)
    yield row(subject, "mean", "student", sides, answer, note)
    yield row(subject, "standard_deviation", "sample", sides, standard_deviation(sample))


def difference_row(subject: Subject, variant: ArmMoments, control: ArmMoments) -> Estimate:
    """Return the difference of means by Welch.

    >>> import numpy as np
    >>> subject = Subject(
    ...     metric="paid", kind="mean", unit="EUR", level=0.95, control="a", look=None)
    >>> def arm(variant, mean):
    ...     return ArmMoments(variant=variant, moments=Moments(
    ...         names=("y",), n=101, means=np.array([mean]), cross=np.array([[400.0]])))
    >>> found = difference_row(subject, arm("b", 6.0), arm("a", 5.0))
    >>> found.value, round(found.std_error, 4), round(found.df, 6), found.unit
    (1.0, 0.2814, 200.0, 'EUR')
    """
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
    """Return outcome and covariate of moments named "y" and "x".

    Raises:
        ValueError: one of the two is not there.

    >>> import numpy as np
    >>> sample = adjusted_sample(Moments(names=("y", "x"), n=11, means=np.array([5.0, 3.0]),
    ...     cross=np.array([[40.0, 20.0], [20.0, 30.0]])))
    >>> sample.y_variance, sample.x_variance, sample.covariance
    (4.0, 3.0, 2.0)
    """
    y, x = moments.names.index(OUTCOME), moments.names.index(COVARIATE)
    return AdjustedSample(
        n=moments.n,
        y=float(moments.means[y]),
        x=float(moments.means[x]),
        y_variance=covariance(moments, y, y),
        x_variance=covariance(moments, x, x),
        covariance=covariance(moments, y, x),
    )
