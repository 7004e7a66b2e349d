"""Models fitted by lifelines to carry a curve beyond what was observed.

Importing lifelines takes seconds: this module is loaded only where a plan asks for it. Counts enter
as weights, for which the likelihood of a formula is exact.
"""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from lifelines import (
    GeneralizedGammaFitter,
    LogNormalFitter,
    MixtureCureFitter,
    SplineFitter,
    WeibullFitter,
)
from lifelines.exceptions import ConvergenceError
from lifelines.fitters import ParametricUnivariateFitter

from impact.stats.estimable import NotEstimable
from impact.stats.survival.life_table import Floats
from impact.stats.survival.parametric import FittedModel, checked
from impact.stats.survival.parametric_curves import Model
from impact.stats.survival.parametric_likelihood import Follow, is_as_claimed

LEAST_EVENTS = 10
KNOTS = (0.05, 0.5, 0.95)  # quantiles of the times of churn
SPURIOUS = "the fit ended where its formula does not have the likelihood that it claims"
FAILURES = (ConvergenceError, ValueError, FloatingPointError, ZeroDivisionError, RuntimeError)


def fit_model(model: Model, follow: Follow) -> FittedModel | NotEstimable:
    """Fit one model by maximum likelihood.

    >>> follow = Follow(time=np.arange(10.0), event=np.r_[np.ones(9), 0], n=np.full(10, 5.0), day=1)
    >>> fit = fit_model(Model.WEIBULL, follow)
    >>> (fit.parameters * [fit.unit, 1]).round(2).tolist()
    [5.82, 1.5]
    """
    events = int(follow.n[follow.event == 1].sum())
    if events < LEAST_EVENTS:
        return NotEstimable(f"{events} churns are too few for a model, {LEAST_EVENTS} at least")
    counted = _counted(follow)
    if counted.time[counted.event == 1].min() == counted.time.max():
        return NotEstimable("all churned on the last day seen, which gives no curve its shape")
    fit = _fitted(model, counted, events)
    if isinstance(fit, NotEstimable):
        return fit
    if not is_as_claimed(fit, counted):
        return NotEstimable(SPURIOUS)
    return checked(fit)


def _counted(follow: Follow) -> Follow:
    """Return the cells that have units."""
    kept = follow.n > 0
    return replace(
        follow,
        time=follow.time[kept],
        event=follow.event[kept],
        n=follow.n[kept],
        entry=None if follow.entry is None else follow.entry[kept],
    )


def _fitted(model: Model, follow: Follow, events: int) -> FittedModel | NotEstimable:
    """Fit in the unit of the mean time, by which the AIC is brought back to the plan's."""
    time, churned = follow.middle, follow.event == 1
    unit = float(follow.n @ time / follow.n.sum())
    knots = np.log(_knots(time / unit, follow.event, follow.n))
    if model is Model.SPLINE and np.unique(knots).size < len(KNOTS):
        return NotEstimable("churn at too few times for a spline")
    entry = None if follow.start is None else follow.start / unit
    fitter = FITTERS[model](np.exp(knots))
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            fitter.fit(time / unit, churned, weights=follow.n, entry=entry)
    except FAILURES:
        return NotEstimable("the fit did not converge")
    return FittedModel(
        model=model,
        parameters=fitter.params_.to_numpy(dtype=np.float64),
        covariance=fitter.variance_matrix_.to_numpy(dtype=np.float64),
        aic=float(fitter.AIC_ + 2 * events * np.log(unit)),
        unit=unit,
        observed=float(follow.time.max()),
        knots=knots,
    )


def _knots(time: Floats, event: Floats, n: Floats) -> Floats:
    """Return the times by which these shares of the churn have happened."""
    churned = event == 1
    order = np.argsort(time[churned])
    reached = np.cumsum(n[churned][order])
    places = np.searchsorted(reached, np.array(KNOTS) * reached[-1])
    knots: Floats = time[churned][order][places]
    return knots


FITTERS: Mapping[Model, Callable[[Floats], ParametricUnivariateFitter]] = MappingProxyType(
    {
        Model.WEIBULL: lambda _: WeibullFitter(),
        Model.LOG_NORMAL: lambda _: LogNormalFitter(),
        Model.GENERALISED_GAMMA: lambda _: GeneralizedGammaFitter(),
        Model.SPLINE: lambda knots: SplineFitter(knot_locations=knots),
        Model.MIXTURE_CURE: lambda _: MixtureCureFitter(base_fitter=WeibullFitter()),
    }
)
