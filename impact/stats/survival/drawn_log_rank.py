"""The log-rank test of whole clusters by their draw: what other draws of the arms would have shown.

Events less those expected of everybody, O - E, do not depend on who was in which arm. Their sums
over the clusters of each arm, sum (O - E)^2 / E, are compared with those of the other draws: valid
for any number of clusters, however alike their units are (Fisher 1935; for times to an event Gail
et al. 1996, Statistics in Medicine 15:1069).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from impact.stats.clusters.randomisation import SAMPLED, drawn_arms
from impact.stats.estimable import NotEstimable
from impact.stats.survival.cox_likelihood import exposure, risk_sums
from impact.stats.survival.cox_sample import CoxSample, RiskSets
from impact.stats.survival.cox_ties import Ties, tied_events
from impact.stats.survival.life_table import Floats

TIES = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnTest:
    """The share of `draws` whose statistic is as large as that of the true one."""

    statistic: float
    p_value: float
    draws: int


def drawn_log_rank(
    sample: CoxSample,
    *,
    cluster: ArrayLike,
    arm: ArrayLike,
    level: float,
    rng: np.random.Generator,
) -> DrawnTest | NotEstimable:
    """Test that all arms have one hazard. Every cluster of cells must lie in one `arm`.

    The sample's design plays no part. Refused where so few draws were possible that no result could
    be significant at 1 - `level`.

    >>> team = np.repeat(np.arange(8), 2)
    >>> sample = CoxSample(time=np.arange(1, 17), event=np.ones(16), design=np.zeros((16, 0)),
    ...                    terms=())
    >>> drawn_log_rank(sample, cluster=team, arm=team // 4, level=0.95,
    ...                rng=np.random.default_rng(1)).p_value.__round__(4)
    0.0286
    """
    sets = sample.risk_sets
    if not sets.events.any():
        return NotEstimable("no events")
    _, first, place = np.unique(
        np.asarray(cluster)[sets.kept], return_index=True, return_inverse=True
    )
    _, arms = np.unique(np.asarray(arm)[sets.kept][first], return_inverse=True)
    draws = _drawn(arms, rng)
    if isinstance(draws, NotEstimable):
        return draws
    if len(draws) * (1 - level) < 1:
        return NotEstimable(f"{len(draws)} draws of the arms are possible: too few for a test")
    expected = sets.n * exposure(sets, sets.deaths / _at_risk(sets))
    by_cluster = np.bincount(place, weights=expected).astype(np.float64)
    surplus = np.bincount(place, weights=sets.events - expected).astype(np.float64)
    others = _statistics(draws, surplus, by_cluster)
    observed = float(_statistics(arms[None, :], surplus, by_cluster)[0])
    reached = others >= observed * (1 - TIES)
    return DrawnTest(statistic=observed, p_value=float(reached.mean()), draws=len(draws))


def _at_risk(sets: RiskSets) -> Floats:
    """Return how many are at risk at each event time."""
    nobody_differs = np.zeros(sets.design.shape[1])
    sums = risk_sums(sets, tied_events(sets.deaths, Ties.BRESLOW), nobody_differs)
    return np.asarray(sets.deaths / sums.efron[0])


def _drawn(arms: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.intp] | NotEstimable:
    """Return draws of the arms (draws, clusters), the true one among them."""
    if arms.max(initial=0) == 0:
        return NotEstimable("no cluster in one of the arms")
    if arms.max() > 1:
        others = rng.permuted(np.tile(arms, (SAMPLED, 1)), axis=1)
        return np.concatenate([arms[None, :], others])
    draws = drawn_arms(arms == 1, rng=rng)
    return draws if isinstance(draws, NotEstimable) else draws.astype(np.intp)


def _statistics(draws: NDArray[np.intp], surplus: Floats, expected: Floats) -> Floats:
    total = np.zeros(len(draws))
    for place in range(int(draws.max()) + 1):
        inside = draws == place
        awaited = inside @ expected
        total += np.divide(
            (inside @ surplus) ** 2, awaited, out=np.zeros(len(draws)), where=awaited > 0
        )
    return total
