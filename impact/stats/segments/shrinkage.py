"""Empirical Bayes: each segment's effect drawn towards that of all, by how noisy it is.

Efron and Morris (1975): true effects scatter around their mean with a variance that is estimated
from all segments together, here as Paule and Mandel (1982) do. The error of a shrunken effect
follows Morris (1983): what is left of its own error, the error of the mean, and that of the
variance between segments.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from impact.stats.estimable import NotEstimable
from impact.stats.inference import quantile_of

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shrunken:
    """One segment's effect after shrinkage; `kept` is the share of its own deviation left."""

    value: float
    std_error: float
    ci_low: float
    ci_high: float
    kept: float


def between_variance(effects: Sequence[float], std_errors: Sequence[float]) -> float:
    """Return the variance of true effects between segments (Paule and Mandel 1982); 0 or more.

    The value at which Cochran's Q with all of the variance equals its degrees of freedom.

    >>> between_variance([0.1, 0.2, 0.3], [0.2, 0.2, 0.2])
    0.0
    >>> round(between_variance([0.0, 1.0, 2.0], [0.5, 0.5, 0.5]), 6)
    0.75
    """
    effect, variance, scale = _arrays(effects, std_errors)
    return _between(effect, variance) * scale**2


def shrunken(
    effects: Sequence[float],
    std_errors: Sequence[float],
    *,
    level: float,
    df: float | None = None,
) -> tuple[Shrunken, ...] | NotEstimable:
    """Return the effects drawn towards their mean, in the order given.

    One effect and its positive standard error per segment, on a scale on which effects add. With
    `df` the intervals are Student's, for errors that rest on no more than so many.

    >>> small, large = shrunken([0.9, 0.1], [0.5, 0.05], level=0.95)
    >>> round(small.value, 2), round(large.value, 2)
    (0.59, 0.1)
    """
    if len(effects) < 2:  # noqa: PLR2004  # a mean of one is that one
        return NotEstimable("fewer than two levels have an effect to learn from")
    effect, variance, scale = _arrays(effects, std_errors)
    between = _between(effect, variance)
    weight = 1 / (variance + between)
    mean = float(weight @ effect / weight.sum())
    drawn = variance / (variance + between)
    value = mean + (1 - drawn) * (effect - mean)
    error = np.sqrt(
        (1 - drawn) * variance
        + drawn**2 / weight.sum()
        + _of_the_variance(effect - mean, variance, between)
    )
    z = quantile_of(level, df)
    drawn_effects = zip(
        (scale * value).tolist(), (scale * error).tolist(), (1 - drawn).tolist(), strict=True
    )
    return tuple(
        Shrunken(value=v, std_error=e, ci_low=v - z * e, ci_high=v + z * e, kept=k)
        for v, e, k in drawn_effects
    )


def _between(effect: Floats, variance: Floats) -> float:
    def excess(between: float) -> float:
        weight = 1 / (variance + between)
        mean = weight @ effect / weight.sum()
        return float(weight @ (effect - mean) ** 2) - (effect.size - 1)

    if excess(0.0) <= 0:
        return 0.0
    highest = float(np.var(effect) * effect.size + variance.max())
    return float(scipy.optimize.brentq(excess, 0.0, highest, xtol=1e-14 * highest))


def _of_the_variance(deviation: Floats, variance: Floats, between: float) -> Floats:
    """Return Morris' term for not knowing the variance between; with few segments it is large."""
    total = variance + between
    drawn = variance / total
    degrees = max(deviation.size - 3, 1)
    found: Floats = 2 / degrees * drawn**2 * (variance.mean() + between) / total * deviation**2
    return found


def _arrays(effects: Sequence[float], std_errors: Sequence[float]) -> tuple[Floats, Floats, float]:
    """Return effects and squared errors in units of the largest error, and that error."""
    error = np.asarray(std_errors, dtype=np.float64)
    scale = float(error.max())
    return np.asarray(effects, dtype=np.float64) / scale, (error / scale) ** 2, scale
