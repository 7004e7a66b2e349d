"""Several contrasts at once: how many degrees of freedom their CR2 covariance rests on.

Hotelling's T squared needs the one number of the Wishart distribution that is nearest to the
covariance's own: q (q + 1) over the summed variances of its entries, once the contrasts are
brought to have the identity for its mean (the HTZ test of Pustejovsky and Tipton 2018).
"""

import numpy as np
from numpy.typing import ArrayLike

from impact.stats.clusters.regression import ClusterFit, Floats, corrected_shares


def wishart_df(fit: ClusterFit, contrasts: ArrayLike) -> float:
    """Return the degrees of freedom of the CR2 covariance of contrasts (q, k).

    When all units have one variance and none are alike. Those of a single contrast are
    Satterthwaite's. They do not depend on the contrasts' lengths.

    >>> from impact.stats.clusters.regression import cluster_fit
    >>> fit = cluster_fit(np.ones((4, 1, 1)), np.arange(4.0).reshape(4, 1, 1), 4)
    >>> round(wishart_df(fit, [[2.0]]), 9)
    3.0
    """
    directions = fit.root.T @ np.asarray(contrasts, dtype=np.float64).T
    shares, roots = corrected_shares(fit)
    own = np.einsum("ks,gkl,lt->gst", directions, shares, directions, optimize=True)
    lost = roots @ directions  # (G, k, q): the fit takes lost_g' lost_h from any two clusters
    turn = _whitener(own.sum(axis=0) - np.einsum("gks,gkt->st", lost, lost))
    own, lost = turn @ own @ turn, lost @ turn
    taken = np.einsum("gks,gkt->gst", lost, lost)
    total = _entries(own - taken) - _entries(taken)
    for place in range(lost.shape[2]):
        joint = np.einsum("gi,gjt->tij", lost[:, :, place], lost, optimize=True)
        total += float((joint**2).sum() + (joint * joint.transpose(0, 2, 1)).sum())
    return _wishart(lost.shape[2], total)


def effective_df(moves: ArrayLike) -> float:
    """Return how many clusters of one size would say as much, less one, of moves (G, p, q).

    What each cluster moves q contrasts by in p parts that vary by themselves, each as one block.
    For one part of one contrast it is `effective_clusters` less one (Carter, Schnepel and
    Steigerwald 2017).

    >>> round(effective_df(np.array([9.0, 1, -1]).reshape(3, 1, 1)), 2)
    0.05
    """
    parts = np.asarray(moves, dtype=np.float64)
    squares = np.einsum("gps,gpt->gst", parts, parts)
    turn = _whitener(squares.sum(axis=0))
    return _wishart(parts.shape[2], _entries(turn @ squares @ turn)) - 1


def _wishart(contrasts: int, variance: float) -> float:
    return contrasts * (contrasts + 1) / variance


def _entries(matrices: Floats) -> float:
    """Return the sum of (tr K)^2 + tr(K K) over symmetric matrices K (G, q, q)."""
    traces = np.trace(matrices, axis1=1, axis2=2)
    return float((traces**2).sum() + (matrices**2).sum())


def _whitener(covariance: Floats) -> Floats:
    """Return the symmetric root of the inverse."""
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray((vectors / np.sqrt(values)) @ vectors.T)
