"""Log-rank test: how many events it needs, and what it sees with the events it gets.

`hazard_ratio` is variant over control, `share` the variant's share of the units compared.
Events are those of both arms together. Proportional hazards, two-sided tests.
"""

import math
from typing import Protocol

from experiments.design.bounds import check_between, check_positive, refuse
from experiments.design.demands import NORMAL, USUAL, Demands


class EventsNeeded(Protocol):
    """One of the formulas for the events of both arms that show a hazard ratio."""

    def __call__(
        self, hazard_ratio: float, *, share: float = 0.5, demands: Demands = USUAL
    ) -> float:
        """Return the events, not rounded."""
        ...


def schoenfeld_events(
    hazard_ratio: float, *, share: float = 0.5, demands: Demands = USUAL
) -> float:
    """Return the events that the log-rank test needs, not rounded.

    Schoenfeld (1983), Biometrics 39:499: (z_alpha + z_power)^2 / (p (1 - p) log(HR)^2).

    Raises:
        InvalidRequest: a ratio that is not positive or is 1, a share outside of 0 to 1.

    >>> round(schoenfeld_events(0.8), 3)
    630.52
    """
    information = share_product(share) * _log_ratio(hazard_ratio) ** 2
    return (demands.z_alpha + demands.z_power) ** 2 / information


def freedman_events(hazard_ratio: float, *, share: float = 0.5, demands: Demands = USUAL) -> float:
    """Return the events that the log-rank test needs, by Freedman's other approximation.

    Freedman (1982), Stat Med 1:121, with r = share / (1 - share) units in the variant per unit in
    control: (z_alpha + z_power)^2 (1 + r HR)^2 / (r (1 - HR)^2). A little larger than
    Schoenfeld's at equal arms.

    Raises:
        InvalidRequest: as for `schoenfeld_events`.

    >>> round(freedman_events(0.8), 3)
    635.759
    """
    _log_ratio(hazard_ratio)
    share_product(share)
    ratio = share / (1 - share)
    spread = (1 + ratio * hazard_ratio) ** 2 / (ratio * (1 - hazard_ratio) ** 2)
    return (demands.z_alpha + demands.z_power) ** 2 * spread


def log_rank_power(
    events: float, hazard_ratio: float, *, share: float = 0.5, alpha: float = 0.05
) -> float:
    """Return the chance that the log-rank test finds a hazard ratio with so many events.

    The inverse of `schoenfeld_events`: only the right direction counts as found.

    Raises:
        InvalidRequest: events or ratio not positive, a share or alpha outside of 0 to 1.

    >>> round(log_rank_power(630.520171180455, 0.8), 6)
    0.8
    """
    check_positive("events", events)
    check_between("alpha", alpha, 0, 1)
    check_positive("hazard_ratio", hazard_ratio)
    drift = math.sqrt(events * share_product(share)) * abs(math.log(hazard_ratio))
    return NORMAL.cdf(drift - NORMAL.inv_cdf(1 - alpha / 2))


def freedman_power(
    events: float, hazard_ratio: float, *, share: float = 0.5, alpha: float = 0.05
) -> float:
    """Return the chance that so many events show a hazard ratio, by Freedman's approximation.

    The inverse of `freedman_events`.

    Raises:
        InvalidRequest: events or ratio not positive, a share or alpha outside of 0 to 1.

    >>> round(freedman_power(635.759258482276, 0.8), 6)
    0.8
    """
    check_positive("events", events)
    check_between("alpha", alpha, 0, 1)
    check_positive("hazard_ratio", hazard_ratio)
    share_product(share)
    ratio = share / (1 - share)
    drift = math.sqrt(events * ratio) * abs(1 - hazard_ratio) / (1 + ratio * hazard_ratio)
    return NORMAL.cdf(drift - NORMAL.inv_cdf(1 - alpha / 2))


def detectable_hazard_ratio(
    events: float, *, share: float = 0.5, demands: Demands = USUAL
) -> float:
    """Return the hazard ratio below 1 that so many events make visible.

    The one above 1 is its reciprocal. The inverse of `schoenfeld_events`.

    Raises:
        InvalidRequest: events not positive, a share outside of 0 to 1.

    >>> round(detectable_hazard_ratio(630.520171180455), 6)
    0.8
    """
    check_positive("events", events)
    z = demands.z_alpha + demands.z_power
    return math.exp(-z / math.sqrt(events * share_product(share)))


def share_product(share: float) -> float:
    """Return share times one minus share: what an unequal split loses.

    Raises:
        InvalidRequest: a share outside of 0 to 1.

    >>> share_product(0.5)
    0.25
    """
    check_between("share", share, 0, 1)
    return share * (1 - share)


def _log_ratio(hazard_ratio: float) -> float:
    check_positive("hazard_ratio", hazard_ratio)
    if hazard_ratio == 1:
        refuse("hazard_ratio", hazard_ratio, "must differ from 1: no size shows no effect")
    return math.log(hazard_ratio)
