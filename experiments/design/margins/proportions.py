"""Harm to a share of units: by the normal distribution, one-sided, each arm's own variance."""

import math

from experiments.design.bounds import check_between, check_positive
from experiments.design.demands import NORMAL, USUAL, Demands
from experiments.design.log_rank import share_product
from experiments.design.margins.distance import positive_distance


def power(
    units: float,
    margin: float,
    proportion: float,
    *,
    benefit: float = 0.0,
    share: float = 0.5,
    alpha: float = 0.05,
) -> float:
    """Return the chance that so many units rule out a fall of a proportion by the margin or more.

    Blackwelder (1982), Controlled Clinical Trials 3:345, with each arm's own variance. For a
    proportion of which less is better give one minus it: the variance is the same.

    Raises:
        InvalidRequest: units or margin not positive, proportions, share or alpha outside of 0 to 1.

    >>> round(power(6592.4, 0.02, 0.9), 4)
    0.7723
    """
    check_positive("units", units)
    check_positive("margin", margin)
    check_between("alpha", alpha, 0, 1)
    drift = math.sqrt(units) * (margin + benefit) / _spread(proportion, proportion + benefit, share)
    return NORMAL.cdf(drift - NORMAL.inv_cdf(1 - alpha / 2))


def units_needed(
    margin: float,
    proportion: float,
    *,
    benefit: float = 0.0,
    share: float = 0.5,
    demands: Demands = USUAL,
) -> float:
    """Return the units of both arms that rule the margin out, not rounded.

    The inverse of `power`.

    Raises:
        InvalidRequest: as for `power`, or a harm as large as the margin.

    >>> round(units_needed(0.02, 0.9), 1)
    7064.0
    """
    distance = positive_distance(margin + benefit, benefit)
    spread = _spread(proportion, proportion + benefit, share)
    return ((demands.z_alpha + demands.z_power) * spread / distance) ** 2


def detectable_margin(
    units: float, proportion: float, *, share: float = 0.5, demands: Demands = USUAL
) -> float:
    """Return the smallest margin that so many units rule out where there is no effect.

    Raises:
        InvalidRequest: as for `power`.

    >>> round(detectable_margin(units_needed(0.02, 0.9), 0.9), 6)
    0.02
    """
    check_positive("units", units)
    spread = _spread(proportion, proportion, share)
    return (demands.z_alpha + demands.z_power) * spread / math.sqrt(units)


def _spread(control: float, variant: float, share: float) -> float:
    check_between("proportion", control, 0, 1)
    check_between("proportion of the variant", variant, 0, 1)
    share_product(share)
    return math.sqrt(control * (1 - control) / (1 - share) + variant * (1 - variant) / share)
