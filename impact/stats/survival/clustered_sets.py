"""Risk sets of Cox's model by cluster: what score residuals would vary by, were no units alike.

With x less its mean over those at risk, m, and the cluster's sums over its units at risk of the
relative hazard e, a cluster's score residual in a direction l varies by

    own  = sum over its units of e (l'x - l'm)^2 dL       dL = d / S0 at each event time
    lost = Q / S0 at each time, Q = sum of e (l'x - l'm)  times the root of d: the hazard
           W' V^(1/2), W = sum of e (x - m) (l'x - l'm) dL: the coefficients
    whole = sum over time of Q dL

(see `few_clusters`). Ties are taken as Breslow's here: the correction is a factor near 1.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from impact.stats.survival.cox_likelihood import exposure, risk_sums
from impact.stats.survival.cox_sample import RiskSets
from impact.stats.survival.cox_ties import Ties, tied_events
from impact.stats.survival.few_clusters import Spread, at_risk_by_cluster
from impact.stats.survival.life_table import Floats

SAME = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClusteredSets:
    """The cells of risk sets by cluster, and what these would vary by at some coefficients."""

    sets: RiskSets
    size: int
    place: NDArray[np.intp]

    def summed(self, values: Floats) -> Floats:
        """Add up a value of each unit by cluster: (cells, k) to (clusters, k)."""
        total = np.zeros((self.size, values.shape[1]))
        np.add.at(total, self.place, values * self.sets.n[:, None])
        return total

    def spread(self, coefficients: Floats, direction: Floats, covariance: Floats) -> Spread:
        """Return the spread of score residuals in a direction, in the units of the design."""
        relative, jumps, means = self._hazard(coefficients)
        x = self.sets.design * self.sets.scale
        along, mean = x @ direction, means @ direction
        once, first, second = (exposure(self.sets, jumps * mean**power) for power in range(3))
        squares = relative * (along**2 * once - 2 * along * first + second)
        run = (self.sets.first, self.sets.last)
        deaths = self.sets.deaths
        shape = (self.size, deaths.size)
        weight = relative * self.sets.n
        tilted = at_risk_by_cluster(weight * along, self.place, run, shape)
        tilted -= mean * at_risk_by_cluster(weight, self.place, run, shape)
        by_hazard = tilted * jumps / np.sqrt(deaths)
        by_terms = self.shares(coefficients, direction) @ np.linalg.cholesky(covariance)
        return Spread(
            own=self.summed(squares[:, None])[:, 0],
            lost=np.hstack([by_hazard, by_terms]),
            whole=tilted @ jumps if self._are_whole(along) else None,
        )

    def _are_whole(self, along: Floats) -> bool:
        """Is this the same for all units of a cluster?"""
        low, high = np.full(self.size, np.inf), np.full(self.size, -np.inf)
        np.minimum.at(low, self.place, along)
        np.maximum.at(high, self.place, along)
        return bool((high - low <= SAME * np.abs(along).max(initial=0.0)).all())

    def shares(self, coefficients: Floats, direction: Floats) -> Floats:
        """Return each cluster's part of the information times a direction: (clusters, terms)."""
        relative, jumps, means = self._hazard(coefficients)
        x = self.sets.design * self.sets.scale
        along, mean = x @ direction, means @ direction
        once, first = exposure(self.sets, jumps), exposure(self.sets, jumps * mean)
        tilted = exposure(self.sets, jumps[:, None] * means)
        both = exposure(self.sets, (jumps * mean)[:, None] * means)
        own = x * (along * once - first)[:, None] - along[:, None] * tilted + both
        return self.summed(relative[:, None] * own)

    def _hazard(self, coefficients: Floats) -> tuple[Floats, Floats, Floats]:
        """Return relative hazards of cells, d / S0 and the mean of x at each event time."""
        sums = risk_sums(
            self.sets,
            tied_events(self.sets.deaths, Ties.BRESLOW),
            coefficients * self.sets.scale,
        )
        jumps = sums.efron[0]
        at_risk = self.sets.deaths / jumps
        return sums.relative, jumps, sums.s1 / at_risk[:, None] * self.sets.scale


def clustered_sets(sets: RiskSets, cluster: ArrayLike) -> ClusteredSets:
    """Say which cluster each cell of the risk sets belongs to.

    >>> from impact.stats.survival.cox_sample import CoxSample
    >>> sets = CoxSample(time=[3, 5, 5], event=[1, 1, 0], design=[[0], [1], [1]], terms=("arm",),
    ...                  n=[2, 1, 4]).risk_sets
    >>> clustered_sets(sets, ["north", "south", "north"]).summed(np.ones((3, 1))).ravel().tolist()
    [6.0, 1.0]
    """
    labels, place = np.unique(np.asarray(cluster)[sets.kept], return_inverse=True)
    return ClusteredSets(sets=sets, size=labels.size, place=place)
