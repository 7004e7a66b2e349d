"""The test of Cox's coefficients on few clusters, at no effect: a log-rank test by CR2."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from impact.stats.estimable import NotEstimable
from impact.stats.survival.clustered_sets import clustered_sets
from impact.stats.survival.cox_likelihood import information, risk_sums
from impact.stats.survival.cox_residuals import residuals_at
from impact.stats.survival.cox_sample import CoxSample
from impact.stats.survival.cox_ties import Ties, tied_events
from impact.stats.survival.few_clusters import ClusterError, cluster_error
from impact.stats.survival.life_table import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterTest:
    """A test that all coefficients are 0, against F with `df` and `residual_df`."""

    statistic: float
    df: int
    residual_df: float
    p_value: float


def cluster_score_test(
    sample: CoxSample, *, cluster: ArrayLike, ties: Ties = Ties.EFRON
) -> ClusterTest | NotEstimable:
    """Test that all coefficients are 0: one Newton step from there, over its CR2 error.

    No fit is needed, so that separated arms have an answer as well. One coefficient is tested
    against the square of Student's t; several by Hotelling's T-squared, with the largest of their
    corrections and the least of their degrees of freedom.

    >>> sample = CoxSample(time=[1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9], event=[1] * 8 + [0] * 4,
    ...                    design=[[1], [0]] * 6, terms=("arm",))
    >>> found = cluster_score_test(sample, cluster=[0, 1, 2, 3, 4, 5] * 2)
    >>> round(found.statistic, 3), round(found.residual_df, 2)
    (0.073, 3.82)
    """
    sets = sample.risk_sets
    if not sets.events.any():
        return NotEstimable("no events")
    nothing = np.zeros(len(sample.terms))
    sums = risk_sums(sets, tied_events(sets.deaths, ties), nothing)
    scale = np.outer(sets.scale, sets.scale)
    hessian = information(sets, sums, sums.efron) * scale
    if np.linalg.matrix_rank(hessian / scale) < nothing.size:
        return NotEstimable("the clusters leave a term without spread")
    covariance: Floats = np.linalg.inv(hessian).astype(np.float64)
    residuals = residuals_at(sets, nothing, ties)
    step = covariance @ (sets.n @ residuals)
    clusters = clustered_sets(sets, cluster)
    summed = (clusters.summed(residuals) - clusters.shares(nothing, step)) @ covariance
    found = [
        cluster_error(summed[:, place], clusters.spread(nothing, covariance[place], covariance))
        for place in range(nothing.size)
    ]
    return _hotelling(step, summed, found)


def _hotelling(
    step: Floats, summed: Floats, found: list[ClusterError]
) -> ClusterTest | NotEstimable:
    """Test a step whose terms have these errors, correlated as the clusters' sums are."""
    plain = np.sqrt((summed**2).sum(axis=0))
    if not plain.all():
        return NotEstimable("the clusters leave a term without spread")
    widest = max(error.std_error / own for error, own in zip(found, plain.tolist(), strict=True))
    apart = step / (plain * widest)
    alike = (summed / plain).T @ (summed / plain)
    terms, df = step.size, min(error.df for error in found)
    residual_df = df - terms + 1
    if residual_df <= 0 or np.linalg.matrix_rank(alike) < terms:
        return NotEstimable("no more clusters than terms to test")
    statistic = float(apart @ np.linalg.solve(alike, apart)) * residual_df / (df * terms)
    return ClusterTest(
        statistic=statistic,
        df=terms,
        residual_df=residual_df,
        p_value=float(special.fdtrc(terms, residual_df, statistic)),
    )
