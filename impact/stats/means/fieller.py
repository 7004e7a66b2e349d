"""Ratios whose denominator is itself uncertain: Fieller's set in place of the delta method."""

import math
from dataclasses import replace

from numpy.typing import ArrayLike

from impact.stats.confidence_set import above_zero, ratio_set
from impact.stats.estimable import NotEstimable
from impact.stats.inference import Inference, p_value_of, quantile_of

UNCERTAIN = 0.1  # standard error over value, beyond which the delta method is rough


def is_uncertain(value: float, variance: float, beyond: float = UNCERTAIN) -> bool:
    """Whether an estimate is so uncertain that a ratio to it needs Fieller's set.

    It is when its standard error is more than `beyond` of its value.

    >>> is_uncertain(10.0, 0.9), is_uncertain(10.0, 1.1)
    (False, True)
    """
    return variance > (beyond * value) ** 2


def fieller(
    numerator: float,
    denominator: float,
    covariance: ArrayLike,
    *,
    level: float,
    df: float | None = None,
) -> Inference:
    """Return the ratio of two estimates with the set of Fieller (1954).

    `covariance` of the estimates has shape (2, 2), numerator first; the denominator is not zero.
    Tested by Student's t with the `df` that the covariance rests on, by the normal without.
    Where it does not differ from zero at this level, the set is no interval: two rays, or all
    values. There is no standard error.

    >>> around = fieller(2.0, 1.0, [[0.01, 0.0], [0.0, 0.04]], level=0.95)
    >>> round(around.ci_low, 3), round(around.ci_high, 3)
    (1.413, 3.314)
    >>> fieller(2.0, 1.0, [[0.01, 0.0], [0.0, 0.4]], level=0.95).ci_set
    '(-inf, -8.33984] U [0.885267, inf)'
    """
    critical = quantile_of(level, df) ** 2
    found = ratio_set(numerator, denominator, covariance, critical=critical)
    return Inference(
        value=numerator / denominator,
        ci_low=found.low,
        ci_high=found.high,
        ci_set=found.text,
    )


def positive_fieller(
    numerator: float,
    denominator: float,
    covariance: ArrayLike,
    *,
    level: float,
    df: float | None = None,
) -> Inference:
    """Return the ratio of two estimates that cannot be negative: what lies above 0 of the set.

    Where it reaches to 0, because the numerator does not differ from zero, it is no interval.

    >>> beside = positive_fieller(1.0, 5.0, [[1.0, 0.0], [0.0, 1.0]], level=0.95)
    >>> beside.ci_set
    '(0, 0.672358]'
    """
    found = fieller(numerator, denominator, covariance, level=level, df=df)
    if found.ci_low is None or found.ci_high is None:
        return replace(found, ci_set=above_zero(found.ci_set))
    if found.ci_low > 0:
        return found
    return replace(found, ci_low=None, ci_high=None, ci_set=f"(0, {found.ci_high:.6g}]")


def relative_fieller(
    variant: tuple[float, float],
    baseline: tuple[float, float],
    *,
    level: float,
    df: float | None = None,
) -> Inference | NotEstimable:
    """Return (variant - baseline) / baseline with Fieller's set; each a value and its variance.

    The test is of no difference, which is what the set says: it holds zero when that is not
    rejected. With `df` both are Student's: those of the difference (Welch 1947 for means), so that
    set and difference never contradict each other.

    >>> round(relative_fieller((11.0, 1.0), (10.0, 4.0), level=0.95).value, 9)
    0.1
    """
    (value, variance), (base, base_variance) = variant, baseline
    if base <= 0:
        return NotEstimable("a relative difference needs a baseline above zero")
    if variance + base_variance == 0:
        return NotEstimable("zero variance: all units of each arm have the same value")
    covariance = [[variance + base_variance, -base_variance], [-base_variance, base_variance]]
    found = fieller(value - base, base, covariance, level=level, df=df)
    z = (value - base) / math.sqrt(variance + base_variance)
    return Inference(
        value=found.value,
        ci_low=found.ci_low,
        ci_high=found.ci_high,
        ci_set=found.ci_set,
        statistic=z,
        df=df,
        p_value=p_value_of(z, df),
    )
