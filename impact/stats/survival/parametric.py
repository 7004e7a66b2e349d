"""Survival as a formula with a few parameters, and what is known of it at any time.

Needed beyond what was observed, where the data say nothing and the formula everything. Errors are
by the delta method from the covariance of the parameters.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from impact.stats.estimable import NotEstimable
from impact.stats.inference import normal_quantile
from impact.stats.survival.life_table import Floats
from impact.stats.survival.parametric_curves import CURVES, NEARLY_LOG_NORMAL, Model

NODES = 64  # of Gauss and Legendre, for the area under a smooth curve
STEP = 1e-5  # of a parameter's own error, for its derivative


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FittedModel:
    """A curve with its parameters, fitted to times counted in `unit`.

    `knots` are the logarithms of a spline's knots. `observed` is how far the data reach.
    """

    model: Model
    parameters: Floats
    covariance: Floats
    aic: float
    unit: float
    observed: float
    knots: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPoint:
    """A value of the formula; error and limits are None where the fit gives none."""

    value: float
    std_error: float | None
    ci_low: float | None
    ci_high: float | None


def survival_of(fit: FittedModel, times: Floats, parameters: Floats | None = None) -> Floats:
    """Return the share that stays beyond each time.

    >>> fit = FittedModel(model=Model.WEIBULL, parameters=np.array([10.0, 1.0]), aic=0.0, unit=2.0,
    ...                   covariance=np.eye(2), observed=5.0, knots=np.array([]))
    >>> survival_of(fit, np.array([20.0])).round(4).tolist()
    [0.3679]
    """
    chosen = fit.parameters if parameters is None else parameters
    return CURVES[fit.model](np.maximum(times, 0.0) / fit.unit, chosen, fit.knots)


def model_survival(fit: FittedModel, time: float, level: float) -> ModelPoint:
    """Return survival at one time, with limits symmetric for log(-log S).

    >>> fit = FittedModel(model=Model.WEIBULL, parameters=np.array([1.0, 1.0]), aic=0.0, unit=1.0,
    ...                   covariance=np.eye(2) / 100, observed=1.0, knots=np.array([]))
    >>> point = model_survival(fit, 1.0, 0.95)  # exp(-1), whose slope in the scale is the same
    >>> round(point.value, 4), round(point.std_error, 4)
    (0.3679, 0.0368)
    """
    value = float(survival_of(fit, np.array([time]))[0])
    error = _error(fit, lambda chosen: float(survival_of(fit, np.array([time]), chosen)[0]))
    if error is None or not 0 < value < 1:
        return ModelPoint(value=value, std_error=error, ci_low=None, ci_high=None)
    with np.errstate(over="ignore"):  # all of [0, 1] is possible where the fit knows nothing
        stretch = np.exp(normal_quantile(level) * error / (value * -np.log(value)))
    low, high = float(value**stretch), float(value ** (1 / stretch))
    return ModelPoint(value=value, std_error=error, ci_low=low, ci_high=high)


def model_mean(fit: FittedModel, horizon: float, level: float) -> ModelPoint:
    """Return the mean time kept up to a horizon: the area under the formula.

    >>> fit = FittedModel(model=Model.WEIBULL, parameters=np.array([1.0, 1.0]), aic=0.0, unit=1.0,
    ...                   covariance=np.eye(2) / 100, observed=1.0, knots=np.array([]))
    >>> round(model_mean(fit, 2.0, 0.95).value, 6)  # 1 - exp(-2)
    0.864665
    """
    value = _area(fit, horizon)
    error = _error(fit, lambda chosen: _area(fit, horizon, chosen))
    if error is None:
        return ModelPoint(value=value, std_error=None, ci_low=None, ci_high=None)
    reach = normal_quantile(level) * error
    return ModelPoint(value=value, std_error=error, ci_low=value - reach, ci_high=value + reach)


def checked(fit: FittedModel) -> FittedModel | NotEstimable:
    """Return the fit, or why its formula is no survival curve.

    >>> fit = FittedModel(model=Model.WEIBULL, parameters=np.array([1.0, -1.0]), aic=0.0, unit=1.0,
    ...                   covariance=np.eye(2), observed=1.0, knots=np.array([]))
    >>> checked(fit).reason
    'the fitted formula is no survival curve'
    """
    times = np.linspace(0.0, 1.0, 50)[1:] * fit.observed
    values = survival_of(fit, times)
    if not np.isfinite(values).all() or (np.diff(values) > NEARLY_LOG_NORMAL).any():
        return NotEstimable("the fitted formula is no survival curve")
    return fit


def _error(fit: FittedModel, value_of: Callable[[Floats], float]) -> float | None:
    """Return the error of a function of the parameters; None at the edge of what they may be."""
    spread = np.diagonal(fit.covariance)
    if not np.isfinite(fit.covariance).all() or (spread <= 0).any():
        return None
    steps = STEP * np.sqrt(spread)
    slope = np.array(
        [
            (value_of(fit.parameters + move) - value_of(fit.parameters - move)) / (2 * step)
            for step, move in zip(steps, np.diag(steps), strict=True)
        ]
    )
    variance = float(slope @ fit.covariance @ slope)
    return float(np.sqrt(variance)) if np.isfinite(variance) and variance > 0 else None


def _area(fit: FittedModel, horizon: float, parameters: Floats | None = None) -> float:
    """Integrate over the square root of time: curves may fall steeply at the start."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    root = (nodes + 1) / 2
    values = survival_of(fit, horizon * root**2, parameters)
    return float(horizon * (weights * root) @ values)
