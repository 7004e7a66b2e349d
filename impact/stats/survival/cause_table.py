"""Who was at risk and who left for which cause, at each distinct time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from impact.stats.survival.life_table import Floats, still_outside

STAYED = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CauseTable:
    """One entry per distinct time, ascending; counts are of units.

    `events` has one column per cause, in the order of `causes`; `n` were ever at risk.
    """

    causes: tuple[str, ...]
    time: Floats
    at_risk: Floats
    events: Floats
    n: int

    @property
    def leaving(self) -> Floats:
        """Events of all causes at each time."""
        total: Floats = self.events.sum(axis=1)
        return total

    @property
    def last_time(self) -> float:
        """End of follow-up: the latest time, of an event or of a censoring."""
        return float(self.time[-1]) if self.time.size else 0.0

    def events_of(self, cause: str) -> Floats:
        """Return the events of one cause at each time; none where it never happened."""
        if cause not in self.causes:
            return np.zeros(self.time.size)
        column: Floats = self.events[:, self.causes.index(cause)]
        return column


def cause_table(
    time: ArrayLike,
    cause: ArrayLike,
    n: ArrayLike | None = None,
    entry: ArrayLike | None = None,
) -> CauseTable:
    """Count cells of `n` units (one each without it) by time; `cause` is "" for who stayed.

    A unit with an `entry` is at risk at t when entry < t <= time; without one, from the start.

    >>> table = cause_table([1, 2, 2, 3], ["left", "", "moved", "left"], [2, 1, 1, 1])
    >>> table.causes, table.at_risk.tolist()
    (('left', 'moved'), [5.0, 3.0, 1.0])
    >>> table.events.tolist()
    [[2.0, 0.0], [0.0, 1.0], [1.0, 0.0]]
    """
    days, labels = np.asarray(time, dtype=np.float64), np.asarray(cause, dtype=np.str_)
    counts = np.ones(days.size) if n is None else np.asarray(n, dtype=np.float64)
    kept = counts > 0 if entry is None else (counts > 0) & (np.asarray(entry) < days)
    distinct, place = np.unique(days[kept], return_inverse=True)
    causes = tuple(str(name) for name in np.unique(labels[kept]) if name != STAYED)
    leaving = np.zeros(distinct.size)
    np.add.at(leaving, place, counts[kept])
    events = np.zeros((distinct.size, len(causes)))
    for column, name in enumerate(causes):
        own = counts[kept] * (labels[kept] == name)
        np.add.at(events[:, column], place, own)
    at_risk: Floats = np.cumsum(leaving[::-1])[::-1]
    if entry is not None:
        at_risk = at_risk - still_outside(distinct, np.asarray(entry)[kept], counts[kept])
    total = int(counts[kept].sum())
    return CauseTable(causes=causes, time=distinct, at_risk=at_risk, events=events, n=total)
