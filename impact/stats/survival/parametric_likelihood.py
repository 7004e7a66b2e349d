"""How likely a formula makes what was counted, from the formula alone.

The log-likelihood of counts is, with f = -dS/dt the density,

    sum n [event log f(t) + (1 - event) log S(t) - log S(entry)]

A day's churn happens within the day: half a day is added to every time, so that day 0 has one.
"""

from dataclasses import dataclass

import numpy as np

from impact.stats.survival.life_table import Floats
from impact.stats.survival.parametric import FittedModel, survival_of
from impact.stats.survival.parametric_densities import LOG_DENSITIES

NEAR = 0.05, 1e-5  # log-likelihoods that agree: apart by this, and by this share of them


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Follow:
    """One arm's cells: times, churn, units, and the day before the first day at risk, if any.

    `day` is a day in the unit of the times.
    """

    time: Floats
    event: Floats
    n: Floats
    day: float
    entry: Floats | None = None

    @property
    def middle(self) -> Floats:
        """The times in the middle of their days."""
        return self.time + self.day / 2

    @property
    def start(self) -> Floats | None:
        """When each cell came under observation; None where all began at 0."""
        return None if self.entry is None else np.maximum(self.entry + self.day, 0)


def log_likelihood(fit: FittedModel, follow: Follow) -> float:
    """Return the log-likelihood at the fit's parameters; minus infinity or NaN where it has none.

    >>> from impact.stats.survival.parametric_curves import Model
    >>> fit = FittedModel(model=Model.WEIBULL, parameters=np.array([2.0, 1.0]), aic=0.0, unit=1.0,
    ...                   covariance=np.eye(2), observed=5.0, knots=np.array([]))
    >>> follow = Follow(time=np.array([3.0, 4.0]), event=np.array([1, 0]), n=np.ones(2), day=0)
    >>> round(log_likelihood(fit, follow), 6)  # -log 2 - 3 / 2 - 4 / 2
    -4.193147
    """
    with np.errstate(all="ignore"):  # what is no number is the answer
        time = follow.middle / fit.unit
        log_density = LOG_DENSITIES[fit.model](time, fit.parameters, fit.knots) - np.log(fit.unit)
        log_survival = np.log(survival_of(fit, follow.middle))
        each = np.where(follow.event == 1, log_density, log_survival)
        if follow.start is not None:
            each = each - np.log(survival_of(fit, follow.start))
        return float(follow.n @ each)


def is_as_claimed(fit: FittedModel, follow: Follow) -> bool:
    """Whether the formula makes the counts as likely as the fit's AIC says.

    An optimiser may end where its own likelihood has lost all digits.

    >>> from impact.stats.survival.parametric_curves import Model
    >>> fit = FittedModel(model=Model.WEIBULL, parameters=np.array([2.0, 1.0]), aic=12.4, unit=1.0,
    ...                   covariance=np.eye(2), observed=5.0, knots=np.array([]))
    >>> follow = Follow(time=np.array([3.0, 4.0]), event=np.array([1, 0]), n=np.ones(2), day=0)
    >>> is_as_claimed(fit, follow)  # 2 - 12.4 / 2 = -4.2, of -4.193
    True
    """
    own = log_likelihood(fit, follow)
    apart, share = NEAR
    claimed = fit.parameters.size - fit.aic / 2
    return bool(np.isfinite(own)) and abs(own - claimed) <= apart + share * abs(own)
