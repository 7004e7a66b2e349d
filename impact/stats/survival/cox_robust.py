"""Standard errors of Cox's model that hold when the model, or the independence of units, does not.

Lin and Wei (1989): the sandwich V (sum n r r') V of score residuals r, V being the model's
covariance. All units of a cell have one score residual, so that counts give what rows give.

Units that belong together (a team's customers, a household) are clusters: their residuals are
added before they are squared.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from impact.stats.estimable import NotEstimable
from impact.stats.survival.cox import CoxFit
from impact.stats.survival.cox_residuals import residuals_at, score_residuals
from impact.stats.survival.cox_sample import CoxSample, RiskSets
from impact.stats.survival.cox_ties import Ties
from impact.stats.survival.life_table import Floats

DUST = 1e-9  # of the model's error: less is rounding


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
    correction is made for few clusters. An error is 0 where the residuals have no spread.

    >>> from impact.stats.survival.cox import cox
    >>> sample = CoxSample(time=[1, 2, 3, 4, 4], event=[1, 1, 1, 1, 0], terms=("x",),
    ...                    design=[[1], [0], [1], [0], [1]])
    >>> robust_errors(sample, cox(sample)).std_errors.round(4).tolist()
    [0.7929]
    """
    sets = sample.risk_sets
    residuals = score_residuals(sets, fit, ties)
    groups, summed = _independent_sums(sets, residuals, cluster)
    if groups <= 1:
        return NotEstimable("fewer than two clusters have units")
    covariance = fit.covariance @ summed @ fit.covariance
    errors = without_dust(np.sqrt(np.diagonal(covariance)), fit)
    spread = errors > 0
    return RobustErrors(
        covariance=covariance * np.outer(spread, spread), std_errors=errors, groups=groups
    )


def without_dust(std_errors: Floats, fit: CoxFit) -> Floats:
    """Return errors of the fit's terms, 0 where only rounding is left of the model's own error.

    Residuals of units that all leave on one day cancel: what is left of them is no spread.

    >>> from impact.stats.survival.cox import cox
    >>> sample = CoxSample(time=[1, 2, 3, 4], event=[1, 1, 1, 1], design=[[1], [0], [1], [0]],
    ...                    terms=("arm",))
    >>> fit = cox(sample)
    >>> without_dust(np.array([1e-16]), fit).tolist(), without_dust(np.array([0.9]), fit).tolist()
    ([0.0], [0.9])
    """
    kept: Floats = np.where(std_errors > DUST * fit.std_errors, std_errors, 0.0)
    return kept


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
    sets = sample.risk_sets
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
