"""Asymptotic confidence sequences: intervals that may be read at any time, as often as one likes.

Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2021, "Time-uniform central limit theory and
asymptotic confidence sequences"), theorem 2.2: Robbins' normal mixture around an estimate whose
error is asymptotically normal. `n` is the information so far (units of a mean, events of a hazard
ratio) and `rho` says where the sequence is tightest: it must be fixed before the first look.
"""

import math

from scipy import special

from impact.stats.inference import Inference


def tuned_rho(planned_n: float, *, level: float) -> float:
    """Return the rho with which the sequence is tightest at `planned_n`.

    The root of the derivative of the width, by the lower branch of Lambert's W. `planned_n` must
    be positive, `level` the confidence level.

    >>> round(tuned_rho(1000, level=0.95), 4)
    0.0906
    """
    alpha = 1 - level
    lower = float(special.lambertw(-(alpha**2) / math.e, k=-1).real)
    return math.sqrt((-lower - 1) / planned_n)


def boundary(n: float, *, rho: float, level: float) -> float:
    """Return how many standard errors wide each side of the interval is at information `n`.

    The standard error is that of the estimate from `n`, so that a mean has the limits
    mean plus or minus boundary times sd / sqrt(n). `n` and `rho` must be positive.

    >>> round(boundary(1000, rho=0.05, level=0.95) * 1.1 / math.sqrt(1000), 6)
    0.110778
    """
    gain = n * rho**2
    return math.sqrt(2 * (gain + 1) / gain * math.log(math.sqrt(gain + 1) / (1 - level)))


def always_valid_p_value(statistic: float, n: float, *, rho: float) -> float:
    """Return the p-value that holds at any time, of an estimate `statistic` standard errors off.

    The smallest error rate at which the sequence of this `rho` excludes no effect: one over the
    mixture's likelihood ratio (Johari, Pekelis and Walsh 2017).

    >>> rho = tuned_rho(1000, level=0.95)
    >>> z = boundary(600, rho=rho, level=0.95)
    >>> round(always_valid_p_value(z, 600, rho=rho), 9)
    0.05
    """
    gain = n * rho**2
    log_p = 0.5 * math.log(gain + 1) - statistic**2 * gain / (2 * (gain + 1))
    return math.exp(min(log_p, 0.0))


def always_valid_inference(
    value: float, std_error: float, n: float, *, rho: float, level: float
) -> Inference:
    """Return an estimate with its interval and p-value, both valid under continuous looking.

    `std_error` must be positive.

    >>> found = always_valid_inference(0.12, 1.1 / math.sqrt(1000), 1000, rho=0.05, level=0.95)
    >>> round(found.ci_low, 4), round(found.ci_high, 4)
    (0.0092, 0.2308)
    """
    half = boundary(n, rho=rho, level=level) * std_error
    statistic = value / std_error
    return Inference(
        value=value,
        std_error=std_error,
        ci_low=value - half,
        ci_high=value + half,
        statistic=statistic,
        p_value=always_valid_p_value(statistic, n, rho=rho),
    )
