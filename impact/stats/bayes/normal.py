"""A normal effect with a normal prior: the posterior and its probabilities."""

import math
from dataclasses import dataclass

from scipy import special

from impact.stats.inference import normal_quantile


@dataclass(frozen=True, slots=True, kw_only=True)
class Normal:
    """A normal distribution of an effect; `sd` is positive."""

    mean: float
    sd: float

    def below(self, threshold: float) -> float:
        """Return the probability of less than `threshold`.

        >>> Normal(mean=0.0, sd=1.0).below(0.0)
        0.5
        """
        return float(special.ndtr((threshold - self.mean) / self.sd))

    def interval(self, level: float) -> tuple[float, float]:
        """Return the central interval that holds the effect with probability `level`.

        >>> [round(limit, 2) for limit in Normal(mean=1.0, sd=1.0).interval(0.95)]
        [-0.96, 2.96]
        """
        half = normal_quantile(level) * self.sd
        return self.mean - half, self.mean + half


def posterior(prior: Normal, effect: float, std_error: float) -> Normal:
    """Return what is known after an estimate: precisions add, means are weighted by them.

    `std_error` must be positive. Valid where the likelihood of the effect is near normal.

    >>> after = posterior(Normal(mean=0.0, sd=0.2), 0.1, 0.2)
    >>> round(after.mean, 3), round(after.sd, 4)
    (0.05, 0.1414)
    """
    precision = prior.sd**-2 + std_error**-2
    mean = (prior.mean * prior.sd**-2 + effect * std_error**-2) / precision
    return Normal(mean=mean, sd=1 / math.sqrt(precision))
