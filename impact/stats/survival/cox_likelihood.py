"""The partial likelihood of Cox, its score and its information, exact from counts.

For one grid point let S0, S1, S2 be the sums of 1, x, xx' over those at risk, each weighted by its
count times exp(x'b), and D0, D1, D2 the same over those who churn. Efron's sums a1 .. a5 over the
tied events (see `cox_ties`) carry everything:

    score       = sum of x over events - sum (a1 S1 - a2 D1)
    information = sum (a1 S2 - a2 D2) - sum (a3 S1 S1' - a4 (S1 D1' + D1 S1') + a5 D1 D1')

S2 and D2 are never formed: a cell stays at risk over a run of grid points, so its xx' enters once,
times the sum of a1 over that run.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from impact.stats.survival.cox_sample import RiskSets
from impact.stats.survival.cox_ties import EfronSums, Tied, efron_sums
from impact.stats.survival.life_table import Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RiskSums:
    """S1 and D1, of shape (grid, terms), and a1 .. a5 at one point of the likelihood.

    `predictor` is x'b less its highest value, `relative` its exponential: both per cell.
    """

    predictor: Floats
    relative: Floats
    s1: Floats
    d1: Floats
    efron: EfronSums
    log_sum: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Likelihood:
    """The log partial likelihood at one point, its gradient and minus its Hessian."""

    value: float
    score: Floats
    information: Floats


def likelihood(sets: RiskSets, tied: Tied, beta: Floats) -> Likelihood:
    """Evaluate at `beta`, on the scale of the standardised design.

    >>> from impact.stats.survival.cox_sample import CoxSample
    >>> from impact.stats.survival.cox_ties import Ties, tied_events
    >>> sample = CoxSample(time=[3, 5], event=[1, 1], design=[[0], [1]], terms=("arm",), n=[2, 1])
    >>> sets = sample.risk_sets
    >>> here = likelihood(sets, tied_events(sets.deaths, Ties.EFRON), np.zeros(1))
    >>> round(here.value, 6)  # minus log 3, 2 and 1: the sizes of the risk sets
    -1.791759
    """
    sums = risk_sums(sets, tied, beta)
    a1, a2, *_ = sums.efron
    return Likelihood(
        value=float(sets.events @ sums.predictor) - sums.log_sum,
        score=sets.events @ sets.design - (a1 @ sums.s1 - a2 @ sums.d1),
        information=information(sets, sums, sums.efron),
    )


def risk_sums(sets: RiskSets, tied: Tied, beta: Floats) -> RiskSums:
    """Sum over everybody at risk, and over everybody who churns, at each grid point.

    >>> from impact.stats.survival.cox_sample import CoxSample
    >>> from impact.stats.survival.cox_ties import Ties, tied_events
    >>> sets = CoxSample(time=[3, 5], event=[1, 1], design=[[0], [1]], terms=("arm",),
    ...                  n=[2, 1]).risk_sets
    >>> doubled = np.log(2) * sets.scale  # the hazard of the arm is twice that of the others
    >>> sums = risk_sums(sets, tied_events(sets.deaths, Ties.EFRON), doubled)
    >>> sums.relative.round(6).tolist(), sums.efron[0].round(6).tolist()  # 1/2 + 1/1.5, and 1
    ([0.5, 1.0], [1.166667, 1.0])
    """
    predictor = sets.design @ beta
    predictor -= predictor.max()
    relative = np.exp(predictor)
    at_risk, churning = _sums(sets, relative)
    efron, log_sum = efron_sums(tied, at_risk[:, 0], churning[:, 0])
    return RiskSums(
        predictor=predictor,
        relative=relative,
        s1=at_risk[:, 1:],
        d1=churning[:, 1:],
        efron=efron,
        log_sum=log_sum,
    )


def information(sets: RiskSets, sums: RiskSums, efron: EfronSums) -> Floats:
    """Return the information; with `efron` times a weight per grid point, the weighted one.

    >>> from impact.stats.survival.cox_sample import CoxSample
    >>> from impact.stats.survival.cox_ties import Ties, tied_events
    >>> sets = CoxSample(time=[3, 5], event=[1, 1], design=[[0], [1]], terms=("arm",),
    ...                  n=[2, 1]).risk_sets
    >>> sums = risk_sums(sets, tied_events(sets.deaths, Ties.EFRON), np.zeros(1))
    >>> found = information(sets, sums, sums.efron) * sets.scale**2
    >>> round(float(found[0, 0]), 6)  # 1/3 * 2/3, then 1/2 * 1/2, and 0 of the last one
    0.472222
    """
    a1, a2, a3, a4, a5 = efron
    s1, d1 = sums.s1, sums.d1
    cross = (s1 * a4[:, None]).T @ d1
    share = sets.n * exposure(sets, a1) - sets.events * at_event(sets, a2)
    spread: Floats = (sets.design * (sums.relative * share)[:, None]).T @ sets.design
    return spread - ((s1 * a3[:, None]).T @ s1 - cross - cross.T + (d1 * a5[:, None]).T @ d1)


def exposure(sets: RiskSets, amount: Floats) -> Floats:
    """Return, for each cell, the sum of an amount over the grid points at which it is at risk.

    `amount` has shape (grid,) or (grid, columns); the answer has (cells,) or (cells, columns).

    >>> from impact.stats.survival.cox_sample import CoxSample
    >>> sets = CoxSample(time=[3, 5], event=[1, 1], design=[[0], [1]], terms=("arm",)).risk_sets
    >>> exposure(sets, np.array([0.25, 0.5])).tolist()
    [0.25, 0.75]
    """
    total = np.concatenate([np.zeros_like(amount[:1]), np.cumsum(amount, axis=0)])
    first = np.minimum(sets.first, sets.last)  # an empty run sums to nothing
    summed: Floats = total[sets.last] - total[first]
    return summed


def at_event(sets: RiskSets, amount: Floats) -> Floats:
    """Return the amount at each cell's last grid point, which is where its events are.

    >>> from impact.stats.survival.cox_sample import CoxSample
    >>> sets = CoxSample(time=[5, 3], event=[1, 1], design=[[0], [1]], terms=("arm",)).risk_sets
    >>> at_event(sets, np.array([0.25, 0.5])).tolist()
    [0.5, 0.25]
    """
    return amount[np.maximum(sets.last - 1, 0)]


def _sums(sets: RiskSets, relative: Floats) -> tuple[Floats, Floats]:
    """Return (S0, S1) and (D0, D1) as (grid, 1 + terms) arrays."""
    weighted = sets.moments * relative[:, None]
    at_risk = _backward(sets.leaving @ weighted, sets.starts)
    if sets.entering is not None:
        at_risk -= _backward(sets.entering @ weighted, sets.starts)
    return at_risk, sets.churning @ weighted


def _backward(leaving: Floats, starts: NDArray[np.intp]) -> Floats:
    """Sum from the end of each stratum to its start."""
    ends = [*starts[1:].tolist(), leaving.shape[0]]
    for start, end in zip(starts.tolist(), ends, strict=True):
        leaving[start:end] = np.cumsum(leaving[start:end][::-1], axis=0)[::-1]
    return leaving
