"""Standard errors of Cox's model that hold when the model, or the independence of units, does not.

Lin and Wei (1989): the sandwich V (sum n r r') V of score residuals r, V being the model's
covariance. All units of a cell have one score residual, so that counts give what rows give. With
Efron's tied events, numbered l = 0 .. d - 1, and the sums of the likelihood, a unit that leaves at
t has

    r = [x - (a1 S1 - a2 D1) / d]           if it churns, with e = exp(x'b)
        + e [x a2 - (a4 S1 - a5 D1)]        if it churns: it was at risk for d - l of the d steps
        - e sum [x a1 - (a3 S1 - a4 D1)]    over the event times at which it was at risk

Units that belong together (a team's customers, a household) are clusters: their residuals are
added before they are squared.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from impact.stats.estimable import NotEstimable
from impact.stats.survival.cox import CoxFit
from impact.stats.survival.cox_likelihood import (
    RiskSums,
    at_event,
    exposure,
    risk_sums,
)
from impact.stats.survival.cox_sample import CoxSample, RiskSets, risk_sets
from impact.stats.survival.cox_ties import Ties, tied_events
from impact.stats.survival.life_table import Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RobustErrors:
    """Follows the fit's terms; `groups` counts the units or clusters taken as independent."""

    covariance: Floats
    std_errors: Floats
    groups: int


def robust_errors(
    sample: CoxSample,
    fit: CoxFit,
    *,
    cluster: ArrayLike | None = None,
    ties: Ties = Ties.EFRON,
) -> RobustErrors | NotEstimable:
    """Return the sandwich of the model that was fitted to the sample with these `ties`.

    `cluster` labels each cell: all its units belong to one. Without it units are independent. No
    correction is made for few clusters.

    >>> from impact.stats.survival.cox import cox
    >>> sample = CoxSample(time=[1, 2, 3, 4, 4], event=[1, 1, 1, 1, 0], terms=("x",),
    ...                    design=[[1], [0], [1], [0], [1]])
    >>> robust_errors(sample, cox(sample)).std_errors.round(4).tolist()
    [0.7929]
    """
    sets = risk_sets(sample)
    residuals = score_residuals(sets, fit, ties)
    groups, summed = _independent_sums(sets, residuals, cluster)
    if groups <= 1:
        return NotEstimable("fewer than two clusters have units")
    covariance = fit.covariance @ summed @ fit.covariance
    return RobustErrors(
        covariance=covariance, std_errors=np.sqrt(np.diagonal(covariance)), groups=groups
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RobustTest:
    """A chi-square test that all coefficients are 0; `groups` as in `RobustErrors`."""

    statistic: float
    df: int
    p_value: float
    groups: int


def robust_score_test(
    sample: CoxSample, *, cluster: ArrayLike | None = None, ties: Ties = Ties.EFRON
) -> RobustTest | NotEstimable:
    """Test that all coefficients are 0 by the score and the sum of its squares over clusters.

    With indicators of arms alone it is a log-rank test that holds when units of a cluster are
    alike. Lin and Wei (1989, section 3); R's `coxph` prints it as the robust score test. No fit is
    needed, so that separated arms have an answer as well.

    >>> sample = CoxSample(time=[1, 2, 3, 4, 4], event=[1, 1, 1, 1, 0], terms=("x",),
    ...                    design=[[1], [0], [1], [0], [1]])
    >>> round(robust_score_test(sample).statistic, 4)
    0.1328
    """
    sets = risk_sets(sample)
    if not sets.events.any():
        return NotEstimable("no events")
    residuals = residuals_at(sets, np.zeros(len(sample.terms)), ties)
    groups, summed = _independent_sums(sets, residuals, cluster)
    score = sets.n @ residuals
    df = len(sample.terms)
    if groups <= df:
        return NotEstimable("no more clusters than terms to test")
    root = np.sqrt(np.diagonal(summed))
    if not root.all() or np.linalg.matrix_rank(summed / np.outer(root, root)) < df:
        return NotEstimable("the clusters leave a term without spread")
    statistic = float(score @ np.linalg.solve(summed, score))
    return RobustTest(
        statistic=statistic,
        df=df,
        p_value=float(special.chdtrc(df, statistic)),
        groups=groups,
    )


def score_residuals(sets: RiskSets, fit: CoxFit, ties: Ties) -> Floats:
    """Return the residual of one unit of each cell that was kept, in the units of the design."""
    return residuals_at(sets, fit.coefficients, ties)


def residuals_at(sets: RiskSets, coefficients: Floats, ties: Ties) -> Floats:
    """Return the same at any coefficients."""
    sums = risk_sums(sets, tied_events(sets.deaths, ties), coefficients * sets.scale)
    hazard = sums.relative[:, None] * _expected(sets, sums)
    return (_observed(sets, sums) - hazard) * sets.scale


def _observed(sets: RiskSets, sums: RiskSums) -> Floats:
    """Return x less its mean over the tied steps for cells that churn, 0 for the others."""
    a1, a2, *_ = (part[:, None] for part in sums.efron)
    mean = (a1 * sums.s1 - a2 * sums.d1) / sets.deaths[:, None]
    return np.where(_churned(sets), sets.design - at_event(sets, mean), 0.0)


def _expected(sets: RiskSets, sums: RiskSums) -> Floats:
    """Return what a unit of relative hazard 1 was expected to add while it was at risk."""
    a1, a2, a3, a4, a5 = (part[:, None] for part in sums.efron)
    while_at_risk = sets.design * exposure(sets, a1) - exposure(sets, a3 * sums.s1 - a4 * sums.d1)
    early = sets.design * at_event(sets, a2) - at_event(sets, a4 * sums.s1 - a5 * sums.d1)
    return while_at_risk - np.where(_churned(sets), early, 0.0)


def _churned(sets: RiskSets) -> NDArray[np.bool_]:
    return sets.events[:, None] > 0


def _independent_sums(
    sets: RiskSets, residuals: Floats, cluster: ArrayLike | None
) -> tuple[int, Floats]:
    """Return how many independent groups there are, and the sum of r r' over them."""
    if cluster is None:
        return int(sets.n.sum()), (residuals * sets.n[:, None]).T @ residuals
    labels, place = np.unique(np.asarray(cluster)[sets.kept], return_inverse=True)
    total = np.zeros((labels.size, residuals.shape[1]))
    np.add.at(total, place, residuals * sets.n[:, None])
    return labels.size, total.T @ total
