"""How long units could be observed: Kaplan-Meier of the end of observation, for weighting."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ObservationCurve:
    """The chance of being observed for so long, as steps; arrays have one entry per step.

    `ends` are the ascending times at which somebody's observation ended, `hazard` the share of
    those `at_risk` there for whom it did.
    """

    ends: Floats
    at_risk: Floats
    hazard: Floats

    def before(self, times: ArrayLike) -> Floats:
        """Return the left limit at each time: the chance to be observed at least for so long.

        >>> observation_curve([1.0, 2.0], [False, True], [1, 3]).before([1.0, 2.0]).tolist()
        [1.0, 0.75]
        """
        left = np.concatenate([[1.0], np.cumprod(1 - self.hazard)])
        return left[np.searchsorted(self.ends, np.asarray(times, dtype=np.float64), side="left")]


def observation_curve(time: ArrayLike, complete: ArrayLike, n: ArrayLike) -> ObservationCurve:
    """Return the curve from cells of `n` units, each seen for `time`; all shapes are (cells,).

    `complete` tells those of whom everything was seen: they left, or reached the horizon. The
    reverse Kaplan-Meier estimate, in which whoever leaves at a time is still at risk there.

    >>> curve = observation_curve([1.0, 1.0, 2.0], [False, True, True], [1, 1, 2])
    >>> curve.ends.tolist(), curve.at_risk.tolist(), curve.hazard.tolist()
    ([1.0], [4.0], [0.25])
    """
    seen, counts = np.asarray(time, dtype=np.float64), np.asarray(n, dtype=np.float64)
    ended = ~np.asarray(complete, dtype=np.bool_)
    times, place = np.unique(seen, return_inverse=True)
    leaving = np.bincount(place, weights=counts, minlength=len(times))
    ends = np.bincount(place, weights=counts * ended, minlength=len(times))
    at_risk = leaving[::-1].cumsum()[::-1]
    kept = ends > 0
    return ObservationCurve(
        ends=times[kept], at_risk=at_risk[kept], hazard=ends[kept] / at_risk[kept]
    )
