"""Is harm beyond a margin ruled out? One-sided tests against the margin."""

import math

import scipy
from scipy import special

from impact.stats.estimable import NotEstimable
from impact.stats.means.newcombe import Successes, newcombe

FARTHEST = 8.0  # standard errors: beyond lies less than 1e-15


def distance(benefit: float, std_error: float, margin: float) -> float:
    """Return how many standard errors a benefit lies above the largest acceptable harm.

    `benefit` is the effect with more being better, `margin` positive, all on one scale (for a
    hazard ratio the logarithm). `std_error` must be positive.

    >>> distance(-0.5, 0.25, 1.0)
    2.0
    """
    return (benefit + margin) / std_error


def one_sided_p_value(statistic: float, df: float | None = None) -> float:
    """Return the p-value against harm of the margin or more (ICH E9), by Student's t with `df`.

    Below half of one minus the confidence level exactly when the two-sided interval lies on the
    safe side of the margin.

    >>> round(one_sided_p_value(1.959964), 6)
    0.025
    """
    if df is None:
        return 0.5 * math.erfc(statistic / math.sqrt(2))
    return float(special.stdtr(df, -statistic))


def share_distance(
    variant: Successes, baseline: Successes, margin: float, *, less_is_better: bool
) -> float | NotEstimable:
    """Return the distance of a difference of shares from its margin, by Newcombe's interval.

    That interval has no standard error: the distance is the normal quantile of the level at which
    its limit meets the margin, so that test and interval never disagree.

    >>> found = share_distance(Successes(n=400, successes=300), Successes(n=400, successes=300),
    ...     0.1, less_is_better=False)
    >>> round(found, 3)
    3.281
    """
    harm = margin if less_is_better else -margin
    reason = newcombe(variant, baseline, level=0.5)
    if isinstance(reason, NotEstimable):
        return reason

    def above(z: float) -> float:
        """The limit on the side of harm, z standard errors out, below 0 while it is safe."""
        found = newcombe(variant, baseline, level=math.erf(abs(z) / math.sqrt(2)))
        limits = () if isinstance(found, NotEstimable) else (found.ci_low, found.ci_high)
        low, high = (limit or 0.0 for limit in limits)
        return (
            (high if z >= 0 else low) - harm if less_is_better else harm - (low if z >= 0 else high)
        )

    if above(FARTHEST) < 0:
        return FARTHEST
    return (
        -FARTHEST
        if above(-FARTHEST) > 0
        else float(scipy.optimize.brentq(above, -FARTHEST, FARTHEST))
    )
