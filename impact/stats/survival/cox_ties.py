"""Tied events in Cox's likelihood, at a cost that does not grow with their number.

Efron (1977) lets d tied events leave one after another: the l-th of them, l = 0 .. d - 1, faces
the risk set less the fraction f = l / d of those who churn with it. With integer counts d is the
number of *units*, not of rows, so that cells give what the rows behind them give. Breslow's
approximation is the same sum with the fraction 0.

With S0 the weight of those at risk, D0 of those who churn and den = S0 - f D0, the likelihood needs
sum log den and

    a1 = sum 1/den, a2 = sum f/den, a3 = sum 1/den^2, a4 = sum f/den^2, a5 = sum f^2/den^2

over l. Where a day has many events these are sums of a smooth function over an even grid: Gauss'
rule for the discrete uniform distribution replaces the grid by a dozen weighted points, exact for
polynomials up to degree 23, and here to rounding while D0 is at most half of S0. Its nodes are the
eigenvalues of a tridiagonal matrix (Golub and Welsch 1969) made from the recurrence of the discrete
Chebyshev polynomials. Where more than half of the weight churns at once, events are taken one by
one.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from impact.stats.survival.life_table import Floats

EfronSums = tuple[Floats, Floats, Floats, Floats, Floats]  # a1 .. a5 by grid point
NODES = 12
MANY = 2 * NODES  # events of a day above which its grid is replaced
SMOOTH = 0.5  # share of the weight at risk up to which the rule is exact to rounding


class Ties(StrEnum):
    """How events on the same day are treated."""

    EFRON = "efron"
    BRESLOW = "breslow"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tied:
    """Points at which the sums over tied events are evaluated; `starts` opens grid points.

    `place` is a point's grid point, `fraction` its f, and `weight` how many events it stands for.
    `deaths` are the events by grid point; `condensed` marks those that Gauss' rule stands for.
    """

    place: NDArray[np.intp]
    fraction: Floats
    weight: Floats
    starts: NDArray[np.intp]
    deaths: Floats
    condensed: NDArray[np.bool_]


def tied_events(deaths: Floats, ties: Ties) -> Tied:
    """Return the points for days with so many events, each at least one.

    >>> tied_events(np.array([2.0, 1.0]), Ties.EFRON).fraction.tolist()
    [0.0, 0.5, 0.0]
    >>> rule = tied_events(np.array([1000.0]), Ties.EFRON)
    >>> rule.fraction.size, round(float(rule.weight @ rule.fraction), 9)  # 0 + ... + 999 / 1000
    (12, 499.5)
    """
    if ties is Ties.BRESLOW:
        return _points(deaths, np.zeros(deaths.shape, dtype=np.bool_), at_once=True)
    return _points(deaths, deaths > MANY)


def efron_sums(tied: Tied, s0: Floats, d0: Floats) -> tuple[EfronSums, float]:
    """Return a1 .. a5 by grid point and the sum of the logarithms of all denominators.

    `s0` and `d0`, of shape (grid,), are the weights of those at risk and of those who churn.

    >>> (a1, *_), _ = efron_sums(tied_events(np.array([2.0]), Ties.EFRON), np.array([4.0]),
    ...                          np.array([2.0]))
    >>> round(float(a1[0]), 6)  # 1/4 + 1/3
    0.583333
    """
    if (d0 > SMOOTH * s0)[tied.condensed].any():
        tied = _points(tied.deaths, np.zeros_like(tied.condensed))
    denominator = s0[tied.place] - tied.fraction * d0[tied.place]
    inverse = tied.weight / denominator
    scaled = tied.fraction * inverse
    share = 1 / denominator
    terms = (inverse, scaled, inverse * share, scaled * share, tied.fraction * scaled * share)
    a1, a2, a3, a4, a5 = (np.add.reduceat(term, tied.starts) for term in terms)
    return (a1, a2, a3, a4, a5), float(tied.weight @ np.log(denominator))


def _points(deaths: Floats, condensed: NDArray[np.bool_], *, at_once: bool = False) -> Tied:
    """Return one point per event, a dozen where condensed, or one for all events at once."""
    size = np.where(condensed, NODES, 1 if at_once else deaths).astype(np.intp)
    starts = np.cumsum(size) - size
    place = np.repeat(np.arange(size.size), size)
    order = np.arange(place.size) - starts[place]
    fraction = np.zeros(place.size) if at_once else order / deaths[place]
    weight = deaths[place] if at_once else np.ones(place.size)
    inside = condensed[place]
    if condensed.any():
        nodes, weights = zip(*map(gauss_rule, deaths[condensed].tolist()), strict=True)
        fraction[inside], weight[inside] = np.concatenate(nodes), np.concatenate(weights)
    return Tied(
        place=place,
        fraction=fraction,
        weight=weight,
        starts=starts,
        deaths=deaths,
        condensed=condensed,
    )


@lru_cache(maxsize=8192)  # of 200 bytes: models of the same days ask for the same sizes
def gauss_rule(d: float) -> tuple[Floats, Floats]:
    """Return 12 nodes and their weights for sums over l / d with l = 0 .. d - 1.

    `d` is at least 12. The recurrence is that of the discrete Chebyshev polynomials (Gautschi 2004,
    section 1.5), scaled by 1 / d.

    >>> nodes, weights = gauss_rule(100.0)
    >>> round(float(weights @ nodes**5), 8), sum((l / 100) ** 5 for l in range(100))
    (16.17083325, 16.17083325)
    """
    k = np.arange(1, NODES)
    beside = k / 2 * np.sqrt((1 - (k / d) ** 2) / (4 * k**2 - 1))
    matrix = np.zeros((NODES, NODES))
    matrix[k, k - 1] = beside  # the lower triangle is all that is read
    nodes, vectors = np.linalg.eigh(matrix)
    return nodes + (d - 1) / (2 * d), d * vectors[0] ** 2
