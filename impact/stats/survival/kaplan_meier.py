"""The product-limit estimate of survival and its limits.

Kaplan and Meier (1958); variance after Greenwood (1926); limits on the log(-log) scale
(Kalbfleisch and Prentice, The Statistical Analysis of Failure Time Data, section 1.4), which stay
inside [0, 1] and are undefined where the estimate is 0 or 1.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from impact.stats.estimable import NotEstimable
from impact.stats.inference import normal_quantile
from impact.stats.survival.life_table import Floats, LifeTable, life_table


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KaplanMeier:
    """The curve right after each time of its life table.

    `hazard_variance` is Greenwood's sum of d / (n (n - d)), the variance of log S; infinite once
    the curve has reached 0.
    """

    table: LifeTable
    survival: Floats
    hazard_variance: Floats

    @property
    def emptied(self) -> float | None:
        """When all who were at risk had churned and others had yet to enter, None where never."""
        gone = self.table.time[self.survival == 0]
        return float(gone[0]) if gone.size > 1 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SurvivalPoint:
    """Survival at one time. What is undefined is None.

    `at_risk` counts those whose own time is `time` or later.
    """

    time: float
    value: float
    std_error: float | None
    ci_low: float | None
    ci_high: float | None
    at_risk: int


def kaplan_meier(
    time: ArrayLike,
    event: ArrayLike,
    n: ArrayLike | None = None,
    entry: ArrayLike | None = None,
) -> KaplanMeier:
    """Estimate survival from cells of `n` units (one each without it).

    Units with an `entry` are at risk after it only: what comes out is the survival of somebody at
    risk from the first entry on.

    >>> curve = kaplan_meier([1, 2, 3, 4], [1, 0, 1, 0])
    >>> curve.survival.tolist()
    [0.75, 0.75, 0.375, 0.375]
    """
    return survival_curve(life_table(time, event, n, entry))


def survival_curve(table: LifeTable) -> KaplanMeier:
    """Estimate survival from a life table.

    >>> survival_curve(life_table([5, 5], [1, 0])).survival.tolist()
    [0.5]
    """
    shares = (table.at_risk - table.events) / table.at_risk
    survival: Floats = np.cumprod(shares, dtype=np.float64)
    variance: Floats = np.cumsum(greenwood_steps(table))
    return KaplanMeier(table=table, survival=survival, hazard_variance=variance)


def greenwood_steps(table: LifeTable) -> Floats:
    """Return d / (n (n - d)) at each time; infinite where nobody stays.

    >>> greenwood_steps(life_table([1, 2, 2], [1, 1, 1])).round(4).tolist()
    [0.1667, inf]
    """
    staying = table.at_risk - table.events
    steps: Floats = np.full(table.time.size, np.inf)
    np.divide(table.events, table.at_risk * staying, out=steps, where=staying > 0)
    return steps


def survival_at(
    curve: KaplanMeier, time: float, confidence_level: float = 0.95
) -> SurvivalPoint | NotEstimable:
    """Return survival just after `time`, or why it is not known.

    >>> curve = kaplan_meier([1, 2, 3, 4], [1, 0, 1, 0])
    >>> point = survival_at(curve, 3.5)
    >>> point.value, round(point.std_error, 4), point.at_risk
    (0.375, 0.2864, 1)
    >>> survival_at(curve, 5).reason
    'follow-up ends at 4, before 5'
    """
    table = curve.table
    if table.n == 0:
        return NotEstimable("no units")
    place = int(np.searchsorted(table.time, time, side="right")) - 1
    if curve.emptied is not None and time >= curve.emptied:
        return too_early(curve.emptied)
    if time > table.last_time and curve.survival[-1] > 0:
        return NotEstimable(f"follow-up ends at {table.last_time:g}, before {time:g}")
    value = float(curve.survival[place]) if place >= 0 else 1.0
    variance = float(curve.hazard_variance[place]) if place >= 0 else 0.0
    low, high = survival_limits(np.array([value]), np.array([variance]), confidence_level)
    return _point(time, value, variance, float(low[0]), float(high[0]), _at_risk(table, time))


def survival_points(
    curve: KaplanMeier, confidence_level: float = 0.95
) -> tuple[SurvivalPoint, ...]:
    """Return the whole curve: time 0 and every distinct time of the life table.

    >>> [point.value for point in survival_points(kaplan_meier([1, 2], [1, 0]))]
    [1.0, 0.5, 0.5]
    """
    table = curve.table
    before_any = table.n > 0 and table.time[0] > 0
    start = SurvivalPoint(
        time=0.0, value=1.0, std_error=0.0, ci_low=None, ci_high=None, at_risk=_at_risk(table, 0.0)
    )
    low, high = survival_limits(curve.survival, curve.hazard_variance, confidence_level)
    numbers = (table.time, curve.survival, curve.hazard_variance, low, high, table.at_risk)
    points = (_point(*entry) for entry in zip(*(part.tolist() for part in numbers), strict=True))
    return (start, *points) if before_any else tuple(points)


def survival_limits(
    survival: Floats, variance: Floats, confidence_level: float
) -> tuple[Floats, Floats]:
    """Return the log(-log) limits; NaN where they are undefined.

    >>> low, high = survival_limits(np.array([0.375, 1.0]), np.array([7 / 12, 0.0]), 0.95)
    >>> low.round(4).tolist(), high.round(4).tolist()
    ([0.011, nan], [0.808, nan])
    """
    inside = (survival > 0) & (survival < 1)
    level = np.where(inside, survival, np.nan)
    reach = normal_quantile(confidence_level) * np.sqrt(np.where(inside, variance, np.nan))
    stretch = np.exp(reach / -np.log(level))
    return level**stretch, level ** (1 / stretch)


def too_early(emptied: float) -> NotEstimable:
    """Say that the curve fell to 0 before everybody had entered, and means nothing from there on.

    >>> too_early(3.0).reason
    'all who were at risk by 3 had churned before others entered'
    """
    return NotEstimable(f"all who were at risk by {emptied:g} had churned before others entered")


def _point(
    time: float, value: float, variance: float, low: float, high: float, at_risk: float
) -> SurvivalPoint:
    """Return one point of the curve; undefined limits become None."""
    return SurvivalPoint(
        time=time,
        value=value,
        std_error=value * math.sqrt(variance) if value > 0 else None,
        ci_low=None if math.isnan(low) else low,
        ci_high=None if math.isnan(high) else high,
        at_risk=int(at_risk),
    )


def _at_risk(table: LifeTable, time: float) -> int:
    place = int(np.searchsorted(table.time, time, side="left"))
    return int(table.at_risk[place]) if place < table.time.size else 0
