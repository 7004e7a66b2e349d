"""Do effects in disjoint segments differ by more than chance (Cochran 1954)?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from impact.stats.estimable import NotEstimable


@dataclass(frozen=True, slots=True, kw_only=True)
class Heterogeneity:
    """Cochran's Q, its degrees of freedom and p-value; `mean` is the effect they are around."""

    statistic: float
    df: int
    p_value: float
    mean: float


def heterogeneity(
    effects: Sequence[float], std_errors: Sequence[float]
) -> Heterogeneity | NotEstimable:
    """Return the test that all segments have one effect.

    One effect and its positive standard error per segment, on a scale on which effects add
    (for ratios the logarithm). Segments must not share units. Wald's test of the interaction
    between arm and segment: with two segments Q is the squared difference over its variance.

    >>> found = heterogeneity([0.1, 0.5], [0.1, 0.1])
    >>> round(found.statistic, 6), found.df, round(found.mean, 6)
    (8.0, 1, 0.3)
    """
    if len(effects) < 2:  # noqa: PLR2004  # a difference has two sides
        return NotEstimable("fewer than two levels have an effect to compare")
    effect = np.asarray(effects, dtype=np.float64)
    weight = np.asarray(std_errors, dtype=np.float64) ** -2
    mean = float(weight @ effect / weight.sum())
    statistic = float(weight @ (effect - mean) ** 2)
    df = len(effects) - 1
    return Heterogeneity(
        statistic=statistic, df=df, p_value=float(special.chdtrc(df, statistic)), mean=mean
    )
