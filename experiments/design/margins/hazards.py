"""Harm to a time to churn: by the events of the log-rank test, one-sided."""

import math

from experiments.design.bounds import check_between, check_positive, refuse
from experiments.design.demands import NORMAL, USUAL, Demands
from experiments.design.log_rank import share_product
from experiments.design.margins.distance import positive_distance


def power(
    events: float,
    margin: float,
    *,
    hazard_ratio: float = 1.0,
    share: float = 0.5,
    alpha: float = 0.05,
) -> float:
    """Return the chance that so many events rule out a hazard ratio of the margin or more.

    Schoenfeld (1983), Biometrics 39:499, against log(margin) in place of 0.

    Raises:
        InvalidRequest: a margin that is not above 1, events or ratio not positive, a share or alpha
            outside of 0 to 1.

    >>> round(power(3456.12, 1.1), 3)
    0.8
    """
    check_positive("events", events)
    check_between("alpha", alpha, 0, 1)
    drift = math.sqrt(events * share_product(share)) * _log_distance(margin, hazard_ratio)
    return NORMAL.cdf(drift - NORMAL.inv_cdf(1 - alpha / 2))


def events_needed(
    margin: float,
    *,
    hazard_ratio: float = 1.0,
    share: float = 0.5,
    demands: Demands = USUAL,
) -> float:
    """Return the events of both arms that rule the margin out, not rounded.

    The inverse of `power`.

    Raises:
        InvalidRequest: as for `power`, or a ratio as large as the margin.

    >>> round(events_needed(1.1), 1)
    3456.1
    """
    distance = positive_distance(_log_distance(margin, hazard_ratio), hazard_ratio)
    return ((demands.z_alpha + demands.z_power) / distance) ** 2 / share_product(share)


def detectable_margin(events: float, *, share: float = 0.5, demands: Demands = USUAL) -> float:
    """Return the smallest hazard ratio that so many events rule out where there is no effect.

    Raises:
        InvalidRequest: events not positive, a share outside of 0 to 1.

    >>> round(detectable_margin(3456.12), 4)
    1.1
    """
    check_positive("events", events)
    z = demands.z_alpha + demands.z_power
    return math.exp(z / math.sqrt(events * share_product(share)))


def _log_distance(margin: float, hazard_ratio: float) -> float:
    check_positive("margin", margin)
    if margin <= 1:
        refuse("margin", margin, "must be above 1: it is the harm that is still acceptable")
    check_positive("hazard_ratio", hazard_ratio)
    return math.log(margin / hazard_ratio)
