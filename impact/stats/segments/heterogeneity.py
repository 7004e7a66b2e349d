"""Do effects in disjoint segments differ by more than chance (Cochran 1954)?

Q takes the standard errors for known. Where they come from few units it is too large too often,
the more so the more segments there are: Welch (1951) makes it an F with the degrees of freedom
that the errors have.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from impact.stats.estimable import NotEstimable

Floats = NDArray[np.float64]
LEAST = (
    8.0  # degrees of freedom: up to so many a variance is uncertain by half of itself, sqrt(2/8)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heterogeneity:
    """Cochran's Q, its degrees of freedom and p-value; `mean` is the effect they are around.

    `df_denominator` is that of Welch's F, infinite where all errors are known.
    """

    statistic: float
    df: int
    p_value: float
    mean: float
    df_denominator: float = math.inf


def heterogeneity(
    effects: Sequence[float],
    std_errors: Sequence[float],
    degrees: Sequence[float] | None = None,
) -> Heterogeneity | NotEstimable:
    """Return the test that all segments have one effect.

    One effect and its positive standard error per segment, on a scale on which effects add
    (for ratios the logarithm); `degrees` of freedom of the errors, more than `LEAST` each,
    infinite where not given. Segments must not share units. Wald's test of the interaction between
    arm and segment: with two segments Q is the squared difference over its variance, and its
    p-value that of Student's t by Welch.

    >>> found = heterogeneity([0.1, 0.5], [0.1, 0.1])
    >>> round(found.statistic, 6), found.df, round(found.mean, 6), round(found.p_value, 4)
    (8.0, 1, 0.3, 0.0047)
    >>> few = heterogeneity([0.1, 0.5], [0.1, 0.1], [10.0, 10.0])
    >>> round(few.df_denominator, 6), round(few.p_value, 4)
    (20.0, 0.0104)
    """
    if len(effects) < 2:  # noqa: PLR2004  # a difference has two sides
        return NotEstimable("fewer than two levels have an effect to compare")
    error = np.asarray(std_errors, dtype=np.float64)
    scale = float(error.max())  # Q is the same in any unit, and in this one no square overflows
    effect = np.asarray(effects, dtype=np.float64) / scale
    weight = (error / scale) ** -2
    mean = float(weight @ effect / weight.sum())
    statistic = float(weight @ (effect - mean) ** 2)
    df = len(effects) - 1
    unknown = _unknown(weight / weight.sum(), degrees)
    denominator = df * (df + 2) / (3 * unknown) if unknown else math.inf
    share = statistic / df / (1 + 2 * (df - 1) / (df * (df + 2)) * unknown)
    p_value = special.fdtrc(df, denominator, share) if unknown else special.chdtrc(df, statistic)
    return Heterogeneity(
        statistic=statistic,
        df=df,
        p_value=float(p_value),
        mean=mean * scale,
        df_denominator=denominator,
    )


def _unknown(share: Floats, degrees: Sequence[float] | None) -> float:
    """Return how little is known of the weights: the sum of (1 - share)^2 over the degrees."""
    if degrees is None:
        return 0.0
    return float(((1 - share) ** 2 / np.asarray(degrees, dtype=np.float64)).sum())
