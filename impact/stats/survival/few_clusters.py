"""Errors of survival estimates from few clusters: each cluster's own sum, made whole again.

An estimate moves by a sum u of residuals per cluster. Residuals are taken against a model that was
fitted to the same clusters, so that their squares are too small: by how much is known when units
are not alike. Then u has the covariance

    B = diag(own) - lost lost'

with `own` what the units of a cluster vary by, and `lost` (clusters, m) what the fit took: the
coefficients, and the hazard at every event time. CR2 multiplies each square by own / B_gg, which
gives the variance without bias, and Satterthwaite's degrees of freedom are those of the chi-square
with the same mean and variance (Bell and McCaffrey 2002; Pustejovsky and Tipton 2018). For Cox's
model Kauermann and Carroll (2001) and Fay and Graubard (2001) correct for the coefficients alone;
with few clusters the hazard takes as much (Wang, Turner and Li 2023).

Units that are alike make a large cluster count for more than Satterthwaite's number knows. Were
those of a cluster wholly alike, it would move the estimate by `whole`, and as few clusters of one
size would say as much as `effective_clusters` tells (Carter, Schnepel and Steigerwald 2017). The
fewer of Satterthwaite's number and of these less one are taken.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from impact.stats.clusters.effective import effective_clusters
from impact.stats.survival.life_table import Floats

WHOLE = 1e-8  # a cluster that keeps less of what it varies by determines the fit alone


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spread:
    """What the sums of clusters would vary by, were no units alike: diag(own) - lost lost'.

    `whole` is how far each cluster would move the estimate, were its units wholly alike; None
    where clusters serve both sides of the comparison, so that what their units share cancels.
    """

    own: Floats
    lost: Floats
    whole: Floats | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterError:
    """A standard error and how many degrees of freedom it rests on."""

    std_error: float
    df: float


def cluster_error(moved: ArrayLike, spread: Spread) -> ClusterError:
    """Return the CR2 error of a sum over clusters of what each moves an estimate by.

    For the difference of two means of clusters alike it is that of Student's test.

    >>> own, lost = np.ones(4), np.array([[1, 0], [1, 0], [0, 1], [0, 1]]) / 2**0.5
    >>> found = cluster_error([-0.5, 0.5, 1.0, -1.0], Spread(own=own, lost=lost, whole=own))
    >>> round(found.std_error**2, 3), round(found.df, 3)
    (5.0, 2.0)
    """
    taken = (spread.lost**2).sum(axis=1)
    kept = np.maximum(spread.own - taken, 0.0)
    factor = np.divide(
        spread.own, kept, out=np.zeros(kept.size), where=kept > WHOLE * np.abs(spread.own)
    )
    variance = float(factor @ np.asarray(moved, dtype=np.float64) ** 2)
    trace = float(factor @ kept)
    inner = spread.lost.T @ (factor[:, None] * spread.lost)
    squares = float(
        ((factor * spread.own) ** 2).sum()
        - 2 * (factor**2 * spread.own * taken).sum()
        + (inner**2).sum()
    )
    df = trace**2 / squares if squares > 0 else 0.0
    if spread.whole is not None:
        df = min(df, effective_clusters(spread.whole) - 1)
    return ClusterError(std_error=float(np.sqrt(variance)), df=df)


def at_risk_by_cluster(
    amount: Floats,
    place: NDArray[np.intp],
    run: tuple[NDArray[np.intp], NDArray[np.intp]],
    shape: tuple[int, int],
) -> Floats:
    """Add up an amount of each cell by cluster, over the grid points at which it is at risk.

    `place` is each cell's cluster and `run` where it comes and leaves: first <= point < last.
    Returns an array of shape (clusters, grid).

    >>> at_risk_by_cluster(np.array([2.0, 3.0]), np.array([0, 0]),
    ...                    (np.array([0, 1]), np.array([2, 3])), (1, 3)).tolist()
    [[2.0, 5.0, 3.0]]
    """
    first, last = run
    steps = np.zeros((shape[0], shape[1] + 1))
    np.add.at(steps, (place, np.minimum(first, last)), amount)
    np.add.at(steps, (place, last), -amount)
    return np.cumsum(steps, axis=1)[:, :-1]
