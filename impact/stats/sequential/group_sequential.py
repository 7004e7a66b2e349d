"""Group-sequential bounds: how far a statistic must be out at each of a few looks.

The standardised statistics of the looks are jointly normal with independent increments on the
scale of information, so that the density of the score among experiments that still run is carried
from look to look by one convolution (Armitage, McPherson and Rowe 1969; Jennison and Turnbull
2000, chapter 19), here with Gauss and Legendre's nodes.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import scipy
from numpy.typing import NDArray
from scipy import special

from impact.stats.sequential.spending import Spending, spent

Floats = NDArray[np.float64]

FARTHEST = 9.0  # standard errors: beyond lies less than 1e-18
NODES_PER_STEP = 5  # nodes within one standard deviation of the increment
ROUNDED, MOST = 32, 1600  # numbers of nodes are multiples, so that few sets of them are needed
LEAST_SPENT = 1e-13  # less than the integration can tell from nothing


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Running:
    """The density of the score among experiments that crossed no bound yet, at nodes."""

    information: float
    score: Floats
    weighted: Floats  # density times the weight of the node

    def crossing(self, information: float, bound: float) -> float:
        """Return the probability of being beyond plus or minus `bound` at the next look."""
        step = math.sqrt(information - self.information)
        limit = bound * math.sqrt(information)
        outside = special.ndtr((self.score - limit) / step) + special.ndtr(
            (-limit - self.score) / step
        )
        return float(self.weighted @ outside)

    def after(self, information: float, bound: float) -> "_Running":
        """Return what is still running after the next look."""
        step = math.sqrt(information - self.information)
        limit = min(bound, FARTHEST) * math.sqrt(information)
        nodes, weights = _nodes(math.ceil(2 * limit / step * NODES_PER_STEP / ROUNDED))
        score = limit * nodes
        apart = (score[:, None] - self.score[None, :]) / step
        density = np.exp(-0.5 * apart**2) @ self.weighted / (step * math.sqrt(2 * math.pi))
        return _Running(information=information, score=score, weighted=density * weights * limit)


def crossing_probabilities(
    information: Sequence[float], bounds: Sequence[float]
) -> tuple[float, ...]:
    """Return the probability, without an effect, of first crossing a two-sided bound at each look.

    `information` ascends strictly, on any scale; `bounds` are in standard errors.

    >>> found = crossing_probabilities([1, 2, 3, 4, 5], [2.4132] * 5)
    >>> round(sum(found), 4)
    0.05
    """
    running, found = _start(), []
    for level, bound in zip(information, bounds, strict=True):
        found.append(running.crossing(level, bound))
        running = running.after(level, bound)
    return tuple(found)


def bounds(
    information: Sequence[float],
    *,
    planned: float,
    alpha: float,
    spending: Spending,
    final: bool = False,
) -> tuple[float, ...]:
    """Return the two-sided bound of every look so far, in standard errors.

    `information` is that of the looks, strictly ascending, and `planned` that of the planned end.
    With `final` the last look is the planned end, which spends what is left whatever information
    it has. A look at which nothing is left to spend has an infinite bound.

    >>> [round(z, 4) for z in bounds([1, 2, 3, 4, 5], planned=5, alpha=0.05,
    ...     spending=Spending.OBRIEN_FLEMING)]
    [4.8769, 3.357, 2.6803, 2.2898, 2.031]
    """
    running, found, before = _start(), [], 0.0
    for place, level in enumerate(information):
        last = final and place == len(information) - 1
        now = alpha if last else spent(spending, level / planned, alpha)
        bound = _bound(running, level, now - before)
        running, before = running.after(level, bound), now
        found.append(bound)
    return tuple(found)


def repeated_p_value(
    statistic: float,
    information: Sequence[float],
    *,
    planned: float,
    spending: Spending,
    final: bool = False,
) -> float:
    """Return the p-value of the last look: the smallest error rate whose bound is reached.

    Valid whatever was seen at the looks before (Jennison and Turnbull 1989).

    >>> looks = [1.0, 2.0, 3.0, 4.0, 5.0]
    >>> p = repeated_p_value(2.0310320, looks, planned=5, spending=Spending.OBRIEN_FLEMING)
    >>> round(p, 6)
    0.05
    """

    def short_of(log_alpha: float) -> float:
        reached = bounds(
            information, planned=planned, alpha=math.exp(log_alpha), spending=spending, final=final
        )
        return min(reached[-1], 2 * FARTHEST) - abs(statistic)

    highest, lowest = math.log(0.999), math.log(LEAST_SPENT)
    if short_of(highest) > 0:
        return 1.0
    if short_of(lowest) < 0:
        return LEAST_SPENT
    return math.exp(float(scipy.optimize.brentq(short_of, lowest, highest, xtol=1e-8)))


@lru_cache(maxsize=64)
def _nodes(rounded: int) -> tuple[Floats, Floats]:
    nodes, weights = np.polynomial.legendre.leggauss(min(max(rounded, 1) * ROUNDED, MOST))
    return nodes, weights


def _start() -> _Running:
    return _Running(information=0.0, score=np.zeros(1), weighted=np.ones(1))


def _bound(running: _Running, information: float, spend: float) -> float:
    if spend < LEAST_SPENT or running.crossing(information, FARTHEST) > spend:
        return math.inf

    def excess(bound: float) -> float:
        return running.crossing(information, bound) - spend

    return float(scipy.optimize.brentq(excess, 0.0, FARTHEST, xtol=1e-12))
