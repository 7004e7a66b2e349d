"""Payments per customer and interval, one row each, made into a sample of lifetime revenue."""

import numpy as np
from numpy.typing import ArrayLike

from impact.stats.means.lifetime_revenue import LifetimeSample
from impact.stats.means.observation import Floats, observation_curve


def partitioned(
    time: ArrayLike, event: ArrayLike, revenue: ArrayLike, ends: ArrayLike
) -> LifetimeSample:
    """Return a sample of one cell per customer.

    `time` and `event` (1 churned) have shape (n,), `revenue` shape (n, k): what each paid in each
    of k intervals, which end at the ascending `ends`, the last at the horizon. A customer's
    interval counts when all of it was seen: it ended, or the customer had churned.

    >>> partitioned([2, 1], [0, 1], [[5.0, 5.0], [3.0, 0.0]], [1, 2]).paid.tolist()
    [8.0, 5.0]
    """
    limits: Floats = np.asarray(ends, dtype=np.float64)
    paid: Floats = np.asarray(revenue, dtype=np.float64)
    horizon = float(limits[-1])
    seen = np.minimum(np.asarray(time, dtype=np.float64), horizon)
    complete = np.asarray(event, dtype=np.bool_) | (seen >= horizon)
    curve = observation_curve(seen, complete, np.ones(len(seen)))
    known = np.minimum(seen[:, np.newaxis], limits)
    counted = (complete[:, np.newaxis] | (seen[:, np.newaxis] >= limits)) * paid
    times, place = np.unique(known, return_inverse=True)
    return LifetimeSample(
        horizon=horizon,
        time=seen,
        complete=complete,
        n=np.ones(len(seen)),
        earned=(counted / curve.before(known)).sum(axis=1),
        squares=np.zeros(len(seen)),
        known=times,
        paid=np.asarray(np.bincount(place.ravel(), weights=counted.ravel()), dtype=np.float64),
    )
