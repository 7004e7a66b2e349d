"""From payments of units in arms to lifetime revenue, weighted for the end of observation."""

import numpy as np

from impact.analysis.sufficient import ArmLifetime
from impact.simulation.trials.outcomes import Booleans, Floats, Integers, Payments
from impact.stats.means.observation import observation_curve

SEEN, COMPLETE, CHURNED = 0, 1, 2  # how a unit's time ended: in sight, at the horizon, by churn


def lifetimes_of(
    paid: Payments, arms: Integers, variants: tuple[str, ...]
) -> tuple[ArmLifetime, ...]:
    """Return the revenue until the horizon of every arm, with weights of its own.

    A payment counts when its day was observed to the end, or its customer churned on it.

    >>> from impact.simulation.trials.outcomes import Times
    >>> times = Times(time=np.array([90, 40]), event=np.array([0, 1]), end=np.array([90, 90]))
    >>> paid = Payments(horizon=90, times=times, unit=np.array([0, 1, 1]),
    ...     day=np.array([10, 10, 60]), amount=np.array([30.0, 50.0, 70.0]))
    >>> (arm,) = lifetimes_of(paid, np.zeros(2, dtype=int), ("a",))
    >>> arm.time.tolist(), arm.churned.tolist(), arm.earned.tolist()
    ([40, 90], [True, False], [50.0, 30.0])
    """
    return tuple(_arm(paid, arms == place, variant) for place, variant in enumerate(variants))


def _arm(paid: Payments, here: Booleans, variant: str) -> ArmLifetime:
    time = np.minimum(paid.times.time, paid.horizon)
    left = paid.times.event == 1
    ending = np.select([left & (time < paid.horizon), left | (time >= paid.horizon)], [2, 1], 0)
    known, amount, unit = _counted(paid, time, ending == CHURNED, here)
    curve = observation_curve(time[here], ending[here] > SEEN, np.ones(int(here.sum())))
    earned = np.bincount(unit, amount / curve.before(known), len(time))
    cells, place, n = np.unique(
        3 * time[here] + ending[here], return_inverse=True, return_counts=True
    )
    means = np.bincount(place, earned[here], len(n)) / n
    squares = np.bincount(place, (earned[here] - means[place]) ** 2, len(n))
    days, sums = _by_day(known, amount)
    return ArmLifetime(
        variant=variant,
        horizon=paid.horizon,
        time=cells // 3,
        complete=cells % 3 >= COMPLETE,
        churned=cells % 3 == CHURNED,
        n=n.astype(np.int64),
        earned=np.asarray(means, dtype=np.float64),
        squares=np.asarray(squares, dtype=np.float64),
        known=days,
        paid=sums,
    )


def _counted(
    paid: Payments, time: Integers, churned: Booleans, here: Booleans
) -> tuple[Integers, Floats, Integers]:
    """Return what counts of an arm: the day at the end of which it is known, how much, whose."""
    last = time[paid.unit]
    counts = (paid.day < last) | (churned[paid.unit] & (paid.day == last))
    kept = counts & here[paid.unit]
    known = np.minimum(paid.day[kept] + 1, last[kept])
    return known, paid.amount[kept], paid.unit[kept]


def _by_day(known: Integers, amount: Floats) -> tuple[Integers, Floats]:
    days, place = np.unique(known, return_inverse=True)
    return days, np.bincount(place, amount, len(days)).astype(np.float64)
