"""Who is alike: groups of units, and what each group's level does to the numbers of its units.

A group's level is standard normal. What it does has the intracluster correlation that is asked
for: the share of the variance that lies between groups.
"""

from dataclasses import dataclass

import numpy as np
from scipy import special

from impact.simulation.trials.drawing.scenario import Law
from impact.simulation.trials.outcomes import Floats, Integers

SURELY = 1 - 1e-12  # the largest chance to leave: of 1 the hazard would have no end


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Alike:
    """Units by group: `of_unit` (units,) has the place of each one's group in `levels`."""

    of_unit: Integers
    levels: Floats

    def factors(self, variance: float, law: Law) -> Floats:
        """Return per unit what its number is multiplied by: of mean 1, the same in a group.

        >>> two = Alike(of_unit=np.array([0, 0, 1]), levels=np.array([0.0, 1.0]))
        >>> two.factors(0.04, Law.NORMAL).tolist()
        [1.0, 1.0, 1.2]
        """
        if law is Law.NORMAL:
            each = 1 + np.sqrt(variance) * self.levels
        else:
            sigma = np.sqrt(np.log1p(variance))
            each = np.exp(sigma * self.levels - sigma**2 / 2)
        return np.asarray(each[self.of_unit])

    def shares(self, mean: float, icc: float) -> Floats:
        """Return per unit the chance of its group: beta, of that mean, whose draws have the icc.

        >>> none = Alike(of_unit=np.array([0, 1]), levels=np.array([-1.0, 1.0]))
        >>> none.shares(0.3, 0.0).tolist()
        [0.3, 0.3]
        """
        if not icc:
            return np.full(len(self.of_unit), mean)
        ranks = special.ndtr(self.levels)
        if icc == 1:
            return (ranks < mean).astype(np.float64)[self.of_unit]
        pairs = (1 - icc) / icc
        each = special.betaincinv(mean * pairs, (1 - mean) * pairs, ranks)
        return np.asarray(each[self.of_unit])

    def frailties(self, leaving: float, icc: float) -> Floats:
        """Return per unit what its group's hazard is multiplied by.

        `leaving` is the share that leaves by the end: whether a unit is among them has the icc.
        """
        share = np.minimum(self.shares(leaving, icc), SURELY)
        return np.asarray(np.log1p(-share) / np.log1p(-leaving))


def clustered(units: int, size: float, size_variation: float, rng: np.random.Generator) -> Alike:
    """Put units into clusters of a mean size, at least two of them, and draw their levels.

    Sizes follow a gamma law with the coefficient of variation; 0 makes them equal.

    >>> found = clustered(10, 5, 0.0, np.random.default_rng(1))
    >>> found.of_unit.tolist(), len(found.levels)
    ([0, 0, 0, 0, 0, 1, 1, 1, 1, 1], 2)
    """
    count = max(round(units / size), 2)
    sizes = np.diff(np.rint(units * _cumulated(count, size_variation, rng)), prepend=0)
    of_unit = np.repeat(np.arange(count), sizes.astype(np.int64))
    return Alike(of_unit=of_unit, levels=rng.normal(size=count))


def sizes_of(count: int, mean: float, variation: float, rng: np.random.Generator) -> Integers:
    """Return how many contacts each of so many groups has: one at least, `mean` on average.

    >>> sizes_of(4, 5.0, 0.0, np.random.default_rng(1))
    array([5, 5, 5, 5])
    >>> int(sizes_of(1000, 0.5, 1.0, np.random.default_rng(1)).min())
    1
    """
    each = rng.gamma(1 / variation**2, variation**2, count) if variation else np.ones(count)
    return np.asarray(np.maximum(np.rint(mean * each), 1), dtype=np.int64)


def _cumulated(count: int, variation: float, rng: np.random.Generator) -> Floats:
    shares = rng.gamma(1 / variation**2, 1.0, count) if variation else np.ones(count)
    return np.asarray(shares.cumsum() / shares.sum())
