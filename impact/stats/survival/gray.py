"""Gray's test that the cumulative incidence of one cause is the same in all groups.

Gray (1988, Annals of Statistics 16:1141), with rho = 0. The log-rank test compares the hazards of a
cause; this one compares how many leave for it, so that a policy which only lets other causes take
them first is not credited. In group k let n be at risk, S the curve of all causes just before t and
F the cumulative incidence of the cause; F0 is that of all groups together. With h = n / S and
R = h (1 - F), sums over groups marked by a dot,

    score of group i  =  sum over times of  d_i - d. R_i / R.

Its variance follows how an event in group k moves the score of i, then and later. With

    a_ik = h_i ([i = k] - h_k / h.)    and    c_ik(t) = sum up to t of a_ik d. / (h. (1 - F0(t-)))

an event of the cause moves it by a_ik + e (c_ik(end) - c_ik(t)) with e = 1 - (1 - F0) / S_k, one of
another cause by (1 - F0) / S_k times the same difference. Variances of counts are those of drawing
without replacement. Strata add up.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from impact.stats.estimable import NotEstimable
from impact.stats.survival.life_table import Floats

ROUNDING = 1e-10  # as for the log-rank test: what is smaller beside the largest eigenvalue is 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GrayTest:
    """The test and what it is made of; arrays follow `groups`."""

    groups: tuple[str, ...]
    score: Floats
    covariance: Floats
    statistic: float
    df: int
    p_value: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Counts:
    """Counts by (time, group): at risk, events of the cause, events of others."""

    at_risk: Floats
    own: Floats
    other: Floats


def gray(  # one argument per column of the cells
    time: ArrayLike,
    event: ArrayLike,
    competing: ArrayLike,
    group: ArrayLike,
    n: ArrayLike | None = None,
    *,
    stratum: ArrayLike | None = None,
) -> GrayTest | NotEstimable:
    """Test one cause, from cells of `n` units (one each without it).

    `event` is 1 for the cause, `competing` 1 for any other; both 0 for who was censored.

    >>> test = gray([1, 2, 3, 4, 5, 6], [1, 0, 1, 1, 0, 0], [0, 1, 0, 0, 0, 0], list("aababb"))
    >>> test.score.round(4).tolist(), round(test.statistic, 4), test.df
    ([0.6, -0.6], 0.3583, 1)
    """
    labels = np.asarray(group)
    counts = np.ones(labels.size) if n is None else np.asarray(n, dtype=np.float64)
    kept = counts > 0
    names, codes = np.unique(labels[kept], return_inverse=True)
    if names.size <= 1:
        return NotEstimable("fewer than two groups have units")
    columns = (np.asarray(column, dtype=np.float64) for column in (time, event, competing))
    rows = np.column_stack([*columns, counts])[kept]
    if not (rows[:, 1] * rows[:, 3]).any():
        return NotEstimable("no events of this cause")
    strata = np.zeros(labels.size) if stratum is None else np.asarray(stratum)
    parts = []
    for label in np.unique(strata[kept]):
        within = strata[kept] == label
        parts.append(_stratum(_counted(rows[within], codes[within], names.size)))
    return _test(tuple(map(str, names)), parts)


def _counted(cells: Floats, group: NDArray[np.intp], groups: int) -> _Counts:
    """Count by (time, group); only times with an event of any cause are kept."""
    days, own, other, n = cells.T
    distinct, place = np.unique(days, return_inverse=True)
    tables = [np.zeros((distinct.size, groups)) for _ in range(3)]
    for table, weight in zip(tables, (n, n * own, n * other), strict=True):
        np.add.at(table, (place, group), weight)
    leaving, mine, others = tables
    at_risk = np.cumsum(leaving[::-1], axis=0)[::-1]
    happens = (mine + others).sum(axis=1) > 0
    return _Counts(at_risk=at_risk[happens], own=mine[happens], other=others[happens])


def _stratum(counts: _Counts) -> tuple[Floats, Floats]:
    """Return the score of every group, and its covariance."""
    n, own, other = counts.at_risk, counts.own, counts.other
    at_risk = np.maximum(n, 1)  # where nobody is, nothing happens and nothing is divided
    survival: Floats = np.cumprod(1 - (own + other) / at_risk, axis=0, dtype=np.float64)
    before = np.vstack([np.ones(n.shape[1]), survival[:-1]])
    incidence = np.cumsum(before * own / at_risk, axis=0)
    earlier = np.vstack([np.zeros(n.shape[1]), incidence[:-1]])
    weight = np.divide(n, before, out=np.zeros_like(n), where=(n > 0) & (before > 0))
    total, events = weight.sum(axis=1), own.sum(axis=1)
    share = weight * (1 - earlier)
    score = own.sum(axis=0) - events @ (share / share.sum(axis=1, keepdims=True))
    pooled = np.cumsum(events / total)
    pooled_before = np.concatenate([[0.0], pooled[:-1]])
    moves = _moves(weight, total)
    # Once one group is left nothing moves, and the pooled incidence may pass one.
    left = total * (1 - pooled_before)
    pull = np.divide(events, left, out=np.zeros_like(left), where=left > ROUNDING * total)
    drift = np.cumsum(moves * pull[:, None, None], axis=0)
    ahead = drift[-1] - drift
    staying = np.divide(
        (1 - pooled)[:, None], survival, out=np.zeros_like(survival), where=survival > 0
    )
    first = moves + (1 - staying)[:, None, :] * ahead
    second = staying[:, None, :] * ahead
    spread = _own_spread(n, before, total, events), _other_spread(n, before, survival, other)
    covariance = sum(
        np.einsum("tk,tik,tjk->ij", variance, moved, moved)
        for variance, moved in zip(spread, (first, second), strict=True)
    )
    return score, np.asarray(covariance)


def _moves(weight: Floats, total: Floats) -> Floats:
    """Return a_ik at each time, of shape (times, groups, groups)."""
    share = weight / total[:, None]
    own: Floats = weight[:, :, None] * (np.eye(weight.shape[1]) - share[:, None, :])
    return own


def _own_spread(n: Floats, before: Floats, total: Floats, events: Floats) -> Floats:
    """Return the variance of events of the cause, under one incidence for all groups."""
    effective = total[:, None] * before - 1
    lost = np.divide((events - 1)[:, None], effective, out=np.zeros_like(n), where=effective > 0)
    tied = np.where(events[:, None] > 1, np.clip(1 - lost, 0, 1), 1.0)
    expected = before * (events / total)[:, None]
    return np.divide(tied * expected, n, out=np.zeros_like(n), where=n > 0)


def _other_spread(n: Floats, before: Floats, survival: Floats, other: Floats) -> Floats:
    """Return the variance of events of other causes, whose incidence may differ."""
    tied = np.where(other > 1, 1 - (other - 1) / np.maximum(n - 1, 1), 1.0)
    happens = (other > 0) & (survival > 0)
    return np.divide(tied * before**2 * other, n**2, out=np.zeros_like(n), where=happens)


def _test(groups: tuple[str, ...], parts: list[tuple[Floats, Floats]]) -> GrayTest | NotEstimable:
    score = np.sum([part[0] for part in parts], axis=0)
    covariance = np.sum([part[1] for part in parts], axis=0)
    rank = int(np.linalg.matrix_rank(covariance, hermitian=True, rtol=ROUNDING))
    if rank == 0:
        return NotEstimable("no event happened while two groups were at risk")
    inverse = np.linalg.pinv(covariance, hermitian=True, rtol=ROUNDING)
    statistic = float(score @ inverse @ score)
    return GrayTest(
        groups=groups,
        score=score,
        covariance=covariance,
        statistic=statistic,
        df=rank,
        p_value=float(special.chdtrc(rank, statistic)),
    )
