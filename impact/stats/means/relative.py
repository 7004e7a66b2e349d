"""Relative differences of two independent estimates, by the delta method."""

import math
from dataclasses import dataclass

from impact.stats.estimable import NotEstimable
from impact.stats.inference import Inference, normal_inference, student_inference
from impact.stats.means.welch import Sample, not_comparable, welch_df


@dataclass(frozen=True, slots=True, kw_only=True)
class RelativeChange:
    """(variant - baseline) / baseline and its standard error, both as fractions."""

    value: float
    std_error: float


def relative_change(
    variant: float, variant_variance: float, baseline: float, baseline_variance: float
) -> RelativeChange | NotEstimable:
    """Return the relative change of two independent estimates with their squared errors.

    First-order delta method of variant / baseline - 1; good while the baseline is well away
    from zero.

    >>> round(relative_change(11.0, 0.0, 10.0, 0.01).std_error, 9)
    0.011
    """
    if baseline <= 0:
        return NotEstimable("a relative difference needs a baseline above zero")
    ratio = variant / baseline
    std_error = math.hypot(math.sqrt(variant_variance), ratio * math.sqrt(baseline_variance))
    if std_error == 0:
        return NotEstimable(
            "a relative difference needs an arm whose values vary around some level"
        )
    return RelativeChange(value=(variant - baseline) / baseline, std_error=std_error / baseline)


def relative_means(variant: Sample, baseline: Sample, *, level: float) -> Inference | NotEstimable:
    """Return the relative difference of means, with Welch's degrees of freedom.

    >>> a, b = Sample(n=9, mean=3.0, variance=4.0), Sample(n=9, mean=2.0, variance=4.0)
    >>> relative_means(a, b, level=0.95).value
    0.5
    """
    if (reason := not_comparable(variant, baseline)) is not None:
        return reason
    change = relative_change(
        variant.mean, variant.mean_variance, baseline.mean, baseline.mean_variance
    )
    if isinstance(change, NotEstimable):
        return change
    df = welch_df(variant, baseline)
    return student_inference(change.value, change.std_error, df, level=level)


def relative_normal(
    change: RelativeChange | NotEstimable, *, level: float
) -> Inference | NotEstimable:
    """Return the interval and test of a relative change against the normal distribution.

    >>> round(relative_normal(RelativeChange(value=0.1, std_error=0.05), level=0.95).p_value, 4)
    0.0455
    """
    if isinstance(change, NotEstimable):
        return change
    return normal_inference(change.value, change.std_error, level=level)
