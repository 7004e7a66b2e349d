"""Ratio metrics: the deviation between units that sizes them like means.

A ratio metric is a sum over a sum, such as handle time per handled contact. Its estimate moves
like the mean of (x - R y) / mean(y) over units, so `means` sizes it once this deviation is known.
"""

import math
from dataclasses import dataclass

from experiments.design.bounds import check_fewest, check_positive, refuse


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioMoments:
    """What is known of numerator and denominator per unit, from history."""

    mean_numerator: float
    mean_denominator: float
    variance_numerator: float
    variance_denominator: float
    covariance: float

    def __post_init__(self) -> None:
        check_positive("mean_denominator", self.mean_denominator)
        check_fewest("variance_numerator", self.variance_numerator, 0)
        check_fewest("variance_denominator", self.variance_denominator, 0)
        bound = math.sqrt(self.variance_numerator * self.variance_denominator)
        if not abs(self.covariance) <= bound * (1 + 1e-9):
            refuse("covariance", self.covariance, f"must be at most {bound:g} by the variances")

    @property
    def ratio(self) -> float:
        """The ratio itself."""
        return self.mean_numerator / self.mean_denominator


def ratio_deviation(moments: RatioMoments) -> float:
    """Return the standard deviation between units with which a ratio is sized like a mean.

    Delta method (Deng, Knoblich and Lu 2018, KDD, section 2.1):
    sqrt(var x - 2 R cov + R^2 var y) / mean y, in the ratio's own unit.

    >>> history = RatioMoments(mean_numerator=720, mean_denominator=2, variance_numerator=300_000,
    ...                        variance_denominator=1, covariance=400)
    >>> history.ratio, round(ratio_deviation(history), 3)
    (360.0, 188.149)
    """
    ratio = moments.ratio
    variance = (
        moments.variance_numerator
        - 2 * ratio * moments.covariance
        + ratio**2 * moments.variance_denominator
    )
    return math.sqrt(max(0.0, variance)) / moments.mean_denominator
