"""Quantiles of values that belong to units of randomisation, such as contacts of customers.

The share at or below a quantile is a ratio of two sums per unit, so its error is that of the
delta method at the unit (Deng, Knoblich and Lu 2018). The interval is found by turning the limits
of that share into quantiles (Woodruff 1952): no density has to be estimated.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from impact.stats.estimable import NotEstimable
from impact.stats.inference import Inference, normal_quantile
from impact.stats.means.ratio import RatioSample


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantileSample:
    """A quantile of `rows` values of `units` units, with the ends of its interval.

    The interval is of `level`; None where it leaves the values that there are.
    """

    units: int
    rows: int
    value: float | None
    low: float | None
    high: float | None
    level: float = 0.95

    @property
    def variance(self) -> float:
        """The squared standard error that the width of the interval stands for."""
        low, high = self.low or 0.0, self.high or 0.0
        return ((high - low) / (2 * normal_quantile(self.level))) ** 2


def limits_of_share(share: float, counts: RatioSample, *, level: float) -> tuple[float, float]:
    """Return the limits of the share of values at or below the quantile.

    `counts` holds, per unit, the values at or below the quantile (numerator) and all values.

    >>> counts = RatioSample(n=100, numerator=1.8, denominator=2.0, numerator_variance=0.5,
    ...     denominator_variance=0.5, covariance=0.45)
    >>> [round(limit, 4) for limit in limits_of_share(0.9, counts, level=0.95)]
    [0.8698, 0.9302]
    """
    half = normal_quantile(level) * math.sqrt(counts.ratio_variance)
    return share - half, share + half


def quantile_of_rows(
    values: ArrayLike, unit: ArrayLike, share: float, *, level: float, units: int = 0
) -> QuantileSample:
    """Return the sample of values, shape (rows,), and the unit that each belongs to.

    Quantiles are interpolated (type 7 of Hyndman and Fan 1996). With `units` as many count,
    those without a value too. One unit alone has no interval.

    >>> quantile_of_rows([1.0, 2.0, 3.0, 4.0, 5.0], [1, 1, 2, 2, 3], 0.5, level=0.5).value
    3.0
    """
    rows = np.asarray(values, dtype=np.float64)
    _, place = np.unique(np.asarray(unit), return_inverse=True)
    found = float(np.quantile(rows, share))
    size = max(units, int(place.max()) + 1)
    per_unit = (
        np.bincount(place, minlength=size),
        np.bincount(place, weights=rows <= found, minlength=size),
    )
    if size == 1:
        return QuantileSample(
            units=1, rows=len(rows), value=found, low=None, high=None, level=level
        )
    spread = np.cov(*per_unit)
    counts = RatioSample(
        n=len(per_unit[0]),
        numerator=float(per_unit[1].mean()),
        denominator=float(per_unit[0].mean()),
        numerator_variance=float(spread[1, 1]),
        denominator_variance=float(spread[0, 0]),
        covariance=float(spread[0, 1]),
    )
    low, high = limits_of_share(share, counts, level=level)
    within = low > 0 and high < 1
    return QuantileSample(
        units=counts.n,
        rows=len(rows),
        value=found,
        low=float(np.quantile(rows, low)) if within else None,
        high=float(np.quantile(rows, high)) if within else None,
        level=level,
    )


def quantile(sample: QuantileSample, *, level: float) -> Inference | NotEstimable:
    """Return the quantile with Woodruff's interval; no test. Its error is that of the interval.

    At another level than the sample's the interval is symmetric, from that error.

    >>> around = quantile(QuantileSample(units=9, rows=30, value=5.0, low=4.0, high=7.0),
    ...     level=0.95)
    >>> around.ci_low, around.ci_high, round(around.std_error, 3)
    (4.0, 7.0, 0.765)
    """
    if sample.value is None:
        return NotEstimable("no value in the arm")
    if sample.low is None or sample.high is None or sample.low == sample.high:
        return Inference(value=sample.value)
    std_error = math.sqrt(sample.variance)
    low, high = sample.low, sample.high
    if level != sample.level:
        half = normal_quantile(level) * std_error
        low, high = sample.value - half, sample.value + half
    return Inference(value=sample.value, std_error=std_error, ci_low=low, ci_high=high)


def missing_interval(sample: QuantileSample) -> str:
    """Return why a quantile has no interval; "" where it has one.

    >>> missing_interval(QuantileSample(units=1, rows=9, value=5.0, low=None, high=None))
    'too few units for an interval around this quantile'
    """
    if sample.low is None or sample.high is None:
        return "too few units for an interval around this quantile"
    if sample.low == sample.high:
        return "no interval: the values around the quantile are all the same"
    return ""
