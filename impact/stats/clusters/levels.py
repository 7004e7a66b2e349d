"""Is an effect the same in all levels of a segment, where levels may share clusters?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from impact.stats.clusters.comparison import LEAST_DF, ClusterSums, Floats, entries
from impact.stats.clusters.regression import (
    ClusterFit,
    Correction,
    cluster_fit,
    contrasts_covariance,
)
from impact.stats.clusters.several import effective_df, wishart_df
from impact.stats.estimable import NotEstimable

SINGULAR = 1e-10


@dataclass(frozen=True, slots=True, kw_only=True)
class EqualEffects:
    """The F test that all levels have one effect, its two degrees of freedom and the p-value."""

    statistic: float
    df: float
    df_denominator: float
    p_value: float
    clusters: int


def equal_effects(levels: Sequence[ClusterSums]) -> EqualEffects | NotEstimable:
    """Return the test that variant and control differ by as much in every level.

    One entry per level, cluster codes the same in all of them. One regression with an arm, a
    constant and a covariate's slope per level; Wald's statistic of the differences between levels
    with their CR2 covariance, in which a cluster with units of several levels counts once. Read as
    Hotelling's T squared with the degrees of freedom of that covariance (HTZ of Pustejovsky and
    Tipton 2018), of which there are the fewer of two numbers: those of units that are not alike,
    and where every cluster is in one arm, those of units wholly alike within cluster and level, in
    which a giant is one observation per level whatever its size.

    >>> rng = np.random.default_rng(1)
    >>> arm, size = np.arange(24) % 2, np.full(24, 30.0)
    >>> team = rng.normal(0, 1, 24)
    >>> levels = [ClusterSums(cluster=np.arange(24), treated=arm, n=size, weight=size,
    ...     outcome=(size * (team + arm + rng.normal(0, 0.2, 24)))[:, None]) for _ in range(2)]
    >>> found = equal_effects(levels)
    >>> found.df, round(found.df_denominator), found.clusters, found.p_value > 0.1
    (1.0, 22, 24, True)
    """
    if len(levels) < 2:  # noqa: PLR2004  # a difference has two sides
        return NotEstimable("fewer than two levels have an effect to compare")
    fit = _together(levels)
    if isinstance(fit, NotEstimable):
        return fit
    arms = _arm_places(levels)
    differences = np.zeros((len(levels) - 1, fit.root.shape[0]))
    differences[:, arms[0]] = -1.0
    differences[np.arange(len(levels) - 1), arms[1:]] = 1.0
    covariance = contrasts_covariance(fit, differences, Correction.CR2)
    size = np.sqrt(np.diag(covariance))
    if not size.all() or np.linalg.eigvalsh(covariance / np.outer(size, size))[0] < SINGULAR:
        return NotEstimable("the clusters leave the difference between two levels without spread")
    apart = differences @ fit.coefficients[:, 0]
    df = min(wishart_df(fit, differences), _alike_df(fit, differences, levels))
    return _tested(fit, float(apart @ np.linalg.solve(covariance, apart)), len(differences), df)


def _tested(fit: ClusterFit, wald: float, q: int, df: float) -> EqualEffects | NotEstimable:
    left = df - q + 1
    if not left >= LEAST_DF:
        return NotEstimable(
            f"too few clusters carry the differences between levels: {left:.1f} effective degrees "
            f"of freedom, fewer than {LEAST_DF:g}"
        )
    statistic = wald * left / (df * q)
    return EqualEffects(
        statistic=statistic,
        df=float(q),
        df_denominator=left,
        p_value=float(special.fdtrc(q, left, statistic)),
        clusters=fit.clusters,
    )


def _alike_df(fit: ClusterFit, differences: Floats, levels: Sequence[ClusterSums]) -> float:
    """Return the degrees of freedom if the units of a cluster were wholly alike in each level.

    Without limit where clusters serve both arms of a level: what their units share then cancels.
    """
    if not all(sums.are_whole for sums in levels):
        return np.inf
    constants = np.array(_arm_places(levels)) - 1
    directions = differences @ fit.root @ fit.root.T
    by_level = [
        fit.shares[:, place:end, place] @ directions[:, place:end].T
        for place, end in zip(constants, [*constants[1:], fit.root.shape[0]], strict=True)
    ]
    return effective_df(np.stack(by_level, axis=1))


def _arm_places(levels: Sequence[ClusterSums]) -> list[int]:
    """Return where each level's coefficient of the arm stands: second of its own."""
    widths = [2 if sums.covariate is None else 3 for sums in levels]
    return [sum(widths[:place]) + 1 for place in range(len(levels))]


def _together(levels: Sequence[ClusterSums]) -> ClusterFit | NotEstimable:
    """Fit all levels in one regression, each with coefficients of its own."""
    order = np.unique(np.concatenate([sums.cluster for sums in levels]))
    parts = [entries(sums) for sums in levels]
    width = sum(products.shape[1] for _, products in parts)
    shares: Floats = np.zeros((order.size, width, width))
    products: Floats = np.zeros((order.size, width, 1))
    start = 0
    for sums, (share, product) in zip(levels, parts, strict=True):
        place = np.searchsorted(order, sums.cluster)
        own = slice(start, start + product.shape[1])
        np.add.at(shares[:, own, own], place, share)
        np.add.at(products[:, own], place, product[:, :, :1])
        start = own.stop
    return cluster_fit(shares, products, int(sum(sums.n.sum() for sums in levels)))
