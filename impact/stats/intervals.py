"""Follow-up cut into intervals, so that each can be looked at by itself."""

from math import ceil

import numpy as np
from numpy.typing import ArrayLike, NDArray

from impact.stats.survival.life_table import Floats


def event_cuts(
    time: ArrayLike, event: ArrayLike, n: ArrayLike | None = None, *, intervals: int = 3
) -> tuple[float, ...]:
    """Return the times that cut follow-up into intervals with about as many events each.

    From cells of `n` units (one each without it). Tied events stay together: heavy ties give
    fewer cuts than asked for, events at one time none.

    >>> event_cuts([1, 2, 3, 4, 5, 6, 9], [1, 1, 1, 1, 1, 1, 0])
    (2.0, 4.0)
    >>> event_cuts([1, 1, 2], [1, 1, 1], [1, 5, 1])
    (1.0,)
    """
    days = np.asarray(time, dtype=np.float64)
    counts = np.ones(days.size) if n is None else np.asarray(n, dtype=np.float64)
    churned = (np.asarray(event) == 1) & (counts > 0)
    distinct, place = np.unique(days[churned], return_inverse=True)
    reached = np.cumsum(np.bincount(place, weights=counts[churned], minlength=distinct.size))
    if not distinct.size:
        return ()
    wanted = [ceil(reached[-1] * share / intervals) for share in range(1, intervals)]
    cuts = distinct[np.searchsorted(reached, wanted)]
    return tuple(sorted({float(cut) for cut in cuts if cut < distinct[-1]}))


def within(
    time: ArrayLike, event: ArrayLike, start: float, end: float
) -> tuple[NDArray[np.bool_], Floats, NDArray[np.bool_]]:
    """Return which units are still there after `start`, and their times and events up to `end`.

    The second and third array hold those that are still there alone. At every time in the
    interval (start, end] the same units are at risk, and the same churn, as without the cut.

    >>> kept, until, churned = within([1, 2, 3], [1, 1, 1], 1, 2)
    >>> kept.tolist(), until.tolist(), churned.tolist()
    ([False, True, True], [2.0, 2.0], [True, False])
    """
    days = np.asarray(time, dtype=np.float64)
    kept = days > start
    churned = (np.asarray(event)[kept] == 1) & (days[kept] <= end)
    return kept, np.minimum(days[kept], end), churned
