"""The families that a curve is extrapolated by, as formulas of time."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType

import numpy as np
from scipy import special

from impact.stats.survival.life_table import Floats

NEARLY_LOG_NORMAL = 1e-6


class Model(StrEnum):
    """The families that a curve is extrapolated by."""

    WEIBULL = "weibull"
    LOG_NORMAL = "log_normal"
    GENERALISED_GAMMA = "generalised_gamma"
    SPLINE = "spline"
    MIXTURE_CURE = "mixture_cure"


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
