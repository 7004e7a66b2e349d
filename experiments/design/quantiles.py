"""A quantile of each arm, such as the slowest tenth of calls: units needed and what they show.

An error of a quantile depends on how dense the values are around it. Here they are taken to be
lognormal, as handle and waiting times about are, with a `variation` (standard deviation over mean)
that history tells; `at` is the share at or below the quantile. A relative change multiplies the
error of its arm too, so arms are compared by the logarithms of their quantiles, whose errors are
alike: a fall shows with fewer units than as large a rise. Changes are relative and signed, above
-1, `share` the variant's share of the units compared; numbers of units are those of both arms
together, of one value each, and `deviation` is a `relative_deviation`.
"""

import math

from experiments.design import means
from experiments.design.bounds import check_between, check_positive, check_share, refuse
from experiments.design.demands import NORMAL, USUAL, Demands

STEPS = 64  # of Simpson's rule: eight digits


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


def alikeness(at: float, variation: float, icc: float) -> float:
    """Return how alike the contacts of a cluster are in lying at or below a quantile.

    `icc` is that of the values. The logarithms of two of one cluster are normal with a correlation
    of their own, and both lie below with the chance of Plackett (1954, Biometrika 41:351): p^2 and
    the integral of their density at the quantile over the correlation.

    Raises:
        InvalidRequest: as for `relative_deviation`, or a correlation outside of 0 to 1.

    >>> round(alikeness(0.5, 1.0, 0.05), 4), round(alikeness(0.9, 1.0, 0.05), 4)
    (0.0448, 0.0255)
    """
    check_between("at", at, 0, 1)
    check_positive("variation", variation)
    check_share("icc", icc)
    square, correlation = NORMAL.inv_cdf(at) ** 2, math.log1p(icc * variation**2)
    step = math.asin(correlation / math.log1p(variation**2)) / STEPS
    density = [math.exp(-square / (1 + math.sin(place * step))) for place in range(STEPS + 1)]
    ends, odd, even = density[0] + density[-1], sum(density[1::2]), sum(density[2:-1:2])
    both = step / 3 * (ends + 4 * odd + 2 * even) / math.tau
    return min(both / (at * (1 - at)), 1.0)


def power(
    units: float, change: float, deviation: float, *, share: float = 0.5, alpha: float = 0.05
) -> float:
    """Return the chance that so many units of both arms show a change of the quantile.

    Raises:
        InvalidRequest: a change of -1 or less, or as for the power of a difference of means.

    >>> deviation = relative_deviation(0.9, variation=1.0)
    >>> round(power(5000, 0.1, deviation), 4), round(power(5000, -0.1, deviation), 4)
    (0.6581, 0.7444)
    """
    return means.power(units, _logarithm(change), deviation, share=share, alpha=alpha)


def units_needed(
    change: float, deviation: float, *, share: float = 0.5, demands: Demands = USUAL
) -> float:
    """Return the units of both arms that show a change of the quantile, not rounded.

    The inverse of `power`. Of units with several values, such as calls, fewer are needed.

    Raises:
        InvalidRequest: no change, or as for `power`.

    >>> deviation = relative_deviation(0.9, variation=1.0)
    >>> round(units_needed(0.05, deviation)), round(units_needed(-0.05, deviation))
    (26715, 24171)
    """
    return means.units_needed(_logarithm(change), deviation, share=share, demands=demands)


def detectable_change(
    units: float, deviation: float, *, rises: bool, share: float = 0.5, demands: Demands = USUAL
) -> float:
    """Return the smallest change of the quantile that so many units show: a fall is below 0.

    The inverse of `power`.

    Raises:
        InvalidRequest: as for `power`.

    >>> deviation = relative_deviation(0.9, variation=1.0)
    >>> units = units_needed(-0.05, deviation)
    >>> round(detectable_change(units, deviation, rises=False), 6)
    -0.05
    """
    found = means.detectable_difference(units, deviation, share=share, demands=demands)
    return math.expm1(found if rises else -found)


def _logarithm(change: float) -> float:
    """Return the difference of logarithms that a change is."""
    if not change > -1:
        refuse("change", change, "must be above -1: no quantile falls by all of it")
    return math.log1p(change)
