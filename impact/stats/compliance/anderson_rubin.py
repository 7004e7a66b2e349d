"""Confidence sets for a ratio of two effects that hold however weak the first stage is."""

import math
from dataclasses import dataclass

from scipy import special

from impact.stats.compliance.assignment_effects import AssignmentEffects

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


def anderson_rubin(effects: AssignmentEffects, *, level: float) -> ConfidenceSet:
    """Return the effects b for which outcome minus b times treatment shows no effect of assignment.

    The test's size does not depend on how much assignment moved the treatment (Anderson and Rubin
    1949). With one instrument the set is where a quadratic in b is not positive: an interval when
    the first stage differs from zero at this level, otherwise two rays or the whole line. The set
    is never empty: it holds the ratio of the two effects.

    >>> import numpy as np
    >>> strong = AssignmentEffects(outcome=1.0, treatment=0.5, covariance=np.eye(2) / 100, df=98)
    >>> found = anderson_rubin(strong, level=0.95)
    >>> round(found.low, 3), round(found.high, 3)
    (1.337, 3.411)
    >>> weak = AssignmentEffects(outcome=1.0, treatment=0.1, covariance=np.eye(2) / 100, df=98)
    >>> anderson_rubin(weak, level=0.95).text
    '(-inf, -10.0578] U [3.25072, inf)'
    """
    critical = float(special.stdtrit(effects.df, 0.5 + level / 2)) ** 2
    (v_outcome, v_joint), (_, v_treatment) = effects.covariance
    square = effects.treatment**2 - critical * v_treatment
    linear = effects.outcome * effects.treatment - critical * v_joint
    constant = effects.outcome**2 - critical * v_outcome
    discriminant = linear**2 - square * constant
    if square == 0:
        return _half_line(float(linear), float(constant))
    if discriminant <= 0:
        return ConfidenceSet(text=WHOLE_LINE)
    low, high = _roots(float(square), float(linear), float(constant), math.sqrt(discriminant))
    if square > 0:
        return ConfidenceSet(low=low, high=high)
    return ConfidenceSet(text=f"(-inf, {low:.6g}] U [{high:.6g}, inf)")


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
