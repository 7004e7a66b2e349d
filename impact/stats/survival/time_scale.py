"""On which scale of time a change of the hazards is looked for.

The scales are those of Grambsch and Therneau (1994): the time itself, its logarithm, the share
that has churned before it (one minus the Kaplan-Meier curve of everybody), or its rank among the
times of all units.
"""

from enum import StrEnum

import numpy as np

from impact.stats.estimable import NotEstimable
from impact.stats.survival.cox_sample import CoxSample, RiskSets
from impact.stats.survival.life_table import Floats


class TimeScale(StrEnum):
    """What a coefficient is taken to change with."""

    IDENTITY = "identity"
    LOG = "log"
    KAPLAN_MEIER = "km"
    RANK = "rank"


def scaled_times(sample: CoxSample, scale: TimeScale) -> Floats | NotEstimable:
    """Return g(t) for each grid point; all strata share one scale.

    >>> sample = CoxSample(time=[2, 4, 4, 8], event=[1, 1, 0, 1], design=[[0]] * 4, terms=("x",))
    >>> for scale in (TimeScale.KAPLAN_MEIER, TimeScale.RANK):
    ...     scaled_times(sample, scale).tolist()
    [0.0, 0.25, 0.5]
    [1.0, 2.5, 4.0]
    """
    sets = sample.risk_sets
    time = np.asarray(sample.time, dtype=np.float64)[sets.kept]
    match scale:
        case TimeScale.IDENTITY:
            return sets.time
        case TimeScale.LOG:
            return _logarithms(sets.time)
        case TimeScale.KAPLAN_MEIER:
            return _churned_before(time, sample, sets)
        case TimeScale.RANK:
            below = _below(time, sets.n, sets.time)
            above = _below(-time, sets.n, -sets.time)
            ranks: Floats = (below + sets.n.sum() - above + 1) / 2
            return ranks


def _logarithms(time: Floats) -> Floats | NotEstimable:
    if time.min() <= 0:
        return NotEstimable("an event at time 0 has no logarithm of time")
    return np.log(time)


def _churned_before(time: Floats, sample: CoxSample, sets: RiskSets) -> Floats:
    """Return 1 - S(t-) of the product-limit curve of all units, delayed entries allowed for."""
    distinct = np.unique(sets.time)
    at_risk = sets.n.sum() - _below(time, sets.n, distinct)
    if sample.entry is not None:
        entry = np.asarray(sample.entry, dtype=np.float64)[sets.kept]
        at_risk -= sets.n.sum() - _below(entry, sets.n, distinct)
    deaths = np.bincount(np.searchsorted(distinct, sets.time), weights=sets.deaths)
    survival = np.concatenate([[1.0], np.cumprod(1 - deaths / at_risk)])
    before: Floats = survival[np.searchsorted(distinct, sets.time)]
    return 1 - before


def _below(values: Floats, n: Floats, at: Floats) -> Floats:
    """Count the units whose value is below each of `at`."""
    order = np.argsort(values)
    total = np.concatenate([[0.0], np.cumsum(n[order])])
    counted: Floats = total[np.searchsorted(values[order], at)]
    return counted
