"""Adjustment of a mean by a covariate known before assignment (Deng et al. 2013)."""

from dataclasses import dataclass

from impact.stats.estimable import NotEstimable
from impact.stats.inference import Inference
from impact.stats.means.welch import Sample, not_comparable, welch, without_dust


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustedSample:
    """A group of `n` units: outcome y, covariate x, their means and sample (co)variances."""

    n: int
    y: float
    x: float
    y_variance: float
    x_variance: float
    covariance: float

    @property
    def unadjusted(self) -> Sample:
        """The outcome alone."""
        return Sample(n=self.n, mean=self.y, variance=self.y_variance)

    def adjusted(self, theta: float, centre: float) -> Sample:
        """The outcome minus theta times (covariate minus `centre`)."""
        apart = self.y_variance + theta**2 * self.x_variance
        variance = without_dust(apart - 2 * theta * self.covariance, apart)
        return Sample(n=self.n, mean=self.y - theta * (self.x - centre), variance=variance)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """An adjusted difference, the slope that it used and what it bought.

    `variance_reduction` is the fraction by which the squared standard error fell.
    """

    difference: Inference
    theta: float
    variance_reduction: float


def cuped(
    variant: AdjustedSample, baseline: AdjustedSample, *, level: float
) -> Adjustment | NotEstimable:
    """Return the adjusted difference of means, variant minus baseline.

    One slope for both arms, cov(y, x) / var(x) over their pooled units, then Welch on the
    adjusted outcome. The covariate must be known before assignment.

    >>> from dataclasses import replace
    >>> arm = AdjustedSample(n=10, y=5.0, x=2.0, y_variance=5.0, x_variance=4.0, covariance=4.0)
    >>> found = cuped(replace(arm, y=6.0), arm, level=0.95)  # y - x is left with a variance of 1
    >>> found.difference.value, found.theta, round(found.variance_reduction, 9)
    (1.0, 1.0, 0.8)
    """
    if (reason := not_comparable(variant.unadjusted, baseline.unadjusted)) is not None:
        return reason
    theta = pooled_slope(variant, baseline)
    if isinstance(theta, NotEstimable):
        return theta
    centre = (variant.n * variant.x + baseline.n * baseline.x) / (variant.n + baseline.n)
    adjusted = variant.adjusted(theta, centre), baseline.adjusted(theta, centre)
    difference = welch(*adjusted, level=level)
    if isinstance(difference, NotEstimable):
        return NotEstimable("the covariate explains the outcome entirely: no variance is left")
    raw = variant.unadjusted.mean_variance + baseline.unadjusted.mean_variance
    left = sum(sample.mean_variance for sample in adjusted)
    return Adjustment(difference=difference, theta=theta, variance_reduction=1 - left / raw)


def pooled_slope(variant: AdjustedSample, baseline: AdjustedSample) -> float | NotEstimable:
    """Return cov(y, x) / var(x) over the units of both arms together.

    >>> from dataclasses import replace
    >>> arm = AdjustedSample(n=10, y=5.0, x=2.0, y_variance=5.0, x_variance=4.0, covariance=4.0)
    >>> round(pooled_slope(replace(arm, y=9.0, x=4.0), arm), 6)  # (72 + 5 * 8) / (72 + 5 * 4)
    1.217391
    """
    between = variant.n * baseline.n / (variant.n + baseline.n)
    x_gap, y_gap = variant.x - baseline.x, variant.y - baseline.y
    x_squares = (variant.n - 1) * variant.x_variance + (baseline.n - 1) * baseline.x_variance
    products = (variant.n - 1) * variant.covariance + (baseline.n - 1) * baseline.covariance
    if (spread := x_squares + between * x_gap**2) <= 0:
        return NotEstimable("the covariate has the same value for every unit")
    return (products + between * x_gap * y_gap) / spread
