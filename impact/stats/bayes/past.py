"""A prior learnt from past experiments: how large were the true effects, and how scattered?

The normal-normal hierarchy of Gelman (2006): each past estimate scatters around a true effect,
true effects scatter around their mean with a deviation tau that has a half-t prior. tau is
integrated out on a grid and not fixed at its best value, which few experiments cannot find.
"""

from collections.abc import Sequence

import numpy as np

from impact.stats.bayes.normal import Normal
from impact.stats.estimable import NotEstimable

FEWEST = 5  # experiments
GRID, FARTHEST = 400, 5.0  # of tau, up to so many times the usual scale
DEGREES = 4  # of the half-t


def learned_prior(
    effects: Sequence[float], std_errors: Sequence[float], *, usual: Normal
) -> Normal | NotEstimable:
    """Return what is expected of the next experiment's true effect.

    One effect and its positive standard error per past experiment, all on one scale. `usual` is
    what would be believed without them: the prior of the mean, and the scale of tau. The answer
    has the mean and the variance of the predictive distribution, with all that is not known of
    mean and tau in it.

    >>> usual = Normal(mean=0.0, sd=0.2)
    >>> prior = learned_prior([0.02, -0.01, 0.03, 0.0, 0.01], [0.01] * 5, usual=usual)
    >>> round(prior.mean, 3), round(prior.sd, 3)
    (0.01, 0.028)
    """
    if len(effects) < FEWEST:
        return NotEstimable(f"fewer than {FEWEST} past experiments")
    effect = np.asarray(effects, dtype=np.float64)
    variance = np.asarray(std_errors, dtype=np.float64) ** 2
    tau = (np.arange(GRID) + 0.5) / GRID * FARTHEST * usual.sd
    weight = 1 / (variance[None, :] + tau[:, None] ** 2)  # (tau, experiment)
    precision = weight.sum(axis=1) + usual.sd**-2
    mean = (weight @ effect + usual.mean * usual.sd**-2) / precision
    residual = (weight * (effect[None, :] - mean[:, None]) ** 2).sum(axis=1)
    log_density = (
        0.5 * np.log(weight).sum(axis=1)
        - 0.5 * np.log(precision)
        - 0.5 * residual
        - 0.5 * ((mean - usual.mean) / usual.sd) ** 2
        - (DEGREES + 1) / 2 * np.log1p((tau / usual.sd) ** 2 / DEGREES)
    )
    share = np.exp(log_density - log_density.max())
    share /= share.sum()
    centre = float(share @ mean)
    spread = float(share @ (tau**2 + 1 / precision + (mean - centre) ** 2))
    return Normal(mean=centre, sd=spread**0.5)
