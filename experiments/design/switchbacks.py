"""Switchbacks: a whole queue alternates between variants, so that everybody waits under one.

Windows come in pairs of the same weekday and hour, one in each variant, drawn by lot. A pair is
one observation: the difference between its windows. Minutes are minutes, sizes are pairs.
"""

import math
from dataclasses import dataclass

from experiments.design.bounds import check_between, check_fewest, check_positive, refuse
from experiments.design.clusters import cluster_deviation
from experiments.design.demands import USUAL, Demands
from experiments.design.roots import crossing
from experiments.design.student import noncentral_t_below, t_quantile

FEWEST = 2.0  # pairs: one tells nothing of its spread
HOUR = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """How the time is cut: windows of so many minutes, of which the first `burn_in` do not count.

    `settling` is the time constant with which a queue forgets the variant before: about the
    handle time and the wait together, and half as much again where the queue is often full.

    >>> Windows(minutes=120, burn_in=15, settling=10.7).counted
    105
    """

    minutes: float
    burn_in: float = 0.0
    settling: float = 0.0

    def __post_init__(self) -> None:
        check_positive("minutes", self.minutes)
        check_fewest("burn_in", self.burn_in, 0)
        check_fewest("settling", self.settling, 0)
        if self.burn_in >= self.minutes:
            refuse("burn_in", self.burn_in, f"must be below the window of {self.minutes:g} minutes")

    @property
    def counted(self) -> float:
        """The minutes of a window whose contacts count."""
        return self.minutes - self.burn_in


def share_seen(windows: Windows) -> float:
    """Return the share of the effect of a roll-out that the difference of windows shows.

    The variant before is the other one in half of the windows, and what it did fades as
    exp(-t / settling): one minus its mean over the minutes that count. In a simulated queue of
    300 calls an hour and 34 agents windows of 30 minutes showed 66 %, with a burn-in of 15
    minutes 86 %; two hours showed 91 % and 98 %.

    >>> plain, burnt = Windows(minutes=30, settling=10.7), Windows(minutes=30, burn_in=15,
    ...                                                            settling=10.7)
    >>> round(share_seen(plain), 2), round(share_seen(burnt), 2)
    (0.66, 0.87)
    """
    if windows.settling == 0:
        return 1.0
    start, end = (math.exp(-t / windows.settling) for t in (windows.burn_in, windows.minutes))
    return 1 - windows.settling * (start - end) / windows.counted


def pair_deviation(
    deviation: float,
    windows: Windows,
    contacts_per_hour: float,
    icc: float,
    *,
    variation: float = 0.0,
    correlation: float = 0.0,
) -> float:
    """Return the standard deviation of the difference within a pair, of one between contacts.

    A window is a cluster of its contacts (Eldridge, Ashby and Kerry 2006, Int J Epidemiol
    35:1292), `variation` the coefficient of variation of how many it has, `correlation` that of
    the two windows of a pair, which their weekday and hour have in common.

    Raises:
        InvalidRequest: fewer than one contact in a window, or a number out of its range.

    >>> round(pair_deviation(200, Windows(minutes=120, burn_in=15), 40, 0.05, correlation=0.5), 3)
    50.427
    """
    check_positive("contacts_per_hour", contacts_per_hour)
    check_between("correlation", correlation, -1, 1)
    contacts = contacts_per_hour * windows.counted / HOUR
    of_window = cluster_deviation(deviation, contacts, icc, variation=variation)
    return of_window * math.sqrt(2 * (1 - correlation))


def power(pairs: float, difference: float, deviation: float, *, alpha: float = 0.05) -> float:
    """Return the chance that the paired t-test of so many pairs finds the difference.

    `deviation` is that of `pair_deviation`, `difference` what windows show of the effect
    (`share_seen`). Noncentral t with both tails, as R's `power.t.test(type = "paired")`.

    Raises:
        InvalidRequest: fewer than two pairs, a deviation that is not positive.

    >>> round(power(34, 10, 20), 4)
    0.8078
    """
    check_fewest("pairs", pairs, FEWEST)
    check_positive("deviation", deviation)
    check_between("alpha", alpha, 0, 1)
    shift = abs(difference) / deviation * math.sqrt(pairs)
    limit = t_quantile(1 - alpha / 2, pairs - 1)
    below = noncentral_t_below(limit, pairs - 1, shift)
    return 1 - below + noncentral_t_below(-limit, pairs - 1, shift)


def pairs_needed(difference: float, deviation: float, *, demands: Demands = USUAL) -> float:
    """Return the pairs of windows that show the difference, not rounded.

    Raises:
        InvalidRequest: no difference, or a deviation that is not positive.

    >>> round(pairs_needed(10, 20), 3)
    33.367
    """
    if difference == 0:
        refuse("difference", difference, "must differ from 0: no size shows no effect")
    check_positive("deviation", deviation)

    def found(pairs: float) -> float:
        return power(pairs, difference, deviation, alpha=demands.alpha)

    high = FEWEST + ((demands.z_alpha + demands.z_power) * deviation / difference) ** 2
    while found(high) < demands.power:
        high *= 2
    return (
        FEWEST if found(FEWEST) >= demands.power else crossing(found, demands.power, FEWEST, high)
    )


def detectable_difference(pairs: float, deviation: float, *, demands: Demands = USUAL) -> float:
    """Return the smallest difference that so many pairs show: the inverse of `power`.

    >>> round(detectable_difference(33.3672, 20), 3)
    10.0
    """

    def found(difference: float) -> float:
        return power(pairs, difference, deviation, alpha=demands.alpha)

    high = deviation / math.sqrt(pairs)
    while found(high) < demands.power:
        high *= 2
    return crossing(found, demands.power, 0.0, high)


def days_needed(pairs: float, windows: Windows, open_hours: float) -> int:
    """Return the days that so many pairs take, at so many hours of service a day.

    >>> days_needed(33.4, Windows(minutes=120), open_hours=12)
    12
    """
    check_between("open_hours", open_hours, 0, 24 + 1e-9)
    a_day = math.floor(open_hours * HOUR / windows.minutes)
    if a_day == 0:
        refuse("minutes", windows.minutes, f"must fit into {open_hours:g} hours of service")
    return math.ceil(2 * math.ceil(pairs) / a_day)
