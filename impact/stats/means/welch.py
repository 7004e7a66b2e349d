"""Means of two independent groups with unequal variances (Welch 1947)."""

import math
from dataclasses import dataclass

from impact.stats.estimable import NotEstimable
from impact.stats.inference import Inference, student_inference, without_test

ROUNDING = 1e-13
TOO_LARGE = "values so large that their squares are no finite number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A group as its count, mean and sample variance (divisor n - 1; 0 while n < 2)."""

    n: int
    mean: float
    variance: float

    @property
    def mean_variance(self) -> float:
        """The squared standard error of the mean."""
        return self.variance / self.n


def mean(sample: Sample, *, level: float) -> Inference | NotEstimable:
    """Return the mean with Student's interval; no test, as there is nothing to compare with.

    >>> mean(Sample(n=4, mean=10.0, variance=4.0), level=0.95).std_error
    1.0
    """
    if sample.n == 0:
        return NotEstimable("no unit in the arm")
    if not math.isfinite(sample.variance):
        return NotEstimable(TOO_LARGE)
    if sample.n == 1 or sample.variance == 0:
        return Inference(value=sample.mean)
    return without_test(
        student_inference(sample.mean, math.sqrt(sample.mean_variance), sample.n - 1, level=level)
    )


def standard_deviation(sample: Sample) -> Inference | NotEstimable:
    """Return the sample standard deviation, without an interval.

    >>> standard_deviation(Sample(n=4, mean=10.0, variance=4.0)).value
    2.0
    """
    if sample.n < 2:  # noqa: PLR2004  # a deviation needs two values
        return NotEstimable("fewer than two units in the arm")
    if not math.isfinite(sample.variance):
        return NotEstimable(TOO_LARGE)
    return Inference(value=math.sqrt(sample.variance))


def welch(variant: Sample, baseline: Sample, *, level: float) -> Inference | NotEstimable:
    """Return the difference of means, variant minus baseline, with Welch's t-test.

    >>> a, b = Sample(n=9, mean=3.0, variance=4.0), Sample(n=9, mean=1.0, variance=4.0)
    >>> round(welch(a, b, level=0.95).statistic, 4)
    2.1213
    """
    if (reason := not_comparable(variant, baseline)) is not None:
        return reason
    std_error = math.sqrt(variant.mean_variance + baseline.mean_variance)
    df = welch_df(variant, baseline)
    return student_inference(variant.mean - baseline.mean, std_error, df, level=level)


def without_dust(variance: float, parts: float) -> float:
    """Return a variance that was found by subtraction, 0 where only rounding is left of `parts`.

    >>> without_dust(0.1 + 0.2 - 0.3, 0.3), without_dust(0.5, 1.0)
    (0.0, 0.5)
    """
    return variance if variance > ROUNDING * parts else 0.0


def welch_df(variant: Sample, baseline: Sample) -> float:
    """Return the Welch-Satterthwaite degrees of freedom of two comparable samples.

    Computed from each side's share of the variance, so that no scale of the data underflows.

    >>> round(welch_df(Sample(n=9, mean=0, variance=4.0), Sample(n=9, mean=0, variance=4.0)), 9)
    16.0
    """
    total = variant.mean_variance + baseline.mean_variance
    share = variant.mean_variance / total
    return 1 / (share**2 / (variant.n - 1) + (1 - share) ** 2 / (baseline.n - 1))


def not_comparable(variant: Sample, baseline: Sample) -> NotEstimable | None:
    """Return why two means cannot be compared, or None when they can.

    >>> empty, full = Sample(n=0, mean=0.0, variance=0.0), Sample(n=9, mean=1.0, variance=4.0)
    >>> not_comparable(empty, full).reason
    'no unit in one of the arms'
    """
    smallest = min(variant.n, baseline.n)
    if smallest == 0:
        return NotEstimable("no unit in one of the arms")
    if smallest == 1:
        return NotEstimable("fewer than two units in one of the arms")
    if not math.isfinite(variant.mean_variance + baseline.mean_variance):
        return NotEstimable(TOO_LARGE)
    if variant.mean_variance + baseline.mean_variance == 0:
        return NotEstimable("zero variance: all units of each arm have the same value")
    return None
