"""Restricted mean survival time: the area under the survival curve up to a horizon.

Royston and Parmar (2013); Uno et al. (2014). The variance sums, over the event times before the
horizon, the squared remaining area times Greenwood's increment d / (n (n - d)).
"""

from dataclasses import dataclass

import numpy as np

from impact.stats.estimable import NotEstimable
from impact.stats.survival.kaplan_meier import KaplanMeier, greenwood_steps, too_early
from impact.stats.survival.life_table import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictedMean:
    """Mean time until the event or the horizon, whichever is first, in the unit of the times."""

    horizon: float
    value: float
    std_error: float

    @property
    def lost(self) -> float:
        """Mean time lost before the horizon."""
        return self.horizon - self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """A comparison; `std_error` is on the log scale for a ratio."""

    value: float
    std_error: float


def restricted_mean(curve: KaplanMeier, horizon: float) -> RestrictedMean | NotEstimable:
    """Return the area under the curve up to the horizon, or why it is not known.

    A curve that has come down to 0 stays there: its area is known at every later horizon.

    >>> from impact.stats.survival.kaplan_meier import kaplan_meier
    >>> mean = restricted_mean(kaplan_meier([1, 2, 3, 4], [1, 0, 1, 0]), 4)
    >>> mean.value, round(mean.std_error, 4), mean.lost
    (2.875, 0.6027, 1.125)
    """
    if curve.table.n == 0:
        return NotEstimable("no units")
    if horizon <= 0:
        return NotEstimable("the horizon is not after the start")
    if curve.emptied is not None and horizon >= curve.emptied:
        return too_early(curve.emptied)
    if horizon > curve.table.last_time and curve.survival[-1] > 0:
        return NotEstimable(
            f"follow-up ends at {curve.table.last_time:g}, before the horizon of {horizon:g}"
        )
    area, remaining = _areas(curve, horizon)
    counted = remaining > 0
    steps = greenwood_steps(curve.table)[: remaining.size]
    variance = float(remaining[counted] ** 2 @ steps[counted])
    return RestrictedMean(horizon=horizon, value=area, std_error=float(np.sqrt(variance)))


def rmst_difference(variant: RestrictedMean, baseline: RestrictedMean) -> Contrast:
    """Return variant minus baseline.

    >>> first = RestrictedMean(horizon=4, value=3.0, std_error=0.3)
    >>> rmst_difference(first, RestrictedMean(horizon=4, value=2.0, std_error=0.4))
    Contrast(value=1.0, std_error=0.5)
    """
    return Contrast(
        value=variant.value - baseline.value,
        std_error=float(np.hypot(variant.std_error, baseline.std_error)),
    )


def rmst_ratio(variant: RestrictedMean, baseline: RestrictedMean) -> Contrast | NotEstimable:
    """Return variant over baseline, its error by the delta method on the log.

    >>> first = RestrictedMean(horizon=4, value=3.0, std_error=0.3)
    >>> rmst_ratio(first, RestrictedMean(horizon=4, value=2.0, std_error=0.4)).value
    1.5
    """
    return _ratio(
        (variant.value, variant.std_error), (baseline.value, baseline.std_error), "time is kept"
    )


def lost_time_ratio(variant: RestrictedMean, baseline: RestrictedMean) -> Contrast | NotEstimable:
    """Return the ratio of the mean times lost, its error by the delta method on the log.

    >>> first = RestrictedMean(horizon=4, value=3.0, std_error=0.3)
    >>> lost_time_ratio(first, RestrictedMean(horizon=4, value=2.0, std_error=0.4)).value
    0.5
    """
    return _ratio(
        (variant.lost, variant.std_error), (baseline.lost, baseline.std_error), "time is lost"
    )


def _areas(curve: KaplanMeier, horizon: float) -> tuple[float, Floats]:
    """Return the whole area and, for each time up to the horizon, the area after it."""
    times = curve.table.time[curve.table.time <= horizon]
    edges = np.concatenate([[0.0], times, [horizon]])
    heights = np.concatenate([[1.0], curve.survival[: times.size]])
    pieces = np.diff(edges) * heights
    return float(pieces.sum()), np.cumsum(pieces[::-1])[::-1][1:]


def _ratio(
    variant: tuple[float, float], baseline: tuple[float, float], what: str
) -> Contrast | NotEstimable:
    (above, above_error), (below, below_error) = variant, baseline
    if above <= 0 or below <= 0:
        return NotEstimable(f"in one arm no {what} before the horizon")
    error = float(np.hypot(above_error / above, below_error / below))
    return Contrast(value=above / below, std_error=error)
