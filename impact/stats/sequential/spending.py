"""How much of the error rate may be spent by a share of the planned information.

Lan and DeMets (1983, "Discrete sequential boundaries for clinical trials"). Two-sided: `alpha` is
the whole error rate, half of it for either direction.
"""

import math
from collections.abc import Callable
from enum import StrEnum

from scipy import special


class Spending(StrEnum):
    """The type of a spending function."""

    OBRIEN_FLEMING = "obrien_fleming"
    POCOCK = "pocock"


def obrien_fleming(fraction: float, alpha: float) -> float:
    """Return what is spent by an information fraction: hardly anything early.

    4 - 4 Phi(z / sqrt(fraction)) with z the 1 - alpha/4 quantile. `fraction` lies in (0, 1].

    >>> round(obrien_fleming(0.2, 0.05), 9), round(obrien_fleming(1.0, 0.05), 9)
    (1.078e-06, 0.05)
    """
    z = -float(special.ndtri(alpha / 4))
    return 4 * float(special.ndtr(-z / math.sqrt(fraction)))


def pocock(fraction: float, alpha: float) -> float:
    """Return what is spent by an information fraction: early looks cost nearly as much as late.

    alpha log(1 + (e - 1) fraction). `fraction` lies in (0, 1].

    >>> round(pocock(0.5, 0.05), 9), pocock(1.0, 0.05)
    (0.031005725, 0.05)
    """
    return min(alpha * math.log1p((math.e - 1) * fraction), alpha)


FUNCTIONS: dict[Spending, Callable[[float, float], float]] = {
    Spending.OBRIEN_FLEMING: obrien_fleming,
    Spending.POCOCK: pocock,
}


def spent(spending: Spending, fraction: float, alpha: float) -> float:
    """Return what a spending function has spent by an information fraction; all of it from 1 on.

    >>> spent(Spending.POCOCK, 1.3, 0.05)
    0.05
    """
    return alpha if fraction >= 1 else FUNCTIONS[spending](fraction, alpha)
