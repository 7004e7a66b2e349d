"""The limit of a hazard ratio when one of two arms has no events.

The partial likelihood then has no maximum: it rises towards a ratio of 0, or without bound. Divided
by what it rises to it is, at each ratio, the chance that every event falls in the other arm, given
who was at risk when it happened: an exact p-value against that ratio or a less extreme one. The
limit is where that chance is half of the error rate, as Clopper and Pearson (1934) do for a share
of 0. The inverse of the chance is a martingale from 1 on until an event falls in this arm, so that
the limit misses no more often than that rate, whatever the follow-up (Ville 1939). The chi-square
limit of the profile likelihood would miss up to 15 times in a hundred here.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from impact.stats.estimable import NotEstimable
from impact.stats.survival.cox_likelihood import likelihood
from impact.stats.survival.cox_sample import CoxSample
from impact.stats.survival.cox_ties import Ties, tied_events

FARTHEST = 40.0  # log hazard ratio: beyond lies no limit that says anything
ENDLESS = 600.0  # stands for a ratio of 0, within the range of double precision
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class OneLimit:
    """A hazard ratio without a value: at most `high`, or at least `low`.

    `p_value` is the two-sided one against a ratio of 1: twice that of the side on which it lies.
    """

    low: float | None
    high: float | None
    p_value: float


def one_limit(sample: CoxSample, *, level: float) -> OneLimit | NotEstimable:
    """Return the limit of the ratio of units with 1 to those with 0, one of which has no events.

    `sample` has one column of zeros and ones. `level` is that of a two-sided interval.

    >>> sample = CoxSample(time=[1, 2, 3, 9, 9, 9], event=[1, 1, 1, 0, 0, 0],
    ...                    design=[[0], [0], [0], [1], [1], [1]], terms=("arm",))
    >>> found = one_limit(sample, level=0.95)  # by chance: 3/6 * 2/5 * 1/4 = 1/20
    >>> found.low, round(found.high, 2), round(found.p_value, 9)
    (None, 1.42, 0.1)
    """
    sets = sample.risk_sets
    with_events = np.unique(sets.design[sets.events > 0])
    if with_events.size != 1:
        return NotEstimable("both arms have events" if with_events.size else "no events")
    tied = tied_events(sets.deaths, Ties.EFRON)
    sign = -1.0 if with_events[0] == sets.design.min() else 1.0

    def value(log_ratio: float) -> float:
        return likelihood(sets, tied, np.array([log_ratio]) * sets.scale).value

    highest, wanted = value(sign * ENDLESS), math.log((1 - level) / 2)
    if value(0.0) - highest > -ROUNDING:
        return NotEstimable("no event happened while both arms were at risk")

    def beyond(log_ratio: float) -> float:
        return value(log_ratio) - highest - wanted

    if beyond(-sign * FARTHEST) > 0:
        return NotEstimable("too few events for a limit")
    limit = math.exp(brentq(beyond, -FARTHEST, FARTHEST))
    p_value = min(1.0, 2 * math.exp(value(0.0) - highest))
    above, below = (None, limit) if sign < 0 else (limit, None)
    return OneLimit(low=above, high=below, p_value=p_value)
