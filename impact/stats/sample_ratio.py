"""Did each arm get its share of the units? A broken split makes every comparison wrong."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from impact.stats.estimable import NotEstimable

PRIOR_PSEUDOCOUNT = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioTest:
    """A test of the intended split.

    `statistic` is chi-square with `df` degrees of freedom, or the log Bayes factor against the
    intended split, and then `df` is None.
    """

    statistic: float
    df: float | None
    p_value: float


def chi_square(counts: Sequence[int], weights: Sequence[float]) -> RatioTest | NotEstimable:
    """Return Pearson's test of the intended split; valid for one look at a fixed time.

    Arms without weight are not tested.

    >>> round(chi_square([50321, 49679], [1, 1]).p_value, 6)
    0.042338
    """
    observed, share = _shares(counts, weights)
    if observed.sum() == 0 or observed.size == 1:
        return NotEstimable("there is nothing to compare the split with")
    expected = observed.sum() * share
    statistic = float((((observed - expected) ** 2) / expected).sum())
    df = float(observed.size - 1)
    return RatioTest(statistic=statistic, df=df, p_value=float(special.chdtrc(df, statistic)))


def sequential(
    counts: Sequence[int], weights: Sequence[float], *, pseudocount: float = PRIOR_PSEUDOCOUNT
) -> RatioTest | NotEstimable:
    """Return a test of the intended split that stays valid however often one looks.

    The Bayes factor of a Dirichlet-multinomial with concentration `pseudocount` around the
    intended split against that split; under the latter it is a martingale, so that min(1, 1/BF)
    is an always-valid p-value (Lindon and Malek 2020).

    >>> sequential([50321, 49679], [1, 1]).p_value
    1.0
    """
    observed, share = _shares(counts, weights)
    if observed.sum() == 0 or observed.size == 1:
        return NotEstimable("there is nothing to compare the split with")
    prior = pseudocount * share
    log_bayes_factor = float(
        special.gammaln(pseudocount)
        - special.gammaln(pseudocount + observed.sum())
        + (special.gammaln(prior + observed) - special.gammaln(prior)).sum()
        - (observed * np.log(share)).sum()
    )
    p_value = float(np.exp(-max(log_bayes_factor, 0.0)))
    return RatioTest(statistic=log_bayes_factor, df=None, p_value=p_value)


def combined(tests: Iterable[RatioTest]) -> RatioTest:
    """Return one test of several splits that were drawn independently, all of the same kind.

    Chi-squares and their degrees of freedom add up, and so do log Bayes factors: a product of
    martingales of independent splits is one.

    >>> parts = [chi_square([60, 40], [1, 1]), chi_square([20, 80], [1, 3])]
    >>> found = combined(parts)
    >>> round(found.statistic, 3), found.df, round(found.p_value, 4)
    (5.333, 2.0, 0.0695)
    """
    parts = list(tests)
    statistic = sum(part.statistic for part in parts)
    if any(part.df is None for part in parts):
        p_value = float(np.exp(-max(statistic, 0.0)))
        return RatioTest(statistic=statistic, df=None, p_value=p_value)
    df = float(sum(part.df or 0.0 for part in parts))
    return RatioTest(statistic=statistic, df=df, p_value=float(special.chdtrc(df, statistic)))


def _shares(
    counts: Sequence[int], weights: Sequence[float]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    weight = np.asarray(weights, dtype=np.float64)
    tested = weight > 0
    return np.asarray(counts, dtype=np.float64)[tested], weight[tested] / weight.sum()
