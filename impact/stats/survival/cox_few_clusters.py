"""Errors of Cox's coefficients from few clusters, by CR2 (see `few_clusters`)."""

from numpy.typing import ArrayLike

from impact.stats.survival.clustered_sets import clustered_sets
from impact.stats.survival.cox import CoxFit
from impact.stats.survival.cox_residuals import residuals_at
from impact.stats.survival.cox_sample import CoxSample
from impact.stats.survival.cox_ties import Ties
from impact.stats.survival.few_clusters import ClusterError, cluster_error


def cluster_errors(
    sample: CoxSample, fit: CoxFit, *, cluster: ArrayLike, ties: Ties = Ties.EFRON
) -> tuple[ClusterError, ...]:
    """Return the CR2 error of every coefficient with Satterthwaite's degrees of freedom.

    `cluster` labels each cell, as in `robust_errors`, whose error this one corrects.

    >>> from impact.stats.survival.cox import cox
    >>> arm, cluster = [[1], [0]] * 6, [0, 1, 2, 3, 4, 5] * 2
    >>> sample = CoxSample(time=[1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9], event=[1] * 8 + [0] * 4,
    ...                    design=arm, terms=("arm",))
    >>> (found,) = cluster_errors(sample, cox(sample), cluster=cluster)
    >>> round(found.std_error, 3), round(found.df, 2)
    (0.498, 3.85)
    """
    sets = sample.risk_sets
    clusters = clustered_sets(sets, cluster)
    summed = clusters.summed(residuals_at(sets, fit.coefficients, ties))
    return tuple(
        cluster_error(
            summed @ direction,
            clusters.spread(fit.coefficients, direction, fit.covariance),
        )
        for direction in fit.covariance
    )
