"""What a Cox model is fitted to: cells of identical units, and the risk sets they form."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from impact.stats.survival.life_table import Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class CoxSample:
    """Cells of `n` identical units (one each without it), one row of `design` per cell.

    `design` has shape (cells, terms). `stratum` labels groups with baseline hazards of their own.
    A unit with an `entry` is at risk at t when entry < t <= time; without one, from the start.
    """

    time: ArrayLike
    event: ArrayLike
    design: ArrayLike
    terms: tuple[str, ...]
    n: ArrayLike | None = None
    stratum: ArrayLike | None = None
    entry: ArrayLike | None = None

    @cached_property
    def risk_sets(self) -> "RiskSets":
        """The sample laid out, once for all that is computed of it.

        Cells of no units, or never at risk, are left aside.

        >>> sets = CoxSample(time=[3, 5, 5], event=[1, 1, 0], design=[[0], [1], [1]],
        ...                  terms=("arm",), n=[2, 1, 4]).risk_sets
        >>> sets.deaths.tolist(), sets.last.tolist()
        ([2.0, 1.0], [1, 2, 2])
        """
        return _laid_out(self)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RiskSets:
    """The sample laid out for the likelihood: a grid of (stratum, time) pairs with events.

    A cell is at risk at the grid points `first <= g < last`. `starts` are the grid points at which
    a stratum begins. `leaving`, `churning` and `entering` are sparse (grid, cells) counts: of units
    by their last grid point, of events, and of units by the last grid point before their entry.
    `time` is that of each grid point; `kept` marks the sample's cells that are here.
    `design` is centred and scaled to unit deviation; `scale` undoes it. `moments` is a column of
    ones beside it.
    """

    design: Floats
    moments: Floats
    scale: Floats
    n: Floats
    events: Floats
    time: Floats
    kept: NDArray[np.bool_]
    first: NDArray[np.intp]
    last: NDArray[np.intp]
    starts: NDArray[np.intp]
    leaving: sparse.csr_array
    churning: sparse.csr_array
    entering: sparse.csr_array | None

    @property
    def deaths(self) -> Floats:
        """Events at each grid point."""
        counts: Floats = np.asarray(self.churning.sum(axis=1), dtype=np.float64).ravel()
        return counts


def _laid_out(sample: CoxSample) -> RiskSets:
    time = np.asarray(sample.time, dtype=np.float64)
    n = np.ones(time.size) if sample.n is None else np.asarray(sample.n, dtype=np.float64)
    kept = n > 0 if sample.entry is None else (n > 0) & (np.asarray(sample.entry) < time)
    columns = np.asarray(sample.design, dtype=np.float64).reshape(time.size, len(sample.terms))
    n, design = n[kept], columns[kept]
    event = np.asarray(sample.event)[kept] == 1
    distinct, code = np.unique(time[kept], return_inverse=True)
    key, opening, at_entry = _keys(sample, distinct, code, kept)
    grid = np.unique(key[event])
    last = np.searchsorted(grid, key, side="right")
    first = np.searchsorted(grid, at_entry, side="left")
    opened = np.searchsorted(grid, opening, side="left")
    centred, scale = _standardised(design, n)
    return RiskSets(
        design=centred,
        moments=np.column_stack([np.ones(n.size), centred]),
        scale=scale,
        n=n,
        events=n * event,
        time=distinct[grid % max(distinct.size, 1)],
        kept=kept,
        first=first,
        last=last,
        starts=np.unique(opened),
        leaving=_counts(last - 1, n * (last > first), grid.size),
        churning=_counts(last - 1, n * event, grid.size),
        entering=(
            None
            if sample.entry is None
            else _counts(first - 1, n * ((first > opened) & (last > first)), grid.size)
        ),
    )


def _keys(
    sample: CoxSample, distinct: Floats, code: NDArray[np.intp], kept: NDArray[np.bool_]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Number (stratum, time) pairs in order: of exit, of the stratum's opening and of entry."""
    opening = np.zeros(code.size, dtype=np.intp)
    if sample.stratum is not None:
        _, stratum = np.unique(np.asarray(sample.stratum)[kept], return_inverse=True)
        opening = stratum * distinct.size
    if sample.entry is None:
        return opening + code, opening, opening
    entry = np.asarray(sample.entry, dtype=np.float64)[kept]
    return opening + code, opening, opening + np.searchsorted(distinct, entry, side="right")


def _counts(place: NDArray[np.intp], n: Floats, size: int) -> sparse.csr_array:
    """Return the sparse (grid, cells) table with `n` of each cell at its place."""
    cells = np.flatnonzero(n > 0)
    return sparse.csr_array((n[cells], (place[cells], cells)), shape=(size, n.size))


def _standardised(design: Floats, n: Floats) -> tuple[Floats, Floats]:
    """Centre and scale by the weighted deviation: the likelihood knows no origin and no unit."""
    total = max(float(n.sum()), 1.0)
    centred = design - (n @ design) / total
    scale = np.sqrt((n @ centred**2) / total)
    scale[scale == 0] = 1.0
    return centred / scale, scale
