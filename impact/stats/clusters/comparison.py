"""Two arms compared between clusters, by the method that so many clusters allow."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from impact.stats.clusters.effective import effective_clusters
from impact.stats.clusters.randomisation import Clusters
from impact.stats.clusters.regression import (
    ClusterFit,
    Correction,
    cluster_covariance,
    cluster_fit,
    satterthwaite_df,
)
from impact.stats.estimable import NotEstimable
from impact.stats.inference import Inference, student_inference

Floats = NDArray[np.float64]

MANY = 40  # clusters from which CR1 is taken
FEW = 15  # whole clusters below which the draw itself is the test
LEAST_DF = 5.0
ALIKE = 0.5  # of G - 1, which Satterthwaite's degrees of freedom reach where clusters are alike
DUST = 1e-20
ONE_SIDED = "fewer than two clusters in one of the arms"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClusterSums:
    """Sums of the units of one cluster and arm: an entry per pair of them.

    `cluster` and `treated` (0 or 1) say which. `n` counts units and `weight` adds up what the
    outcome is divided by: `n` again for a mean, a ratio's denominator. `outcome` holds sums of
    the outcome, one column each (entries, m). With a covariate x `covariate` holds sums of x and
    of x x (entries, 2) and `products` sums of x times each outcome (entries, m).
    """

    cluster: NDArray[np.int64]
    treated: NDArray[np.int64]
    n: Floats
    weight: Floats
    outcome: Floats
    covariate: Floats | None = None
    products: Floats | None = None

    @property
    def clusters(self) -> int:
        """How many clusters have units."""
        return int(np.unique(self.cluster).size)

    @property
    def are_whole(self) -> bool:
        """Is every cluster in one arm? Then clusters were what was randomised."""
        return self.clusters == self.cluster.size

    def as_clusters(self) -> Clusters:
        """Return whole clusters for randomisation inference, of the first outcome."""
        return Clusters(total=self.outcome[:, 0], weight=self.weight, treated=self.treated == 1)


def compared(sums: ClusterSums) -> ClusterFit | NotEstimable:
    """Fit outcomes on (1, treated) and the covariate where there is one, weighted.

    >>> sums = ClusterSums(cluster=np.arange(4), treated=np.array([0, 0, 1, 1]), n=np.full(4, 2.0),
    ...     weight=np.full(4, 2.0), outcome=np.array([[2.0], [4], [6], [10]]))
    >>> compared(sums).coefficients.ravel()
    array([1.5, 2.5])
    """
    for arm in (0, 1):
        if np.unique(sums.cluster[sums.treated == arm]).size < 2:  # noqa: PLR2004
            return NotEstimable(ONE_SIDED)
    shares, products = entries(sums)
    order, place = np.unique(sums.cluster, return_inverse=True)
    by_cluster = np.zeros((order.size, *shares.shape[1:]))
    of_outcome = np.zeros((order.size, *products.shape[1:]))
    np.add.at(by_cluster, place, shares)
    np.add.at(of_outcome, place, products)
    return cluster_fit(by_cluster, of_outcome, int(sums.n.sum()))


def correction_for(clusters: int) -> Correction:
    """Return CR1 from 40 clusters on, CR2 below.

    >>> correction_for(40).value, correction_for(39).value
    ('cr1', 'cr2')
    """
    return Correction.CR1 if clusters >= MANY else Correction.CR2


def freedom(fit: ClusterFit, contrast: ArrayLike) -> float | NotEstimable:
    """Return the degrees of freedom of a contrast: Satterthwaite's, or G - 1 from 40 clusters on.

    G is then the effective number of clusters, which a giant makes small where clusters lie in one
    arm each. Where Satterthwaite's are fewer than half of it they stand: a giant in both arms,
    with three tenths of all units, errs in 10 per cent by G - 1 and in 6 by them. Where they or G
    are fewer than 5 no error of few clusters can be trusted: a few large ones, or a few of one
    arm, carry the comparison however many there are in all. The first column of the fit is the
    constant.

    >>> sums = ClusterSums(cluster=np.arange(8), treated=np.arange(8) // 4, n=np.ones(8),
    ...     weight=np.ones(8), outcome=np.array([[1.0], [2], [3], [6], [4], [6], [5], [9]]))
    >>> round(freedom(compared(sums), [0, 1]), 6)  # those of Student's test
    6.0
    """
    df, clusters = satterthwaite_df(fit, contrast), _effective(fit, contrast)
    if fit.clusters >= MANY:
        df = clusters - 1 if df >= ALIKE * (clusters - 1) else min(df, clusters - 1)
    if not min(df, clusters) >= LEAST_DF:
        return NotEstimable(
            f"too few clusters carry the comparison: {min(df, clusters):.1f} effective degrees of "
            f"freedom, fewer than {LEAST_DF:g}"
        )
    return df


def contrast_of(
    fit: ClusterFit, contrast: ArrayLike, *, level: float, value: float | None = None
) -> Inference | NotEstimable:
    """Return a combination of the coefficients of the first outcome with its interval and test.

    With `value` it is a function of them, and `contrast` its gradient (the delta method).

    >>> sums = ClusterSums(cluster=np.arange(8), treated=np.arange(8) // 4, n=np.ones(8),
    ...     weight=np.ones(8), outcome=np.array([[1.0], [2], [3], [6], [4], [6], [5], [9]]))
    >>> found = contrast_of(compared(sums), [0, 1], level=0.95)
    >>> round(found.value, 6), round(found.statistic, 4), round(found.p_value, 4)
    (3.0, 1.964, 0.0972)
    """
    direction = np.asarray(contrast, dtype=np.float64)
    df = freedom(fit, direction)
    if isinstance(df, NotEstimable):
        return df
    covariance = cluster_covariance(fit, direction, correction_for(fit.clusters))
    size = float(np.abs(direction) @ np.abs(fit.coefficients[:, 0]))
    if (variance := float(covariance[0, 0])) <= DUST * size**2:
        return NotEstimable("zero variance: all clusters of each arm have the same value")
    combined = float(direction @ fit.coefficients[:, 0])
    return student_inference(combined if value is None else value, variance**0.5, df, level=level)


def entries(sums: ClusterSums) -> tuple[Floats, Floats]:
    """Return X'WX (entries, k, k) and X'Wy (entries, k, m) of every entry, on (1, treated, x).

    >>> sums = ClusterSums(cluster=np.arange(2), treated=np.arange(2), n=np.ones(2),
    ...     weight=np.array([2.0, 3]), outcome=np.array([[5.0], [7]]))
    >>> [part.tolist() for part in entries(sums)]
    [[[[2.0, 0.0], [0.0, 0.0]], [[3.0, 3.0], [3.0, 3.0]]], [[[5.0], [0.0]], [[7.0], [7.0]]]]
    """
    one, z = np.ones(sums.treated.size), sums.treated.astype(np.float64)
    base = np.stack([one, z], axis=1)
    shares = sums.weight[:, None, None] * base[:, :, None] * base[:, None, :]
    products = base[:, :, None] * sums.outcome[:, None, :]
    if sums.covariate is None or sums.products is None:
        return shares, products
    full = np.zeros((z.size, 3, 3))
    full[:, :2, :2] = shares
    full[:, :2, 2] = full[:, 2, :2] = base * sums.covariate[:, :1]
    full[:, 2, 2] = sums.covariate[:, 1]
    return full, np.concatenate([products, sums.products[:, None, :]], axis=1)


def _effective(fit: ClusterFit, contrast: ArrayLike) -> float:
    """Return how many clusters of one size would say as much of a comparison of whole clusters.

    All of them where they serve both arms, or where the contrast is of a covariate: what the units
    of a cluster share then cancels.
    """
    chosen = np.asarray(contrast, dtype=np.float64)
    treated = fit.shares[:, 0, 1] if chosen.size > 1 else np.zeros(fit.clusters)
    are_whole = ((treated == 0) | (treated == fit.shares[:, 0, 0])).all()
    if not are_whole or not chosen[:2].any():
        return float(fit.clusters)
    direction = fit.root @ (fit.root.T @ chosen)
    return effective_clusters(fit.shares[:, :, 0] @ direction)
