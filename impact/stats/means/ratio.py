"""Ratios of two sums per unit of randomisation, by the delta method.

Handle time per contact is a ratio: its numerator and denominator are both random per customer,
so contacts are never treated as if they were randomised themselves (Deng, Knoblich and Lu 2018).
"""

import math
from dataclasses import dataclass

from impact.stats.estimable import NotEstimable
from impact.stats.inference import Inference, normal_inference, without_test
from impact.stats.means.fieller import fieller, is_uncertain
from impact.stats.means.relative import relative_change, relative_normal
from impact.stats.means.welch import without_dust

ROUGH = "rough: the denominator of one arm is itself uncertain by more than 10%"
LAST_BITS = 1e-29


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioSample:
    """A group of `n` units: means of numerator and denominator, sample (co)variances (n - 1)."""

    n: int
    numerator: float
    denominator: float
    numerator_variance: float
    denominator_variance: float
    covariance: float

    @property
    def ratio(self) -> float:
        """Sum of numerators over sum of denominators; the denominator must not be zero."""
        return self.numerator / self.denominator

    @property
    def ratio_variance(self) -> float:
        """The squared standard error of the ratio, first-order delta method."""
        apart = self.numerator_variance + self.ratio**2 * self.denominator_variance
        spread = without_dust(apart - 2 * self.ratio * self.covariance, apart)
        # Equal numbers have a mean that is off by its last bit, and that much variance.
        is_dust = spread <= LAST_BITS * self.numerator**2
        return 0.0 if is_dust else spread / (self.n * self.denominator**2)

    @property
    def is_uncertain(self) -> bool:
        """Whether the denominator's mean is so uncertain that the delta method is rough."""
        return is_uncertain(self.denominator, self.denominator_variance / max(self.n, 1))


def ratio(sample: RatioSample, *, level: float) -> Inference | NotEstimable:
    """Return the ratio with its interval; no test, as there is nothing to compare with.

    >>> calls = RatioSample(n=100, numerator=12.0, denominator=2.0, numerator_variance=9.0,
    ...     denominator_variance=1.0, covariance=2.0)
    >>> ratio(calls, level=0.95).value
    6.0
    """
    if (reason := _not_usable(sample)) is not None:
        return reason
    if sample.ratio_variance == 0:
        return Inference(value=sample.ratio)
    return without_test(
        normal_inference(sample.ratio, math.sqrt(sample.ratio_variance), level=level)
    )


def ratio_fieller(sample: RatioSample, *, level: float) -> Inference | NotEstimable:
    """Return the ratio with Fieller's set, for a denominator that is itself uncertain.

    Student's t with n - 1 degrees of freedom: exact where both numbers are normal (Fieller 1954).

    >>> calls = RatioSample(n=9, numerator=12.0, denominator=2.0, numerator_variance=9.0,
    ...     denominator_variance=1.0, covariance=2.0)
    >>> around = ratio_fieller(calls, level=0.95)
    >>> round(around.ci_low, 3), round(around.ci_high, 3)
    (4.663, 8.723)
    """
    if (reason := _not_usable(sample)) is not None:
        return reason
    if sample.ratio_variance == 0:
        return Inference(value=sample.ratio)
    joint = sample.covariance
    covariance = [[sample.numerator_variance, joint], [joint, sample.denominator_variance]]
    of_means = [[value / sample.n for value in line] for line in covariance]
    return fieller(sample.numerator, sample.denominator, of_means, level=level, df=sample.n - 1.0)


def ratio_difference(
    variant: RatioSample, baseline: RatioSample, *, level: float
) -> Inference | NotEstimable:
    """Return the difference of ratios, variant minus baseline, with a normal test.

    >>> from dataclasses import replace
    >>> calls = RatioSample(n=100, numerator=12.0, denominator=2.0, numerator_variance=9.0,
    ...     denominator_variance=1.0, covariance=2.0)
    >>> found = ratio_difference(calls, replace(calls, numerator=10.0), level=0.95)
    >>> found.value, round(found.std_error, 4)
    (1.0, 0.2958)
    """
    if (reason := _not_comparable(variant, baseline)) is not None:
        return reason
    std_error = math.sqrt(variant.ratio_variance + baseline.ratio_variance)
    return normal_inference(variant.ratio - baseline.ratio, std_error, level=level)


def relative_ratio(
    variant: RatioSample, baseline: RatioSample, *, level: float
) -> Inference | NotEstimable:
    """Return the relative difference of ratios, as a fraction of the baseline's ratio.

    >>> from dataclasses import replace
    >>> calls = RatioSample(n=100, numerator=12.0, denominator=2.0, numerator_variance=9.0,
    ...     denominator_variance=1.0, covariance=2.0)
    >>> found = relative_ratio(calls, replace(calls, numerator=10.0), level=0.95)
    >>> round(found.value, 6), round(found.std_error, 4)
    (0.2, 0.0642)
    """
    if (reason := _not_comparable(variant, baseline)) is not None:
        return reason
    change = relative_change(
        variant.ratio, variant.ratio_variance, baseline.ratio, baseline.ratio_variance
    )
    return relative_normal(change, level=level)


def _not_comparable(variant: RatioSample, baseline: RatioSample) -> NotEstimable | None:
    for sample in (variant, baseline):
        if (reason := _not_usable(sample)) is not None:
            return reason
    if variant.ratio_variance + baseline.ratio_variance == 0:
        return NotEstimable("zero variance: all units of each arm have the same ratio")
    return None


def _not_usable(sample: RatioSample) -> NotEstimable | None:
    if sample.n < 2:  # noqa: PLR2004  # a variance needs two units
        return NotEstimable("fewer than two units in one of the arms")
    if sample.denominator <= 0:
        return NotEstimable("the denominator of one arm sums to zero or less")
    return None
