"""Curves of few clusters: what a cluster's sum of influence would vary by, were no units alike.

With Y at risk, Y_g of them of the cluster, d events and k what one unit of hazard at u does to the
estimate (S(t) for survival, the area left before the horizon for the restricted mean):

    own  = sum over u of k^2 Y_g / Y d / (Y (Y - d))
    lost = k Y_g / Y at each u, times the root of d / (Y (Y - d)): the curve itself
    whole = sum over u of k Y_g / Y d / Y

(see `few_clusters`). Units of all clusters together give Greenwood's variance.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from impact.stats.survival.few_clusters import (
    ClusterError,
    Spread,
    at_risk_by_cluster,
    cluster_error,
)
from impact.stats.survival.influence import area_after
from impact.stats.survival.kaplan_meier import KaplanMeier, greenwood_steps
from impact.stats.survival.life_table import Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """The cells of one curve: what each unit moves the answer by, and when it was at risk.

    `effect` is what a unit of hazard at each time of the curve's table does to the answer.
    """

    curve: KaplanMeier
    moved: Floats
    effect: Floats
    time: Floats
    entry: Floats | None
    n: ArrayLike
    cluster: NDArray[np.int64]


def effect_on_survival(curve: KaplanMeier, horizon: float) -> Floats:
    """Return what hazard at each time takes from survival at the horizon.

    >>> from impact.stats.survival.kaplan_meier import kaplan_meier
    >>> effect_on_survival(kaplan_meier([1, 2, 3, 4], [1, 0, 1, 0]), 2).tolist()
    [0.75, 0.75, 0.0, 0.0]
    """
    within = curve.table.time <= horizon
    reached = float(curve.survival[within][-1]) if within.any() else 1.0
    return np.where(within, reached, 0.0)


def effect_on_mean(curve: KaplanMeier, horizon: float) -> Floats:
    """Return what hazard at each time takes from the mean restricted to the horizon.

    >>> from impact.stats.survival.kaplan_meier import kaplan_meier
    >>> effect_on_mean(kaplan_meier([1, 2, 3, 4], [1, 0, 1, 0]), 4).tolist()
    [1.875, 1.125, 0.375, 0.0]
    """
    return np.where(curve.table.time <= horizon, area_after(curve, horizon), 0.0)


def curve_cluster_error(parts: Sequence[Part]) -> ClusterError:
    """Return the CR2 error of a sum of estimates from the curves of several arms.

    A cluster with units in several arms counts once. `moved` and `effect` bear the sign and the
    scale that an arm has in the sum.

    >>> from impact.stats.survival.influence import influence
    >>> from impact.stats.survival.kaplan_meier import kaplan_meier
    >>> time, event = np.array([1.0, 2, 2, 2]), [1, 0, 0, 0]
    >>> curve = kaplan_meier(time, event)
    >>> moved, effect = influence(curve, time, event, 1).survival, effect_on_survival(curve, 1)
    >>> part = Part(curve=curve, moved=moved, effect=effect, time=time, entry=None, n=np.ones(4),
    ...             cluster=np.arange(4))
    >>> found = curve_cluster_error([part])
    >>> round(found.std_error, 6), round(found.df, 6)  # of a share: the root of 3/4 * 1/4 / (4 - 1)
    (0.25, 3.0)
    """
    labels, place = np.unique(np.concatenate([part.cluster for part in parts]), return_inverse=True)
    moved = np.concatenate([part.moved * np.asarray(part.n) for part in parts])
    pieces = np.split(place, np.cumsum([part.cluster.size for part in parts])[:-1])
    spreads = [_spread(part, own, labels.size) for part, own in zip(parts, pieces, strict=True)]
    are_whole = sum(np.unique(own).size for own in pieces) == labels.size
    moves = [spread.whole for spread in spreads if are_whole and spread.whole is not None]
    together = Spread(
        own=np.sum([spread.own for spread in spreads], axis=0),
        lost=np.hstack([spread.lost for spread in spreads]),
        whole=np.sum(moves, axis=0) if moves else None,
    )
    return cluster_error(np.bincount(place, weights=moved, minlength=labels.size), together)


def _spread(part: Part, place: NDArray[np.intp], clusters: int) -> Spread:
    table = part.curve.table
    last = np.searchsorted(table.time, part.time, side="right")
    first = np.zeros_like(last)
    if part.entry is not None:
        first = np.searchsorted(table.time, part.entry, side="right")
    n = np.asarray(part.n, dtype=np.float64)
    at_risk = at_risk_by_cluster(n, place, (first, last), (clusters, table.time.size))
    steps = greenwood_steps(table)
    size = part.effect * np.sqrt(np.where(np.isfinite(steps), steps, 0.0))
    share = at_risk / table.at_risk
    hazard = table.events / table.at_risk
    return Spread(own=share @ size**2, lost=share * size, whole=share @ (part.effect * hazard))
