"""Confidence sets for a ratio of two estimates, which need not be one interval."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

WHOLE_LINE = "(-inf, inf)"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfidenceSet:
    """The values of the effect that a test does not reject.

    An interval has `low` and `high` and no `text`. Two rays or the whole line have only `text`,
    such as "(-inf, -2.1] U [0.4, inf)".
    """

    low: float | None = None
    high: float | None = None
    text: str = ""


def ratio_set(
    numerator: float, denominator: float, covariance: ArrayLike, *, critical: float
) -> ConfidenceSet:
    """Return the ratios b for which numerator - b denominator does not differ from zero.

    `covariance` has shape (2, 2), numerator first; `critical` is the squared quantile of the test.
    The set is where a quadratic in b is not positive: an interval when the denominator differs
    from zero at this level, otherwise two rays or the whole line. It is never empty: it holds the
    ratio of the two estimates.

    >>> found = ratio_set(1.0, 0.5, np.eye(2) / 100, critical=4.0)
    >>> round(found.low, 3), round(found.high, 3)
    (1.333, 3.429)
    """
    (v_numerator, v_joint), (_, v_denominator) = np.asarray(covariance, dtype=np.float64)
    square = denominator**2 - critical * v_denominator
    linear = numerator * denominator - critical * v_joint
    constant = numerator**2 - critical * v_numerator
    discriminant = linear**2 - square * constant
    if square == 0:
        return _half_line(float(linear), float(constant))
    if square < 0 and discriminant <= 0:
        return ConfidenceSet(text=WHOLE_LINE)
    # Of an interval it is never negative, but for rounding where the set is one point.
    root = math.sqrt(max(discriminant, 0.0))
    low, high = _roots(float(square), float(linear), float(constant), root)
    if square > 0:
        return ConfidenceSet(low=low, high=high)
    return ConfidenceSet(text=f"(-inf, {low:.6g}] U [{high:.6g}, inf)")


def above_zero(text: str) -> str:
    """Return what lies above 0 of a set that is no interval.

    >>> above_zero("(-inf, -2.1] U [0.4, inf)"), above_zero("(-inf, 0.2] U [0.4, inf)")
    ('[0.4, inf)', '(0, 0.2] U [0.4, inf)')
    """
    parts = [part.strip("()[]").split(", ") for part in text.split(" U ")]
    kept = [(float(low), high) for low, high in parts if float(high) > 0]
    return " U ".join(_part(low, high) for low, high in kept)


def _part(low: float, high: str) -> str:
    end = "inf)" if high == "inf" else f"{high}]"
    return f"[{low:.6g}, {end}" if low > 0 else f"(0, {end}"


def _roots(square: float, linear: float, constant: float, root: float) -> tuple[float, float]:
    """Return the roots of square b^2 - 2 linear b + constant without cancellation."""
    far = linear + math.copysign(root, linear)
    first, second = far / square, constant / far if far else 0.0
    return min(first, second), max(first, second)


def _half_line(linear: float, constant: float) -> ConfidenceSet:
    """Return where -2 linear b + constant is not positive: the quadratic has no square."""
    if linear == 0:
        return ConfidenceSet(text=WHOLE_LINE)
    edge = constant / (2 * linear)
    text = f"[{edge:.6g}, inf)" if linear > 0 else f"(-inf, {edge:.6g}]"
    return ConfidenceSet(text=text)
