"""The log-rank test for any number of groups, stratified where asked.

Mantel (1966) with the hypergeometric variance. Fleming and Harrington (1991, section 7.2) weight
each time by S(t-)^rho (1 - S(t-))^gamma, S being the pooled curve of the stratum: rho looks at
early differences, gamma at late ones. Weights are fixed before anybody looks.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from impact.stats.estimable import NotEstimable
from impact.stats.survival.life_table import Floats, still_outside

# The covariance of k groups has rank k - 1 at most: a residue this small beside the largest
# eigenvalue is rounding, and would count as one more degree of freedom.
ROUNDING = 1e-10


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """The powers of Fleming and Harrington; both 0 for the log-rank test itself."""

    rho: float = 0.0
    gamma: float = 0.0


UNWEIGHTED = Weights()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LogRank:
    """The test and what it is made of; arrays follow `groups`.

    `covariance` is that of observed minus expected events.
    """

    groups: tuple[str, ...]
    observed: Floats
    expected: Floats
    covariance: Floats
    statistic: float
    df: int
    p_value: float


def log_rank(  # noqa: PLR0913  # one argument per column of the cells
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    n: ArrayLike | None = None,
    *,
    stratum: ArrayLike | None = None,
    weights: Weights = UNWEIGHTED,
    entry: ArrayLike | None = None,
) -> LogRank | NotEstimable:
    """Test whether all groups have one hazard, from cells of `n` units (one each without it).

    A unit with an `entry` is at risk at t when entry < t <= time; without one, from the start.

    >>> test = log_rank([1, 2, 3, 4], [1, 1, 1, 0], ["a", "a", "b", "b"])
    >>> test.observed.tolist(), [round(value, 4) for value in test.expected.tolist()]
    ([2.0, 1.0], [0.8333, 2.1667])
    >>> round(test.statistic, 4), test.df, round(test.p_value, 4)
    (2.8824, 1, 0.0896)
    >>> late = log_rank([1, 2, 3, 4], [1, 1, 1, 0], ["a", "a", "b", "b"], weights=Weights(gamma=1))
    >>> round(late.statistic, 4)
    2.0
    """
    days, labels = np.asarray(time, dtype=np.float64), np.asarray(group)
    counts = np.ones(days.size) if n is None else np.asarray(n, dtype=np.float64)
    kept = counts > 0 if entry is None else (counts > 0) & (np.asarray(entry) < days)
    strata = np.zeros(days.size, dtype=np.int64) if stratum is None else np.asarray(stratum)
    names, codes = np.unique(labels[kept], return_inverse=True)
    cells = _Cells(
        time=days[kept],
        event=np.asarray(event)[kept] == 1,
        group=codes,
        n=counts[kept],
        entry=None if entry is None else np.asarray(entry, dtype=np.float64)[kept],
    )
    parts = [
        _stratum_sums(cells.where(strata[kept] == label), names.size, weights)
        for label in np.unique(strata[kept])
    ]
    return _test(tuple(map(str, names)), parts)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Cells:
    time: Floats
    event: NDArray[np.bool_]
    group: NDArray[np.intp]
    n: Floats
    entry: Floats | None

    def where(self, chosen: NDArray[np.bool_]) -> "_Cells":
        return _Cells(
            time=self.time[chosen],
            event=self.event[chosen],
            group=self.group[chosen],
            n=self.n[chosen],
            entry=None if self.entry is None else self.entry[chosen],
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Sums:
    events: float
    observed: Floats
    expected: Floats
    covariance: Floats


def _stratum_sums(cells: _Cells, n_groups: int, weights: Weights) -> _Sums:
    """Sum observed, expected and covariance over the distinct times of one stratum."""
    distinct, place = np.unique(cells.time, return_inverse=True)
    shape = (distinct.size, n_groups)
    leaving, events = np.zeros(shape), np.zeros(shape)
    np.add.at(leaving, (place, cells.group), cells.n)
    np.add.at(events, (place, cells.group), cells.n * cells.event)
    at_risk = np.cumsum(leaving[::-1], axis=0)[::-1]
    if cells.entry is not None:
        for group in range(n_groups):
            own = cells.group == group
            at_risk[:, group] -= still_outside(distinct, cells.entry[own], cells.n[own])
    total, deaths = at_risk.sum(axis=1), events.sum(axis=1)
    weight = _weights(total, deaths, weights)
    share = at_risk / total[:, None]
    spread = weight**2 * deaths * (total - deaths) / np.maximum(total - 1, 1)
    return _Sums(
        events=float(deaths.sum()),
        observed=weight @ events,
        expected=(weight * deaths) @ share,
        covariance=np.diag(spread @ share) - share.T @ (spread[:, None] * share),
    )


def _weights(total: Floats, deaths: Floats, weights: Weights) -> Floats:
    """Return S(t-)^rho (1 - S(t-))^gamma."""
    survival = np.cumprod(1 - deaths / total)
    before: Floats = np.concatenate([[1.0], survival[:-1]])
    return before**weights.rho * (1 - before) ** weights.gamma


def _test(groups: tuple[str, ...], parts: list[_Sums]) -> LogRank | NotEstimable:
    """Combine strata: the quadratic form of observed minus expected in its rank."""
    if len(set(groups)) <= 1:
        return NotEstimable("fewer than two groups have units")
    observed, expected, covariance = (
        np.sum([part.observed for part in parts], axis=0),
        np.sum([part.expected for part in parts], axis=0),
        np.sum([part.covariance for part in parts], axis=0),
    )
    if not any(part.events for part in parts):
        return NotEstimable("no events")
    if observed.sum() == 0:
        return NotEstimable("the weights count none of the events")
    rank = int(np.linalg.matrix_rank(covariance, hermitian=True, rtol=ROUNDING))
    if rank == 0:
        return NotEstimable("no event happened while two groups were at risk")
    excess = observed - expected
    statistic = float(excess @ np.linalg.pinv(covariance, hermitian=True, rtol=ROUNDING) @ excess)
    return LogRank(
        groups=groups,
        observed=observed,
        expected=expected,
        covariance=covariance,
        statistic=statistic,
        df=rank,
        p_value=float(special.chdtrc(rank, statistic)),
    )
