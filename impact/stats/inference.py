"""The shape of an answer that a statistic gives: a value, its uncertainty and its test."""

import math
from dataclasses import dataclass, replace

from scipy import special


@dataclass(frozen=True, slots=True, kw_only=True)
class Inference:
    """An estimate with its interval and, for a comparison, the test of no difference.

    `df` is None for a test against the normal distribution. `ci_set` says what the limits are
    where they are not those of one interval, which `ci_low` and `ci_high` then leave out.
    """

    value: float
    std_error: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    statistic: float | None = None
    df: float | None = None
    p_value: float | None = None
    ci_set: str = ""


def normal_quantile(level: float) -> float:
    """Return z such that a standard normal lies within plus or minus z with probability `level`.

    >>> round(normal_quantile(0.95), 6)
    1.959964
    """
    return float(special.ndtri(0.5 + level / 2))


def quantile_of(level: float, df: float | None) -> float:
    """Return the two-sided quantile of Student's t with `df`, of the normal without.

    >>> round(quantile_of(0.95, 10.0), 4), round(quantile_of(0.95, None), 4)
    (2.2281, 1.96)
    """
    return normal_quantile(level) if df is None else float(special.stdtrit(df, 0.5 + level / 2))


def p_value_of(statistic: float, df: float | None) -> float:
    """Return the two-sided p-value by Student's t with `df`, by the normal without.

    >>> round(p_value_of(2.2281, 10.0), 4), round(p_value_of(1.96, None), 4)
    (0.05, 0.05)
    """
    if df is None:
        return math.erfc(abs(statistic) / math.sqrt(2))
    return 2 * float(special.stdtr(df, -abs(statistic)))


def normal_inference(value: float, std_error: float, *, level: float) -> Inference:
    """Return interval and two-sided test of zero from a normal approximation.

    `std_error` must be positive.

    >>> round(normal_inference(1.0, 0.5, level=0.95).ci_low, 4)
    0.02
    """
    return _inference(value, std_error, None, level)


def student_inference(value: float, std_error: float, df: float, *, level: float) -> Inference:
    """Return interval and two-sided test of zero from Student's t with `df` degrees of freedom.

    `std_error` must be positive.

    >>> round(student_inference(1.0, 0.5, 10.0, level=0.95).p_value, 4)
    0.0734
    """
    return _inference(value, std_error, df, level)


def without_test(found: Inference) -> Inference:
    """Return the value and its interval: a level has nothing to be compared with.

    >>> without_test(normal_inference(2.0, 1.0, level=0.95)).p_value is None
    True
    """
    return replace(found, statistic=None, p_value=None)


def _inference(value: float, std_error: float, df: float | None, level: float) -> Inference:
    quantile = quantile_of(level, df)
    return Inference(
        value=value,
        std_error=std_error,
        ci_low=value - quantile * std_error,
        ci_high=value + quantile * std_error,
        statistic=value / std_error,
        df=df,
        p_value=p_value_of(value / std_error, df),
    )
