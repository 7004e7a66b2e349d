"""Who was at risk, who churned and who was censored, at each distinct time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LifeTable:
    """One entry per distinct time, ascending; counts are of units.

    At risk just before a time are all whose own time is that or later: on the same day events
    come before censorings.
    """

    time: Floats
    at_risk: Floats
    events: Floats
    censored: Floats

    @property
    def n(self) -> int:
        """Units at the start."""
        return int(self.at_risk[0]) if self.time.size else 0

    @property
    def n_events(self) -> int:
        """Events over the whole follow-up."""
        return int(self.events.sum())

    @property
    def last_time(self) -> float:
        """End of follow-up: the latest time, of an event or of a censoring."""
        return float(self.time[-1]) if self.time.size else 0.0


def life_table(time: ArrayLike, event: ArrayLike, n: ArrayLike | None = None) -> LifeTable:
    """Count cells of `n` units (one each without it) by their time; `event` is 1 or 0.

    >>> table = life_table([1, 2, 2, 3], [1, 1, 0, 0], [1, 2, 1, 4])
    >>> table.at_risk.tolist(), table.events.tolist(), table.censored.tolist()
    ([8.0, 7.0, 4.0], [1.0, 2.0, 0.0], [0.0, 1.0, 4.0])
    """
    days = np.asarray(time, dtype=np.float64)
    counts = np.ones(days.size) if n is None else np.asarray(n, dtype=np.float64)
    kept = counts > 0
    distinct, place = np.unique(days[kept], return_inverse=True)
    churned = counts[kept] * (np.asarray(event)[kept] == 1)
    leaving: Floats = np.bincount(place, weights=counts[kept]).astype(np.float64)
    events: Floats = np.bincount(place, weights=churned).astype(np.float64)
    at_risk: Floats = np.cumsum(leaving[::-1])[::-1]
    return LifeTable(time=distinct, at_risk=at_risk, events=events, censored=leaving - events)
