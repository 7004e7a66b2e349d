"""Student's t, central and not, from one well-behaved sum over the pooled deviation.

Web processes size tests, and importing scipy would cost each of them a second: this needs `math`.
"""

import math
from functools import lru_cache

from experiments.design.bounds import check_between, check_positive
from experiments.design.demands import NORMAL
from experiments.design.roots import crossing

TAIL = 40.0  # exp(-40) is below a rounding error of the sum
FINEST = 60  # steps from the mode to where the density ends on its right
LONGEST_STEP = 1 / 40  # of log S: the integrand turns within 1 / t at the shortest
Weights = tuple[tuple[float, float], ...]


def noncentral_t_below(t: float, df: float, shift: float = 0.0) -> float:
    """Return P(T <= t) for T = (Z + shift) / S, with S^2 a chi-square over its `df`.

    The mean of the normal distribution function at t S - shift over the law of log S, by the
    trapezoidal rule: the density is smooth and dies out on both sides, so the error is that
    of rounding, for |t| up to 30. `shift` 0 is Student's t.

    Raises:
        InvalidRequest: df is not positive.

    >>> round(noncentral_t_below(2.0, 10, 1.0), 8)
    0.80761156
    >>> round(noncentral_t_below(-1.812461123, 10), 8)
    0.05
    """
    return math.fsum(
        weight * _normal_below(t * deviation - shift) for deviation, weight in _weights(df)
    )


@lru_cache(maxsize=256)
def t_quantile(level: float, df: float) -> float:
    """Return the value that Student's t stays below with a probability above one half.

    Raises:
        InvalidRequest: a level outside of 0.5 to 1, or df not positive.

    >>> round(t_quantile(0.975, 10), 6)
    2.228139
    """
    check_between("level", level, 0.5, 1)
    low = high = NORMAL.inv_cdf(level)
    while noncentral_t_below(high, df) < level:
        low, high = high, 2 * high
    return crossing(lambda t: noncentral_t_below(t, df), level, low, high)


@lru_cache(maxsize=64)
def _weights(df: float) -> Weights:
    """Return values of S with their probabilities: a grid in log S where the density lives.

    With u = log S the density is proportional to exp(df (u - (exp(2 u) - 1) / 2)): like a normal
    of variance 1 / (2 df) around 0, with an exponential tail on the left.
    """
    check_positive("df", df)
    right = math.sqrt(TAIL / df)
    step = min(right / FINEST, LONGEST_STEP)
    below = math.ceil((right + TAIL / df) / step)
    above = math.ceil(right / step)
    logs = [step * number for number in range(-below, above + 1)]
    densities = [math.exp(df * (u - math.expm1(2 * u) / 2)) for u in logs]
    total = math.fsum(densities)
    return tuple((math.exp(u), each / total) for u, each in zip(logs, densities, strict=True))


def _normal_below(z: float) -> float:
    return math.erfc(-z / math.sqrt(2)) / 2
