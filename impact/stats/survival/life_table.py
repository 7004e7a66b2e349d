"""Who was at risk, who churned and who was censored, at each distinct time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LifeTable:
    """One entry per distinct time, ascending; counts are of units.

    At risk just before a time are all who entered before it and whose own time is that or later:
    on the same day events come before censorings.
    """

    time: Floats
    at_risk: Floats
    events: Floats
    censored: Floats

    @property
    def n(self) -> int:
        """Units that were ever at risk."""
        return int((self.events + self.censored).sum())

    @property
    def n_events(self) -> int:
        """Events over the whole follow-up."""
        return int(self.events.sum())

    @property
    def last_time(self) -> float:
        """End of follow-up: the latest time, of an event or of a censoring."""
        return float(self.time[-1]) if self.time.size else 0.0


def life_table(
    time: ArrayLike,
    event: ArrayLike,
    n: ArrayLike | None = None,
    entry: ArrayLike | None = None,
) -> LifeTable:
    """Count cells of `n` units (one each without it) by their time; `event` is 1 or 0.

    A unit with an `entry` is at risk at t when entry < t <= time; without one, from the start.

    >>> table = life_table([1, 2, 2, 3], [1, 1, 0, 0], [1, 2, 1, 4])
    >>> table.at_risk.tolist(), table.events.tolist(), table.censored.tolist()
    ([8.0, 7.0, 4.0], [1.0, 2.0, 0.0], [0.0, 1.0, 4.0])
    >>> life_table([1, 2, 3], [1, 1, 1], entry=[-1, 1, 0]).at_risk.tolist()
    [2.0, 2.0, 1.0]
    """
    days = np.asarray(time, dtype=np.float64)
    counts = np.ones(days.size) if n is None else np.asarray(n, dtype=np.float64)
    kept = counts > 0 if entry is None else (counts > 0) & (np.asarray(entry) < days)
    distinct, place = np.unique(days[kept], return_inverse=True)
    churned = counts[kept] * (np.asarray(event)[kept] == 1)
    leaving: Floats = np.bincount(place, weights=counts[kept]).astype(np.float64)
    events: Floats = np.bincount(place, weights=churned).astype(np.float64)
    at_risk: Floats = np.cumsum(leaving[::-1])[::-1]
    if entry is not None:
        at_risk = at_risk - still_outside(distinct, np.asarray(entry)[kept], counts[kept])
    return LifeTable(time=distinct, at_risk=at_risk, events=events, censored=leaving - events)


def still_outside(times: Floats, entry: ArrayLike, n: Floats) -> Floats:
    """Return how many have not entered yet just before each of the ascending times.

    >>> still_outside(np.array([1.0, 2.0]), [-1, 1, 5], np.array([4.0, 2.0, 1.0])).tolist()
    [3.0, 1.0]
    """
    entered = np.searchsorted(times, np.asarray(entry, dtype=np.float64), side="right")
    outside = np.bincount(entered, weights=n, minlength=times.size + 1).astype(np.float64)
    waiting: Floats = np.cumsum(outside[::-1])[::-1][1:]
    return waiting
