"""Equality of the means of several groups with unequal variances (Welch 1951)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from impact.stats.estimable import NotEstimable
from impact.stats.means.welch import Sample


@dataclass(frozen=True, slots=True, kw_only=True)
class EqualityTest:
    """Welch's F with its two degrees of freedom."""

    statistic: float
    df: float
    df_within: float
    p_value: float


def equal_means(samples: Sequence[Sample]) -> EqualityTest | NotEstimable:
    """Return Welch's one-way test that all groups have one mean.

    With two groups it is Welch's t-test: F = t squared.

    >>> groups = [Sample(n=9, mean=3.0, variance=4.0), Sample(n=9, mean=1.0, variance=4.0)]
    >>> round(equal_means(groups).statistic, 4), round(equal_means(groups).df_within, 4)
    (4.5, 16.0)
    """
    if len(samples) < 2 or min(sample.n for sample in samples) < 2:  # noqa: PLR2004
        return NotEstimable("fewer than two units in one of the arms")
    if min(sample.variance for sample in samples) <= 0:
        return NotEstimable("zero variance in one of the arms")
    weight = np.array([1 / sample.mean_variance for sample in samples])
    means = np.array([sample.mean for sample in samples])
    size = np.array([sample.n for sample in samples])
    groups, share = len(samples), weight / weight.sum()
    between = float((weight * (means - share @ means) ** 2).sum()) / (groups - 1)
    uneven = float(((1 - share) ** 2 / (size - 1)).sum())
    statistic = between / (1 + 2 * (groups - 2) / (groups**2 - 1) * uneven)
    df, df_within = float(groups - 1), (groups**2 - 1) / (3 * uneven)
    p_value = float(special.fdtrc(df, df_within, statistic))
    return EqualityTest(statistic=statistic, df=df, df_within=df_within, p_value=p_value)
