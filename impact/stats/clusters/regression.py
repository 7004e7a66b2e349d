"""Least squares from sums per cluster, with errors between clusters.

Every quantity comes from X'X and X'y of each cluster; no row is needed, because
X'(I - X M X')^a = (I - X'X M)^a X'. The small-sample corrections work in coordinates in which
M = (sum of X'X)^-1 is the identity: there a cluster's share of the design is a symmetric matrix.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from impact.stats.estimable import NotEstimable

Floats = NDArray[np.float64]

SINGULAR = 1e-10
WHOLE = 1e-8  # a cluster whose share of a direction is within this of 1 alone determines it


class Correction(StrEnum):
    """How errors allow for few clusters.

    CR0 not at all; CR1 by G / (G - 1) (n - 1) / (n - k), as Stata; CR2 by the bias of each
    cluster's own residuals under equal variances (Bell and McCaffrey 2002).
    """

    CR0 = "cr0"
    CR1 = "cr1"
    CR2 = "cr2"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClusterFit:
    """A regression of m outcomes on k columns over G clusters.

    `coefficients` (k, m) in the order of the columns. `n` units. `shares` (G, k, k) and `scores`
    (G, k, m) are each cluster's X'X and X'e, `root` (k, k) with root root' = (X'X)^-1.
    """

    coefficients: Floats
    n: int
    shares: Floats
    scores: Floats
    root: Floats

    @property
    def clusters(self) -> int:
        """How many clusters there are."""
        return int(self.shares.shape[0])


def cluster_fit(shares: ArrayLike, products: ArrayLike, n: int) -> ClusterFit | NotEstimable:
    """Fit outcomes by least squares from each cluster's X'X (G, k, k) and X'y (G, k, m).

    `n` is the number of units. With weights both are of weighted sums.

    >>> ones, y = np.ones((4, 1, 1)), np.array([1.0, 2.0, 3.0, 6.0]).reshape(4, 1, 1)
    >>> cluster_fit(ones, y, 4).coefficients
    array([[3.]])
    """
    share = np.asarray(shares, dtype=np.float64)
    product = np.asarray(products, dtype=np.float64)
    if not (np.isfinite(share).all() and np.isfinite(product).all()):
        return NotEstimable("a number of a unit is not finite")
    gram = share.sum(axis=0)
    scale = np.sqrt(np.diag(gram))
    if not scale.all() or np.linalg.eigvalsh(gram / np.outer(scale, scale))[0] < SINGULAR:
        return NotEstimable("the comparison has a column that the others determine")
    root = np.linalg.inv(np.linalg.cholesky(gram)).T
    coefficients = root @ (root.T @ product.sum(axis=0))
    scores = product - share @ coefficients
    return ClusterFit(coefficients=coefficients, n=n, shares=share, scores=scores, root=root)


def cluster_covariance(fit: ClusterFit, contrast: ArrayLike, correction: Correction) -> Floats:
    """Return the (m, m) covariance of a combination `contrast` (k,) of the coefficients.

    One outcome gives a 1 by 1 variance. Needs two clusters.

    >>> ones, y = np.ones((4, 1, 1)), np.array([1.0, 2.0, 3.0, 6.0]).reshape(4, 1, 1)
    >>> fit = cluster_fit(ones, y, 4)
    >>> [cluster_covariance(fit, [1.0], each).round(4).item() for each in Correction]
    [0.875, 1.1667, 1.1667]
    """
    direction = fit.root.T @ np.asarray(contrast, dtype=np.float64)
    moved = np.einsum("j,gjm->gm", direction, _scores(fit, correction))
    return np.asarray(_factor(fit, correction) * moved.T @ moved)


def contrasts_covariance(fit: ClusterFit, contrasts: ArrayLike, correction: Correction) -> Floats:
    """Return the (c, c) covariance of combinations `contrasts` (c, k) of the first outcome's.

    >>> fit = cluster_fit(np.ones((4, 1, 1)), np.arange(4.0).reshape(4, 1, 1), 4)
    >>> contrasts_covariance(fit, [[1.0], [2.0]], Correction.CR2).round(3).tolist()
    [[0.417, 0.833], [0.833, 1.667]]
    """
    directions = fit.root.T @ np.asarray(contrasts, dtype=np.float64).T
    moved = _scores(fit, correction)[:, :, 0] @ directions
    return np.asarray(_factor(fit, correction) * moved.T @ moved)


def satterthwaite_df(fit: ClusterFit, contrast: ArrayLike) -> float:
    """Return the degrees of freedom of the CR2 variance of a contrast.

    Those of the chi-square with the mean and variance that it has when all units have one variance
    and none are alike (Bell and McCaffrey 2002; Pustejovsky and Tipton 2018). They do not depend
    on the contrast's length, which is taken away first: its fourth power need not be finite.

    >>> fit = cluster_fit(np.ones((4, 1, 1)), np.arange(4.0).reshape(4, 1, 1), 4)
    >>> round(satterthwaite_df(fit, [1.0]), 9)
    3.0
    """
    direction = fit.root.T @ np.asarray(contrast, dtype=np.float64)
    direction /= np.abs(direction).max()
    values, vectors = _eigen(fit)
    corrections = _corrections(values)
    along = np.einsum("gij,i->gj", vectors, direction)
    lengths = (along**2 * corrections**2 * values).sum(axis=1)
    moved = np.einsum("gij,gj->gi", vectors, along * corrections * values)
    trace = float((lengths - (moved**2).sum(axis=1)).sum())
    inner = moved.T @ moved
    squares = float((lengths**2).sum() - 2 * (lengths * (moved**2).sum(axis=1)).sum())
    return trace**2 / (squares + float((inner**2).sum()))


def corrected_shares(fit: ClusterFit) -> tuple[Floats, Floats]:
    """Return A S A and A S (G, k, k) by cluster: its share S of the design, A what CR2 applies.

    In the coordinates of the root.

    >>> fit = cluster_fit(np.ones((4, 1, 1)), np.arange(4.0).reshape(4, 1, 1), 4)
    >>> [part[0].round(3).item() for part in corrected_shares(fit)]
    [0.333, 0.289]
    """
    values, vectors = _eigen(fit)
    corrections = _corrections(values)
    twice, once = corrections**2 * values, corrections * values
    turned = vectors.transpose(0, 2, 1)
    return (vectors * twice[:, None, :]) @ turned, (vectors * once[:, None, :]) @ turned


def _scores(fit: ClusterFit, correction: Correction) -> Floats:
    """Return each cluster's scores (G, k, m) in the coordinates of the root, corrected for CR2."""
    scores = np.einsum("ij,gim->gjm", fit.root, fit.scores)
    if correction is Correction.CR2:
        scores = _inverse_root(fit) @ scores
    return np.asarray(scores, dtype=np.float64)


def _factor(fit: ClusterFit, correction: Correction) -> float:
    """Return what CR1 multiplies by, 1 otherwise."""
    if correction is not Correction.CR1:
        return 1.0
    columns = fit.root.shape[0]
    return float(fit.clusters / (fit.clusters - 1) * (fit.n - 1) / (fit.n - columns))


def _eigen(fit: ClusterFit) -> tuple[Floats, Floats]:
    """Return eigenvalues (G, k) in [0, 1] and eigenvectors of each cluster's share."""
    shares = fit.root.T @ fit.shares @ fit.root
    values, vectors = np.linalg.eigh(shares)
    return np.clip(values, 0.0, 1.0), vectors


def _corrections(values: Floats) -> Floats:
    """Return (1 - value)^(-1/2), 0 in a direction that one cluster determines by itself."""
    left = 1 - values
    return np.where(left > WHOLE, 1 / np.sqrt(np.maximum(left, WHOLE)), 0.0)


def _inverse_root(fit: ClusterFit) -> Floats:
    values, vectors = _eigen(fit)
    corrections = _corrections(values)
    return np.asarray((vectors * corrections[:, None, :]) @ vectors.transpose(0, 2, 1))
