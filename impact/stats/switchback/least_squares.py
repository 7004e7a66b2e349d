"""Windows of time compared by least squares, at a cost that grows with them.

An effect for every day and block and a cluster for every window would make matrices whose number
and size both grow with the schedule. Two facts spare them. The effects are taken off beforehand
(`effects`), and all contacts of a window have one row of the design, so that CR2 needs its leverage
alone. With w the weight of a window, f its leverage in the effects, x its columns less what the
effects explain of them, M = (sum of w x x')^-1 and e its residual, a window has

    the leverage   h = f + w x' M x,
    the weight     d = w (M x)_1   in the first coefficient,

and that coefficient the variance sum of d^2 e^2 / (1 - h). Satterthwaite's degrees of freedom are
tr(P)^2 / tr(P P) with P = A (I - H) A, A^2 = d^2 / (w (1 - h)), of which H has the two parts of h
(Bell and McCaffrey 2002; Pustejovsky and Tipton 2018).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from impact.stats.clusters.regression import (
    SINGULAR,
    WHOLE,
    ClusterFit,
    Correction,
    cluster_covariance,
    cluster_fit,
    satterthwaite_df,
)
from impact.stats.estimable import NotEstimable
from impact.stats.switchback.effects import Effects, effects_of  # noqa: F401  # examples

Floats = NDArray[np.float64]

DETERMINED = NotEstimable("the comparison has a column that the others determine")


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficient:
    """The first coefficient with its CR2 variance, its degrees of freedom and the data's size."""

    value: float
    variance: float
    df: float
    size: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Within:
    """Windows less what their `effects` explain.

    `columns` has shape (windows, p), the outcome's `mean` (windows,). `size` is that of the
    outcome.
    """

    columns: Floats
    mean: Floats
    effects: Effects
    size: float

    @property
    def weight(self) -> Floats:
        """The weight of each window, (windows,)."""
        return self.effects.weight

    @property
    def gram(self) -> Floats:
        """The sum of w x x'."""
        return np.asarray((self.columns * self.weight[:, None]).T @ self.columns)

    @property
    def products(self) -> Floats:
        """The sum of w x y."""
        return np.asarray((self.columns * self.weight[:, None]).T @ self.mean)


def within(columns: Floats, total: Floats, effects: Effects) -> Within | NotEstimable:
    """Take off the effects; refused where they determine a column, or others do.

    `columns` (windows, p) and the outcome's `total` by window are not weighted.

    >>> days = effects_of(np.ones(3), np.array([0, 0, 1]))
    >>> found = within(np.array([[0.0], [1], [1]]), np.array([2.0, 4, 3]), days)
    >>> found.columns.ravel().round(9).tolist(), found.mean.round(9).tolist()
    ([-0.5, 0.5, 0.0], [-1.0, 1.0, 0.0])
    """
    mean, weight = total / effects.weight, effects.weight
    apart = effects.off(np.column_stack([columns, mean]).T).T
    found = Within(
        columns=apart[:, :-1],
        mean=apart[:, -1],
        effects=effects,
        size=float(np.abs(mean).max()),
    )
    left, whole = np.diag(found.gram), (columns**2 * weight[:, None]).sum(axis=0)
    if (left <= SINGULAR * whole).any():
        return DETERMINED
    scale = np.sqrt(left)
    if np.linalg.eigvalsh(found.gram / np.outer(scale, scale))[0] < SINGULAR:
        return DETERMINED
    return found


def errors_by_window(data: Within) -> Coefficient:
    """Return the first coefficient with a cluster for every window.

    >>> one_day = effects_of(np.ones(4), np.zeros(4, dtype=np.int64))
    >>> data = within(np.array([[0.0], [1], [0], [1]]), np.array([1.0, 3, 2, 6]), one_day)
    >>> found = errors_by_window(data)
    >>> found.value, found.variance, found.df
    (3.0, 2.5, 2.0)
    """
    inverse: Floats = np.linalg.inv(data.gram).astype(np.float64)
    coefficients = inverse @ data.products
    residual = data.mean - data.columns @ coefficients
    moved = data.weight * (data.columns @ inverse[0])
    own = data.weight * np.einsum("gi,ij,gj->g", data.columns, inverse, data.columns)
    leverage = data.effects.leverage + own
    left = 1 - leverage
    factor = np.where(left > WHOLE, 1 / np.maximum(left, WHOLE), 0.0)
    share = factor * moved**2 / data.weight
    return Coefficient(
        value=float(coefficients[0]),
        variance=float((factor * moved**2 * residual**2).sum()),
        df=float((share @ left) ** 2 / _squares(data, inverse, share, leverage)),
        size=max(data.size, float(np.abs(coefficients).max())),
    )


def errors_by_group(data: Within) -> Coefficient | NotEstimable:
    """Return the first coefficient with a cluster for every group of windows that share effects.

    >>> columns, days = np.tile([[0.0], [1]], (3, 1)), effects_of(np.ones(6), np.arange(6) // 2)
    >>> data = within(columns, np.array([1.0, 3, 2, 6, 4, 7]), days)
    >>> found = errors_by_group(data)
    >>> round(found.value, 6), round(found.variance, 6), round(found.df, 6)
    (3.0, 0.333333, 2.0)
    """
    weighted = data.columns * data.weight[:, None]
    shares = data.effects.by_group(weighted[:, :, None] * data.columns[:, None, :])
    products = data.effects.by_group(weighted * data.mean[:, None])[:, :, None]
    return first_of(cluster_fit(shares, products, data.weight.size), data.size)


def first_of(fit: ClusterFit | NotEstimable, size: float) -> Coefficient | NotEstimable:
    """Return the first coefficient of a regression by clusters, of outcomes of this size.

    >>> fit = cluster_fit(np.ones((4, 1, 1)), np.array([1.0, 2, 3, 6]).reshape(4, 1, 1), 4)
    >>> found = first_of(fit, 6.0)
    >>> round(found.value, 6), round(found.variance, 6), round(found.df, 6)  # 14 / 3 / 4
    (3.0, 1.166667, 3.0)
    """
    if isinstance(fit, NotEstimable):
        return fit
    contrast = np.zeros(fit.root.shape[0])
    contrast[0] = 1.0
    return Coefficient(
        value=float(fit.coefficients[0, 0]),
        variance=float(cluster_covariance(fit, contrast, Correction.CR2)[0, 0]),
        df=satterthwaite_df(fit, contrast),
        size=max(size, float(np.abs(fit.coefficients).max())),
    )


def _squares(data: Within, inverse: Floats, share: Floats, leverage: Floats) -> float:
    """Return tr(P P): the squares of all entries of I - H, weighted by the shares of both."""
    scaled = data.columns * np.sqrt(data.weight)[:, None]
    moments = (scaled * share[:, None]).T @ scaled @ inverse
    found = float((share**2 * (1 - 2 * leverage)).sum() + np.trace(moments @ moments))
    for places, basis in data.effects.parts:
        amount = basis * share[places, None]
        together, between = amount.T @ basis, amount.T @ scaled[places]
        found += float((together**2).sum() + 2 * np.einsum("di,ij,dj->", between, inverse, between))
    return found
