"""Harm to a mean or a ratio: by the noncentral t distribution, one-sided."""

import math

from experiments.design import means
from experiments.design.bounds import check_between, check_fewest, check_positive
from experiments.design.demands import USUAL, Demands
from experiments.design.log_rank import share_product
from experiments.design.margins.distance import positive_distance
from experiments.design.roots import crossing
from experiments.design.student import noncentral_t_below, t_quantile


def power(
    units: float,
    margin: float,
    deviation: float,
    *,
    benefit: float = 0.0,
    share: float = 0.5,
    alpha: float = 0.05,
) -> float:
    """Return the chance that so many units rule out a fall of a mean by the margin or more.

    By the noncentral t distribution (Julious 2004, Statistics in Medicine 23:1921), as R's
    `power.t.test(alternative = "one.sided", sig.level = alpha / 2)`. Margin, benefit and deviation
    are in the metric's own unit, or all relative to the control's mean.

    Raises:
        InvalidRequest: fewer than four units, a margin or deviation that is not positive, a share
            or alpha outside of 0 to 1.

    >>> round(power(1000, 2, 15), 4), round(power(1000, 2, 15, benefit=1), 4)
    (0.5581, 0.8848)
    """
    check_positive("margin", margin)
    check_positive("deviation", deviation)
    check_between("alpha", alpha, 0, 1)
    check_fewest("units", units, means.FEWEST)
    shift = (margin + benefit) / deviation * math.sqrt(units * share_product(share))
    return 1 - noncentral_t_below(t_quantile(1 - alpha / 2, units - 2), units - 2, shift)


def units_needed(
    margin: float,
    deviation: float,
    *,
    benefit: float = 0.0,
    share: float = 0.5,
    demands: Demands = USUAL,
) -> float:
    """Return the units of both arms that rule the margin out, not rounded.

    The inverse of `power`.

    Raises:
        InvalidRequest: as for `power`, or a harm as large as the margin.

    >>> round(units_needed(2, 15), 1)
    1767.9
    """
    distance = positive_distance(margin + benefit, benefit)

    def found(units: float) -> float:
        return power(units, margin, deviation, benefit=benefit, share=share, alpha=demands.alpha)

    z = (demands.z_alpha + demands.z_power) * deviation / distance
    high = means.FEWEST + z * z / share_product(share)
    while found(high) < demands.power:
        high *= 2
    if found(means.FEWEST) >= demands.power:
        return means.FEWEST
    return crossing(found, demands.power, means.FEWEST, high)


def detectable_margin(
    units: float, deviation: float, *, share: float = 0.5, demands: Demands = USUAL
) -> float:
    """Return the smallest margin that so many units rule out where there is no effect.

    The inverse of `power`.

    Raises:
        InvalidRequest: as for `power`.

    >>> round(detectable_margin(1767.9, 15), 3)
    2.0
    """

    def found(margin: float) -> float:
        return power(units, margin, deviation, share=share, alpha=demands.alpha)

    high = deviation / math.sqrt(units * share_product(share))
    while found(high) < demands.power:
        high *= 2
    return crossing(found, demands.power, high * 1e-9, high)
