"""The densities of the families that a curve is extrapolated by, as logarithms.

Each is the logarithm of -dS/dt of its namesake in `parametric_curves`, and written out, because a
difference of two survivals has no digits where nearly everybody stays.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from scipy import special

from impact.stats.survival.life_table import Floats
from impact.stats.survival.parametric_curves import NEARLY_LOG_NORMAL, Model

HALF_LOG_TWO_PI = 0.5 * np.log(2 * np.pi)


def _weibull(time: Floats, parameters: Floats, knots: Floats) -> Floats:  # noqa: ARG001
    scale, shape = parameters[0], parameters[1]
    power: Floats = shape * np.log(time / scale)
    found: Floats = np.log(shape / time) + power - np.exp(power)
    return found


def _log_normal(time: Floats, parameters: Floats, knots: Floats) -> Floats:  # noqa: ARG001
    standard: Floats = (np.log(time) - parameters[0]) / parameters[1]
    found: Floats = -(standard**2) / 2 - HALF_LOG_TWO_PI - np.log(parameters[1] * time)
    return found


def _generalised_gamma(time: Floats, parameters: Floats, knots: Floats) -> Floats:
    """Prentice (1974): the power |shape| / scale of a gamma with shape^-2 degrees."""
    location, log_scale, shape = parameters
    if abs(shape) < NEARLY_LOG_NORMAL:
        return _log_normal(time, np.array([location, np.exp(log_scale)]), knots)
    inverse = shape**-2
    log_reached = np.log(inverse) + shape * (np.log(time) - location) / np.exp(log_scale)
    of_gamma: Floats = inverse * log_reached - np.exp(log_reached) - special.gammaln(inverse)
    found: Floats = np.log(abs(shape) / time) - log_scale + of_gamma
    return found


def _spline(time: Floats, parameters: Floats, knots: Floats) -> Floats:
    log_time = np.log(time)
    low, *inner, high = knots.tolist()
    height = parameters[0] + parameters[1] * log_time
    slope = np.full(log_time.shape, parameters[1])
    for parameter, knot in zip(parameters[2:], inner, strict=True):
        share = (high - knot) / (high - low)
        weights = (1.0, -share, share - 1.0)
        over = [np.maximum(log_time - at, 0.0) for at in (knot, low, high)]
        height = height + parameter * sum(w * x**3 for w, x in zip(weights, over, strict=True))
        slope = slope + parameter * sum(3 * w * x**2 for w, x in zip(weights, over, strict=True))
    found: Floats = np.log(slope) - log_time + height - np.exp(height)
    return found


def _mixture_cure(time: Floats, parameters: Floats, knots: Floats) -> Floats:
    found: Floats = np.log1p(-parameters[0]) + _weibull(time, parameters[1:], knots)
    return found


LOG_DENSITIES: Mapping[Model, Callable[[Floats, Floats, Floats], Floats]] = MappingProxyType(
    {
        Model.WEIBULL: _weibull,
        Model.LOG_NORMAL: _log_normal,
        Model.GENERALISED_GAMMA: _generalised_gamma,
        Model.SPLINE: _spline,
        Model.MIXTURE_CURE: _mixture_cure,
    }
)
