"""What history says of lifetime revenue: how much until the horizon, and how customers differ."""

import math

import numpy as np

from experiments.design.follow_up import MONTH
from impact.simulation.trials.earning import lifetimes_of
from impact.simulation.trials.outcomes import Payments
from impact.stats.means.observation import observation_curve

FEWEST = 2


def of_payments(paid: Payments) -> dict[str, float]:
    """Return the mean until the horizon, weighted for the end of observation, and churn.

    `variation` is that between customers of what each pays at a time.

    >>> from impact.simulation.trials.outcomes import Times
    >>> times = Times(time=np.array([90, 90]), event=np.array([0, 0]), end=np.array([90, 90]))
    >>> of_payments(Payments(horizon=90, times=times, unit=np.array([0, 1]), day=np.array([10, 10]),
    ...     amount=np.array([30.0, 50.0])))["mean"]
    40.0
    """
    units = len(paid.times.time)
    times = np.bincount(paid.unit)
    each = np.bincount(paid.unit, paid.amount)[times > 0] / times[times > 0]
    found: dict[str, float] = {}
    if len(each) >= FEWEST and each.mean():
        found["variation"] = float(each.std(ddof=1) / abs(each.mean()))
    if units:
        (arm,) = lifetimes_of(paid, np.zeros(units, dtype=np.int64), ("",))
        curve = observation_curve(arm.time, arm.complete, arm.n)
        found["mean"] = float((arm.paid / curve.before(arm.known)).sum()) / units
    if days := float(paid.times.time.sum()):
        found["monthly_churn"] = monthly(int(paid.times.event.sum()), days)
    return found


def monthly(events: int, days: float) -> float:
    """Return the share that churns within 30 days, had every day the same chance.

    >>> round(monthly(3, 900.0), 4)
    0.0952
    """
    return -math.expm1(-MONTH * events / days)
