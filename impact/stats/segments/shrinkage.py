"""Empirical Bayes: each segment's effect drawn towards that of all, by how noisy it is.

Efron and Morris (1975): true effects scatter around their mean with a variance that all segments
together tell of. From four segments on every variance counts by how likely it makes what was
found, each as likely before (Morris and Tang 2011): one estimate in its place would be taken for
known, and be zero too often. Fewer cannot bear that: there it is estimated as Paule and Mandel
(1982) do, and Morris' (1983) term stands for its error.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from impact.stats.estimable import NotEstimable
from impact.stats.inference import quantile_of

Floats = NDArray[np.float64]
ENOUGH = 4  # segments from which on all variances together have a weight that is finite
GRID = np.geomspace(1e-5, 1e8, 120)  # of variances, in units of the largest error's square


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
    over = _over_variances if effect.size >= ENOUGH else _at_one_variance
    value, error, kept = over(effect, variance)
    z = quantile_of(level, df)
    drawn_effects = zip(
        (scale * value).tolist(), (scale * error).tolist(), kept.tolist(), strict=True
    )
    return tuple(
        Shrunken(value=v, std_error=e, ci_low=v - z * e, ci_high=v + z * e, kept=k)
        for v, e, k in drawn_effects
    )


def _over_variances(effect: Floats, variance: Floats) -> tuple[Floats, Floats, Floats]:
    """Return effects, errors and shares kept: means over what the variance between may be."""
    between = GRID * max(1.0, float(np.var(effect)))
    precision = 1 / (variance + between[:, None])
    known = precision.sum(axis=1)
    mean = precision @ effect / known
    squares = (precision * (effect - mean[:, None]) ** 2).sum(axis=1)
    likely = (np.log(precision).sum(axis=1) - np.log(known) - squares) / 2 + np.log(between)
    weight = np.exp(likely - likely.max())
    weight /= weight.sum()
    drawn = variance * precision
    values = mean[:, None] + (1 - drawn) * (effect - mean[:, None])
    value = weight @ values
    own = (1 - drawn) * variance + drawn**2 / known[:, None]
    return value, np.sqrt(weight @ (own + (values - value) ** 2)), weight @ (1 - drawn)


def _at_one_variance(effect: Floats, variance: Floats) -> tuple[Floats, Floats, Floats]:
    """Return effects, errors and shares kept at the variance between that is estimated."""
    between = _between(effect, variance)
    weight = 1 / (variance + between)
    mean = float(weight @ effect / weight.sum())
    drawn = variance / (variance + between)
    own = (1 - drawn) * variance + drawn**2 / weight.sum()
    error = np.sqrt(own + _of_the_variance(effect - mean, variance, between))
    return mean + (1 - drawn) * (effect - mean), error, 1 - drawn


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
    """Return Morris' term for not knowing the variance between, with one degree of freedom."""
    total = variance + between
    drawn = variance / total
    found: Floats = 2 * drawn**2 * (variance.mean() + between) / total * deviation**2
    return found


def _arrays(effects: Sequence[float], std_errors: Sequence[float]) -> tuple[Floats, Floats, float]:
    """Return effects and squared errors in units of the largest error, and that error."""
    error = np.asarray(std_errors, dtype=np.float64)
    scale = float(error.max())
    return np.asarray(effects, dtype=np.float64) / scale, (error / scale) ** 2, scale
