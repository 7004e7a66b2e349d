"""The time at which half have left, with limits that the curve's own limits give."""

from dataclasses import dataclass

import numpy as np

from impact.stats.estimable import NotEstimable
from impact.stats.survival.kaplan_meier import KaplanMeier, survival_limits, too_early
from impact.stats.survival.life_table import Floats

TIE_TOLERANCE = float(np.sqrt(np.finfo(np.float64).eps))


@dataclass(frozen=True, slots=True, kw_only=True)
class Median:
    """The time at which survival crosses one half; a limit that is never crossed is None."""

    value: float
    ci_low: float | None
    ci_high: float | None


def median_survival(curve: KaplanMeier, confidence_level: float = 0.95) -> Median | NotEstimable:
    """Return the median with the limits at which the curve's own limits cross one half.

    Where the curve lies at exactly one half over an interval, the middle of that interval
    (Brookmeyer and Crowley 1982 for the limits).

    >>> from impact.stats.survival.kaplan_meier import kaplan_meier
    >>> median_survival(kaplan_meier([1, 2, 3, 4], [1, 1, 1, 1])).value
    2.5
    >>> median_survival(kaplan_meier([1, 2, 3], [1, 0, 0])).reason
    'survival does not fall to one half within follow-up'
    """
    if curve.emptied is not None:
        return too_early(curve.emptied)
    value = _crossing(curve, curve.survival)
    if value is None:
        return NotEstimable("survival does not fall to one half within follow-up")
    low, high = survival_limits(curve.survival, curve.hazard_variance, confidence_level)
    return Median(value=value, ci_low=_crossing(curve, low), ci_high=_crossing(curve, high))


def _crossing(curve: KaplanMeier, level: Floats) -> float | None:
    """Return where a falling line crosses one half, as R's quantile of a survfit does."""
    end, times = curve.table.last_time, curve.table.time
    reached = times[level <= 0.5 + TIE_TOLERANCE]
    passed = times[level <= 0.5 - TIE_TOLERANCE]
    if reached.size and passed.size:
        return float(reached[0] + passed[0]) / 2
    if reached.size and not np.isnan(level[-1]):
        return float(reached[0] + end) / 2
    return None
