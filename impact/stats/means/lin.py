"""Adjustment by several covariates, each with a slope of its own in every arm (Lin 2013).

The model is fully interacted, so it falls apart into one regression per arm, each read at the
covariates' mean over all units. Its error is the sandwich HC2 (MacKinnon and White 1985).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from impact.stats.estimable import NotEstimable
from impact.stats.inference import student_inference
from impact.stats.means.cuped import Adjustment
from impact.stats.means.welch import TOO_LARGE

Floats = NDArray[np.float64]
ALONE = 1e-9  # one minus a leverage: less is a unit that the model fits whatever its value
DUST = 1e-24  # of an arm's squared size: less is what rounding leaves of no variance
SMALLEST = 1e-10  # eigenvalue of a correlation matrix: less is a covariate that others make up


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ArmFit:
    """The regression of one arm of `n` units on p covariates, read at `centre`, shape (p,).

    `mean` and `variance` are of the outcome, `means`, `slopes` and `direction` have shape (p,),
    `inverse` (p, p) inverts the centred cross-products. A unit at x weighs
    1 / n + direction (x - means) in the `level`, and has the leverage
    1 / n + (x - means) inverse (x - means).
    """

    n: int
    mean: float
    variance: float
    means: Floats
    slopes: Floats
    inverse: Floats
    centre: Floats

    @property
    def direction(self) -> Floats:
        """How a unit's distance from the arm's means weighs."""
        return np.asarray(self.inverse @ (self.centre - self.means), dtype=np.float64)

    @property
    def level(self) -> float:
        """The outcome that the model expects at the centre."""
        return self.mean + float(self.slopes @ (self.centre - self.means))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FittedArm:
    """A fit with the squared error (HC2) of its level."""

    fit: ArmFit
    variance: float


def fit_arm(n: int, means: ArrayLike, cross: ArrayLike, centre: ArrayLike) -> ArmFit | NotEstimable:
    """Return the regression of one arm from its moments, outcome first, then p covariates.

    `means` has shape (p + 1,), `cross` (p + 1, p + 1) holds centred sums of products.

    >>> fit = fit_arm(4, [5.0, 2.0], [[20.0, 8.0], [8.0, 4.0]], [3.0])
    >>> fit.slopes.tolist(), fit.level
    ([2.0], 7.0)
    """
    middle, products = np.asarray(means, dtype=np.float64), np.asarray(cross, dtype=np.float64)
    if n <= len(middle):
        return NotEstimable("fewer units in one of the arms than the model has coefficients")
    if not np.isfinite(products).all():
        return NotEstimable(TOO_LARGE)
    spread = np.diag(products)[1:]
    if (spread <= 0).any():
        return NotEstimable("a covariate has the same value for every unit of one arm")
    scale = np.sqrt(spread)
    correlation = products[1:, 1:] / np.outer(scale, scale)
    if np.linalg.eigvalsh(correlation).min() < SMALLEST:
        return NotEstimable("the covariates repeat one another in one of the arms")
    inverse = np.linalg.inv(correlation) / np.outer(scale, scale)
    return ArmFit(
        n=n,
        mean=float(middle[0]),
        variance=float(products[0, 0]) / (n - 1),
        means=middle[1:],
        slopes=inverse @ products[1:, 0],
        inverse=inverse,
        centre=np.asarray(centre, dtype=np.float64),
    )


def squared_error(fit: ArmFit, outcome: ArrayLike, covariates: ArrayLike) -> float | NotEstimable:
    """Return the squared error of an arm's level from its units: shapes (n,) and (n, p).

    The sum of squared weights times squared residuals over one minus the leverage.

    >>> fit = fit_arm(4, [3.0, 1.5], [[14.0, 7.0], [7.0, 5.0]], [3.0])
    >>> round(squared_error(fit, [1, 3, 2, 6], [[0], [1], [2], [3]]), 6)
    1.991905
    """
    apart = np.asarray(covariates, dtype=np.float64) - fit.means
    residual = np.asarray(outcome, dtype=np.float64) - fit.mean - apart @ fit.slopes
    weight = 1 / fit.n + apart @ fit.direction
    left = 1 - 1 / fit.n - np.einsum("ij,jk,ik->i", apart, fit.inverse, apart)
    if left.min() < ALONE:
        return NotEstimable("one unit alone decides a coefficient of the model")
    return float((weight**2 * residual**2 / left).sum())


def lin(variant: FittedArm, baseline: FittedArm, *, level: float) -> Adjustment | NotEstimable:
    """Return the adjusted difference, variant minus baseline, with Student's t.

    The degrees of freedom are those of the model of both arms: units minus coefficients. `theta`
    is the slope of the first covariate in the baseline's arm.

    >>> fit = fit_arm(4, [5.0, 2.0], [[20.0, 8.0], [8.0, 4.0]], [3.0])
    >>> other = fit_arm(4, [4.0, 2.0], [[20.0, 8.0], [8.0, 4.0]], [3.0])
    >>> found = lin(FittedArm(fit=fit, variance=0.5), FittedArm(fit=other, variance=0.5), level=0.9)
    >>> found.difference.value, found.difference.df
    (1.0, 4.0)
    """
    arms = variant.fit, baseline.fit
    size = sum((fit.mean * fit.mean + fit.variance) / fit.n for fit in arms)
    if variant.variance + baseline.variance <= DUST * size:
        return NotEstimable("the covariates explain the outcome entirely: no variance is left")
    df = sum(fit.n - len(fit.means) - 1 for fit in arms)
    std_error = math.sqrt(variant.variance + baseline.variance)
    difference = student_inference(arms[0].level - arms[1].level, std_error, float(df), level=level)
    raw = sum(fit.variance / fit.n for fit in arms)
    return Adjustment(
        difference=difference,
        theta=float(baseline.fit.slopes[0]),
        variance_reduction=1 - std_error**2 / raw,
    )
