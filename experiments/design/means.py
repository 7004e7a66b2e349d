"""Two means: how many units the t-test needs, and what it sees with those it gets.

`difference` and `deviation` (the standard deviation between units, the same in both arms) are in
the metric's own unit. `share` is the variant's share of the units compared; numbers of units are
those of both arms together.
"""

import math

from experiments.design.bounds import check_between, check_fewest, check_positive, refuse
from experiments.design.demands import USUAL, Demands
from experiments.design.log_rank import share_product
from experiments.design.roots import crossing
from experiments.design.student import noncentral_t_below, t_quantile

FEWEST = 4.0  # two in each arm


def power(
    units: float, difference: float, deviation: float, *, share: float = 0.5, alpha: float = 0.05
) -> float:
    """Return the chance that a two-sided t-test of so many units of both arms is significant.

    By the noncentral t distribution with both tails, as R's `power.t.test(strict = TRUE)`
    (Cohen 1988, Statistical Power Analysis, 2.2).

    Raises:
        InvalidRequest: fewer than four units, a deviation that is not positive, a share or alpha
            outside of 0 to 1.

    >>> round(power(2 * 1183.04587519951, 2, 15), 6)
    0.9
    """
    check_positive("deviation", deviation)
    check_between("alpha", alpha, 0, 1)
    check_fewest("units", units, FEWEST)
    shift = abs(difference) / deviation * math.sqrt(units * share_product(share))
    limit = t_quantile(1 - alpha / 2, units - 2)
    below = noncentral_t_below(limit, units - 2, shift)
    return 1 - below + noncentral_t_below(-limit, units - 2, shift)


def units_needed(
    difference: float, deviation: float, *, share: float = 0.5, demands: Demands = USUAL
) -> float:
    """Return the units of both arms that show the difference, not rounded.

    The inverse of `power`; never fewer than two in each arm.

    Raises:
        InvalidRequest: no difference, a deviation that is not positive, a share outside of 0 to 1.

    >>> round(units_needed(2, 15, demands=Demands(power=0.9)) / 2, 3)
    1183.046
    """
    if difference == 0:
        refuse("difference", difference, "must differ from 0: no size shows no effect")
    check_positive("deviation", deviation)

    def found(units: float) -> float:
        return power(units, difference, deviation, share=share, alpha=demands.alpha)

    z = (demands.z_alpha + demands.z_power) * deviation / difference
    high = FEWEST + z * z / share_product(share)
    while found(high) < demands.power:
        high *= 2
    if found(FEWEST) >= demands.power:
        return FEWEST
    return crossing(found, demands.power, FEWEST, high)


def detectable_difference(
    units: float, deviation: float, *, share: float = 0.5, demands: Demands = USUAL
) -> float:
    """Return the smallest difference that so many units of both arms show.

    The inverse of `power`.

    Raises:
        InvalidRequest: as for `power`.

    >>> round(detectable_difference(2 * 1183.04587519951, 15, demands=Demands(power=0.9)), 6)
    2.0
    """

    def found(difference: float) -> float:
        return power(units, difference, deviation, share=share, alpha=demands.alpha)

    high = deviation / math.sqrt(units * share_product(share))
    while found(high) < demands.power:
        high *= 2
    return crossing(found, demands.power, 0.0, high)
