"""From contacts in windows of time, each in one arm, to the sums of the windows."""

import numpy as np
from numpy.typing import NDArray

from impact.analysis.sufficient import ClusterCounts, WindowCounts
from impact.simulation.trials.outcomes import Booleans, Integers, Slots, Texts, Values
from impact.stats.switchback.carry_over import UNKNOWN, preceding

EMPTY = -1  # the arm of a window without contacts


def windows_of(values: Values, slots: Slots, arms: Integers, variants: Texts) -> WindowCounts:
    """Add up a metric's numbers by window, of the contacts after its burn-in.

    >>> slots = Slots(of_unit=np.array([0, 0, 1]), settled=np.array([False, True, True]),
    ...     day=np.zeros(2, dtype=int), block=np.zeros(2, dtype=int), began=np.array([0.0, 60]))
    >>> seconds = np.array([[90.0], [30], [40]])
    >>> values = Values(names=("y",), numbers=seconds, counts=np.full(3, True))
    >>> found = windows_of(values, slots, np.array([0, 0, 1]), np.array(["a", "b"]))
    >>> found.counts.variant.tolist(), found.counts.sums.tolist(), found.before.tolist()
    (['a', 'b'], [[30.0], [40.0]], ['', 'a'])
    """
    of_window = _arms_of_windows(slots, arms)
    kept = values.complete & slots.settled
    place = slots.of_unit[kept]
    names = tuple(name for name in ("y", "d") if name in values.names)
    n = np.bincount(place, minlength=len(slots.day))
    sums = [np.bincount(place, values.column(name)[kept], len(slots.day)) for name in names]
    seen = np.flatnonzero(n)
    counts = ClusterCounts(
        names=names,
        cluster=seen,
        variant=variants[of_window[seen]],
        n=n[seen].astype(np.int64),
        sums=np.column_stack(sums)[seen].astype(np.float64),
    )
    before = _variants_before(slots, of_window, variants)
    return WindowCounts(
        counts=counts, day=slots.day[seen], block=slots.block[seen], before=before[seen]
    )


def treated_before(slots: Slots, arms: Integers, treated: Booleans) -> tuple[Booleans, Booleans]:
    """Return per contact whether its window follows another at once, and if that was treated.

    `treated` says which arms are, by their places.

    >>> slots = Slots(of_unit=np.array([0, 1, 1, 2]), settled=np.ones(4, dtype=bool),
    ...     day=np.zeros(3, dtype=int), block=np.zeros(3, dtype=int), began=np.array([0.0, 60, 90]))
    >>> known, treated = treated_before(slots, np.array([1, 0, 0, 1]), np.array([False, True]))
    >>> known.tolist(), treated.tolist()
    ([False, True, True, True], [False, True, True, False])
    """
    of_window = _arms_of_windows(slots, arms)
    places = np.arange(len(treated)).astype(np.str_)
    before = _variants_before(slots, of_window, places)
    known = before != UNKNOWN
    codes = np.where(known, before, "0").astype(np.int64)
    return known[slots.of_unit], (known & treated[codes])[slots.of_unit]


def _arms_of_windows(slots: Slots, arms: Integers) -> Integers:
    """Return the arm of every window: that of its contacts."""
    found = np.full(len(slots.day), EMPTY, dtype=np.int64)
    found[slots.of_unit] = arms
    return found


def _variants_before(slots: Slots, of_window: Integers, variants: Texts) -> NDArray[np.str_]:
    """Return the variant of the window before each, "" where it is unknown."""
    seen = np.flatnonzero(of_window != EMPTY)
    labels = np.full(len(of_window), UNKNOWN, dtype=variants.dtype)
    labels[seen] = preceding(slots.began[seen], slots.day[seen], variants[of_window[seen]])
    return labels
