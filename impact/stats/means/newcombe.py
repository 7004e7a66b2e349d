"""Two proportions: Newcombe's interval, the score test, the risk ratio."""

import math
from dataclasses import dataclass

from scipy import special

from impact.stats.estimable import NotEstimable
from impact.stats.inference import Inference, normal_quantile


@dataclass(frozen=True, slots=True, kw_only=True)
class Successes:
    """How many of `n` units had the outcome."""

    n: int
    successes: int

    @property
    def share(self) -> float:
        """The observed proportion; `n` must be positive."""
        return self.successes / self.n


def wilson(sample: Successes, *, level: float) -> Inference | NotEstimable:
    """Return a proportion with Wilson's score interval (Wilson 1927).

    >>> around = wilson(Successes(n=10, successes=9), level=0.95)
    >>> round(around.ci_low, 4), round(around.ci_high, 4)
    (0.5958, 0.9821)
    """
    if sample.n == 0:
        return NotEstimable("no unit in the arm")
    low, high = _limits(sample, level)
    return Inference(
        value=sample.share,
        std_error=math.sqrt(sample.share * (1 - sample.share) / sample.n),
        ci_low=low,
        ci_high=high,
    )


def newcombe(variant: Successes, baseline: Successes, *, level: float) -> Inference | NotEstimable:
    """Return the difference of proportions, variant minus baseline.

    The interval is method 10 of Newcombe (1998), the square-and-add of the two Wilson intervals;
    it has no standard error. The test is Pearson's chi-square without continuity correction, that
    is the score test of no difference (`statistic` with one degree of freedom).

    >>> a, b = Successes(n=70, successes=56), Successes(n=80, successes=48)
    >>> around = newcombe(a, b, level=0.95)
    >>> round(around.ci_low, 4), round(around.ci_high, 4)
    (0.0524, 0.3339)
    """
    if (reason := _not_comparable(variant, baseline)) is not None:
        return reason
    p1, p0 = variant.share, baseline.share
    (low1, high1), (low0, high0) = _limits(variant, level), _limits(baseline, level)
    chi_square = _chi_square(variant, baseline)
    return Inference(
        value=p1 - p0,
        ci_low=p1 - p0 - math.hypot(p1 - low1, high0 - p0),
        ci_high=p1 - p0 + math.hypot(high1 - p1, p0 - low0),
        statistic=chi_square,
        df=1.0,
        p_value=float(special.chdtrc(1.0, chi_square)),
    )


def risk_ratio(
    variant: Successes, baseline: Successes, *, level: float
) -> Inference | NotEstimable:
    """Return the ratio of proportions; standard error on the log scale (Katz et al. 1978).

    >>> a, b = Successes(n=70, successes=56), Successes(n=80, successes=48)
    >>> round(risk_ratio(a, b, level=0.95).value, 4)
    1.3333
    """
    if (reason := _not_comparable(variant, baseline)) is not None:
        return reason
    if not (variant.successes and baseline.successes):
        return NotEstimable("no unit of one arm had the outcome")
    ratio = variant.share / baseline.share
    std_error = math.sqrt(
        (1 - variant.share) / variant.successes + (1 - baseline.share) / baseline.successes
    )
    spread = math.exp(normal_quantile(level) * std_error)
    z = math.log(ratio) / std_error
    return Inference(
        value=ratio,
        std_error=std_error,
        ci_low=ratio / spread,
        ci_high=ratio * spread,
        statistic=z,
        p_value=math.erfc(abs(z) / math.sqrt(2)),
    )


def _limits(sample: Successes, level: float) -> tuple[float, float]:
    n, share, z = sample.n, sample.share, normal_quantile(level)
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    low = 0.0 if sample.successes == 0 else centre - half
    high = 1.0 if sample.successes == n else centre + half
    return low, high


def _chi_square(variant: Successes, baseline: Successes) -> float:
    pooled = (variant.successes + baseline.successes) / (variant.n + baseline.n)
    variance = pooled * (1 - pooled) * (1 / variant.n + 1 / baseline.n)
    return (variant.share - baseline.share) ** 2 / variance


def _not_comparable(variant: Successes, baseline: Successes) -> NotEstimable | None:
    if min(variant.n, baseline.n) == 0:
        return NotEstimable("no unit in one of the arms")
    successes, n = variant.successes + baseline.successes, variant.n + baseline.n
    if successes == 0:
        return NotEstimable("no unit of either arm had the outcome")
    if successes == n:
        return NotEstimable("every unit of both arms had the outcome")
    return None
