"""What one unit adds to a curve: errors of survival and restricted means for units that are alike.

The infinitesimal jackknife (Jaeckel 1972; for clustered survival data Williams 1995, Biometrics
51:1529): the derivative of the estimate by a unit's weight. With Y at risk and d events at u, a
unit moves log S(t) by

    - [1 / (Y - d) if it churns by t] + sum over u <= t, while at risk, of d / (Y (Y - d))

The squares of all units add up to Greenwood's variance exactly. Units of a cluster are added before
they are squared. All units of a cell move the curve alike, so that counts give what rows give.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from impact.stats.survival.kaplan_meier import KaplanMeier
from impact.stats.survival.life_table import Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Influence:
    """How much one unit of each cell moves survival, and the restricted mean, at a horizon."""

    survival: Floats
    restricted_mean: Floats


def influence(
    curve: KaplanMeier,
    time: ArrayLike,
    event: ArrayLike,
    horizon: float,
    entry: ArrayLike | None = None,
) -> Influence:
    """Return what each cell's units add to the curve that was estimated from these cells.

    `horizon` must lie within follow-up.

    >>> from impact.stats.survival.kaplan_meier import kaplan_meier
    >>> time, event = [1, 2, 3, 4], [1, 0, 1, 0]
    >>> moved = influence(kaplan_meier(time, event), time, event, 4)
    >>> error = float(np.sqrt((moved.survival**2).sum()))
    >>> round(error, 4), round(float(np.sqrt((moved.restricted_mean**2).sum())), 4)
    (0.2864, 0.6027)
    """
    days, churned = np.asarray(time, dtype=np.float64), np.asarray(event) == 1
    table = curve.table
    within = table.time <= horizon
    staying = np.where(within, table.at_risk - table.events, 0.0)
    jump = np.divide(1.0, staying, out=np.zeros(staying.size), where=staying > 0)
    drift = table.events * jump / table.at_risk
    area = area_after(curve, horizon)
    last = np.searchsorted(table.time, days, side="right")
    first = np.zeros_like(last)
    if entry is not None:
        first = np.searchsorted(table.time, np.asarray(entry), side="right")
    run = _Run(first=np.minimum(first, last), last=last, churned=churned)
    at_horizon = float(curve.survival[within][-1]) if within.any() else 1.0
    return Influence(
        survival=at_horizon * _moved(jump, drift, run),
        restricted_mean=_moved(jump * area, drift * area, run),
    )


def clustered_error(parts: Sequence[tuple[Floats, ArrayLike, ArrayLike]]) -> float:
    """Return the error of a sum of estimates from (influence, n, cluster) of the cells of each.

    A cluster with units in several parts, such as a team that served both arms, counts once.

    >>> round(clustered_error([(np.array([0.3, -0.3]), [1, 1], [7, 7])]), 4)
    0.0
    >>> clustered_error([(np.array([3.0]), [1], [7]), (np.array([-4.0]), [1], [8])])
    5.0
    """
    moved = np.concatenate([np.asarray(values) * np.asarray(n) for values, n, _ in parts])
    labels = np.concatenate([np.asarray(cluster) for *_, cluster in parts])
    _, place = np.unique(labels, return_inverse=True)
    return float(np.sqrt((np.bincount(place, weights=moved) ** 2).sum()))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Run:
    """From which place to which of the table each cell is at risk, and whether it ends by churn."""

    first: NDArray[np.intp]
    last: NDArray[np.intp]
    churned: NDArray[np.bool_]


def _moved(jump: Floats, drift: Floats, run: _Run) -> Floats:
    total = np.concatenate([[0.0], np.cumsum(drift)])
    at_event = np.concatenate([[0.0], jump])[run.last]
    moved: Floats = total[run.last] - total[run.first] - np.where(run.churned, at_event, 0.0)
    return moved


def area_after(curve: KaplanMeier, horizon: float) -> Floats:
    """Return the area under the curve from each time of its table to the horizon, 0 beyond it.

    >>> from impact.stats.survival.kaplan_meier import kaplan_meier
    >>> area_after(kaplan_meier([1, 2, 3, 4], [1, 0, 1, 0]), 3.5).tolist()
    [1.6875, 0.9375, 0.1875, 0.0]
    """
    times = np.minimum(curve.table.time, horizon)
    pieces = np.diff(np.append(times, horizon)) * curve.survival
    return np.cumsum(pieces[::-1])[::-1]
