"""A quantile of each arm, such as the slowest tenth of calls: units needed and what they show.

An error of a quantile depends on how dense the values are around it. Here they are taken to be
lognormal, as handle and waiting times about are, with a `variation` (standard deviation over mean)
that history tells; `at` is the share at or below the quantile. Changes are relative, `share` the
variant's share of the units compared; numbers of units are those of both arms together.
"""

import math

from experiments.design import means
from experiments.design.bounds import check_between, check_positive
from experiments.design.demands import NORMAL, USUAL, Demands


def relative_deviation(at: float, variation: float) -> float:
    """Return the deviation of one value's part in a quantile, as a share of that quantile.

    sqrt(at (1 - at)) / (q f(q)), the asymptotic error of a sample quantile q times the root of n
    (Cramer 1946, Mathematical Methods of Statistics, 28.5), with the lognormal density
    q f(q) = phi(z) / s, where z is the normal quantile and s^2 = log(1 + variation^2).

    Raises:
        InvalidRequest: a share outside of 0 to 1, a variation that is not positive.

    >>> round(relative_deviation(0.5, 1.0), 4), round(relative_deviation(0.9, 1.0), 4)
    (1.0435, 1.4232)
    """
    check_between("at", at, 0, 1)
    check_positive("variation", variation)
    spread = math.sqrt(math.log1p(variation**2))
    return spread * math.sqrt(at * (1 - at)) / NORMAL.pdf(NORMAL.inv_cdf(at))


def power(
    units: float,
    change: float,
    at: float,
    variation: float,
    *,
    share: float = 0.5,
    alpha: float = 0.05,
) -> float:
    """Return the chance that units of one value each show a relative change of the quantile.

    Raises:
        InvalidRequest: as for `relative_deviation` and for the power of a difference of means.

    >>> round(power(10_000, 0.05847197, 0.5, 1.0), 4)
    0.8
    """
    return means.power(units, change, relative_deviation(at, variation), share=share, alpha=alpha)


def units_needed(
    change: float, at: float, variation: float, *, share: float = 0.5, demands: Demands = USUAL
) -> float:
    """Return the units of both arms that show a relative change of the quantile, not rounded.

    The inverse of `power`. Of units with several values, such as calls, fewer are needed.

    Raises:
        InvalidRequest: no change, or as for `power`.

    >>> round(units_needed(0.05, 0.5, 1.0)), round(units_needed(0.05, 0.9, 1.0))
    (13675, 25438)
    """
    return means.units_needed(
        change, relative_deviation(at, variation), share=share, demands=demands
    )


def detectable_change(
    units: float, at: float, variation: float, *, share: float = 0.5, demands: Demands = USUAL
) -> float:
    """Return the smallest relative change of the quantile that so many units show.

    The inverse of `power`.

    Raises:
        InvalidRequest: as for `power`.

    >>> round(detectable_change(units_needed(0.05, 0.9, 1.0), 0.9, 1.0), 6)
    0.05
    """
    return means.detectable_difference(
        units, relative_deviation(at, variation), share=share, demands=demands
    )
