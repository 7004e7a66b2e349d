"""The effects of assignment with errors between clusters."""

import numpy as np

from impact.stats.clusters.comparison import ClusterSums, compared, correction_for, freedom
from impact.stats.clusters.regression import cluster_covariance
from impact.stats.compliance.assignment_effects import (
    CONSTANT,
    DUST,
    LAST_BITS,
    SAME_TREATMENT,
    AssignmentEffects,
)
from impact.stats.estimable import NotEstimable


def clustered_effects(sums: ClusterSums) -> AssignmentEffects | NotEstimable:
    """Return effects on outcome and treatment received, the two outcomes of `sums`.

    CR1 from 40 clusters on, CR2 with Satterthwaite's degrees of freedom below, as for any
    difference between clusters; fewer than 5 of them are refused.

    >>> rng = np.random.default_rng(1)
    >>> arm = np.arange(20) % 2
    >>> taken = 3.0 * arm + rng.normal(0, 1, 20)
    >>> sums = ClusterSums(cluster=np.arange(20), treated=arm, n=np.ones(20), weight=np.ones(20),
    ...     outcome=np.column_stack([2 * taken + rng.normal(0, 1, 20), taken]))
    >>> round(clustered_effects(sums).df, 9)
    18.0
    """
    fit = compared(sums)
    if isinstance(fit, NotEstimable):
        return fit
    contrast = [0.0, 1.0, 0.0][: fit.root.shape[0]]
    df = freedom(fit, contrast)
    if isinstance(df, NotEstimable):
        return df
    outcome, treatment = (float(value) for value in fit.coefficients[1])
    covariance = cluster_covariance(fit, contrast, correction_for(fit.clusters))
    if abs(treatment) <= LAST_BITS and covariance[1, 1] <= DUST:
        return NotEstimable(SAME_TREATMENT)
    if covariance[0, 0] <= DUST * max(1.0, float(np.abs(fit.coefficients[:, 0]).max()) ** 2):
        return NotEstimable(CONSTANT)
    return AssignmentEffects(outcome=outcome, treatment=treatment, covariance=covariance, df=df)
