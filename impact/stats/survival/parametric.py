"""Survival as a formula with a few parameters, and what is known of it at any time.

Needed beyond what was observed, where the data say nothing and the formula everything. Errors are
by the delta method from the covariance of the parameters.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

import numpy as np
from scipy import special

from impact.stats.estimable import NotEstimable
from impact.stats.inference import normal_quantile
from impact.stats.survival.life_table import Floats

NODES = 64  # of Gauss and Legendre, for the area under a smooth curve
STEP = 1e-5  # of a parameter's own error, for its derivative
NEARLY_LOG_NORMAL = 1e-6


class Model(StrEnum):
    """The families that a curve is extrapolated by."""

    WEIBULL = "weibull"
    LOG_NORMAL = "log_normal"
    GENERALISED_GAMMA = "generalised_gamma"
    SPLINE = "spline"
    MIXTURE_CURE = "mixture_cure"


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
    """Return survival at one time, with limits symmetric for log(-log S)."""
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
    """Return the fit, or why its formula is no survival curve."""
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


def _weibull(time: Floats, parameters: Floats, knots: Floats) -> Floats:  # noqa: ARG001
    scale, shape = parameters[0], parameters[1]
    survival: Floats = np.exp(-((time / scale) ** shape))
    return survival


def _log_normal(time: Floats, parameters: Floats, knots: Floats) -> Floats:  # noqa: ARG001
    standard: Floats = special.ndtr((parameters[0] - _log(time)) / parameters[1])
    return standard


def _generalised_gamma(time: Floats, parameters: Floats, knots: Floats) -> Floats:
    """Prentice's form: location, logarithm of the scale, shape; shape 0 is the log-normal."""
    location, log_scale, shape = parameters
    if abs(shape) < NEARLY_LOG_NORMAL:
        return _log_normal(time, np.array([location, np.exp(log_scale)]), knots)
    inverse = shape**-2
    reached = inverse * np.exp(shape * (_log(time) - location) / np.exp(log_scale))
    upper: Floats = (special.gammaincc if shape > 0 else special.gammainc)(inverse, reached)
    return upper


def _spline(time: Floats, parameters: Floats, knots: Floats) -> Floats:
    """Royston and Parmar (2002): the log of the cumulative hazard is a cubic in log time."""
    log_time = _log(time)
    low, *inner, high = knots.tolist()
    height = parameters[0] + parameters[1] * log_time
    for parameter, knot in zip(parameters[2:], inner, strict=True):
        share = (high - knot) / (high - low)
        bend = _cube(log_time - knot) - share * _cube(log_time - low)
        height = height + parameter * (bend - (1 - share) * _cube(log_time - high))
    survival: Floats = np.exp(-np.exp(np.minimum(height, 50.0)))
    return survival


def _mixture_cure(time: Floats, parameters: Floats, knots: Floats) -> Floats:
    """Some never churn (Boag 1949), the others by a Weibull."""
    cured = parameters[0]
    others: Floats = cured + (1 - cured) * _weibull(time, parameters[1:], knots)
    return others


def _log(time: Floats) -> Floats:
    return np.log(np.maximum(time, np.finfo(np.float64).tiny))


def _cube(values: Floats) -> Floats:
    return np.maximum(values, 0.0) ** 3


CURVES: Mapping[Model, Callable[[Floats, Floats, Floats], Floats]] = MappingProxyType(
    {
        Model.WEIBULL: _weibull,
        Model.LOG_NORMAL: _log_normal,
        Model.GENERALISED_GAMMA: _generalised_gamma,
        Model.SPLINE: _spline,
        Model.MIXTURE_CURE: _mixture_cure,
    }
)
