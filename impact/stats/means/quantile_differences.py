"""Two quantiles compared by their intervals.

The distances to their ends are squared and added on the side that faces the other arm (Zou and
Donner 2008), as Newcombe does with shares. Where many values are equal, as with whole minutes, a
quantile moves by whole steps: one step is as likely as not, and half of a width would be no
standard error. Then the distances are added: each arm's interval holds its quantile, so that their
difference holds the difference.
"""

import math
import operator
from dataclasses import dataclass, replace
from typing import Self

from impact.stats.estimable import NotEstimable
from impact.stats.inference import Inference, normal_quantile
from impact.stats.means.quantiles import QuantileSample, missing_interval
from impact.stats.means.relative import relative_change, relative_normal

MANY = 10  # steps in an interval: rounding to one adds a hundredth of the variance
DUST = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """How far an interval reaches below and above its estimate."""

    below: float
    above: float

    @classmethod
    def of(cls, sample: QuantileSample) -> "Self":
        """Return the sides of a quantile that has an interval.

        Where an end is the value itself the side stands for values that are equal, not for
        certainty: it counts as the other one.
        """
        value, low, high = sample.value or 0.0, sample.low or 0.0, sample.high or 0.0
        below, above = value - low, high - value
        return cls(below=below or above, above=above or below)

    def compared_with(self, baseline: "Sides", *, stepped: bool = False) -> "Sides":
        """Return how far the interval of a difference from `baseline` reaches.

        >>> found = Sides(below=3.0, above=5.0).compared_with(Sides(below=12.0, above=4.0))
        >>> found.below, found.above
        (5.0, 13.0)
        """
        add = operator.add if stepped else math.hypot
        return Sides(below=add(self.below, baseline.above), above=add(self.above, baseline.below))


def quantile_difference(
    variant: QuantileSample, baseline: QuantileSample, *, level: float
) -> Inference | NotEstimable:
    """Return the difference of quantiles, variant minus baseline.

    The test asks whether the limit that faces no difference reaches it. The standard error is the
    larger of those that both sides stand for.

    >>> slow = QuantileSample(units=50, rows=90, value=9.0, low=6.0, high=10.0)
    >>> quick = QuantileSample(units=50, rows=90, value=5.0, low=4.0, high=9.0)
    >>> found = quantile_difference(slow, quick, level=0.95)
    >>> found.ci_low, round(found.ci_high, 3), round(found.p_value, 3)
    (-3.0, 6.0, 0.263)
    """
    if (reason := _not_comparable(variant, baseline)) is not None:
        return reason
    stepped = is_stepped(variant) or is_stepped(baseline)
    sides = Sides.of(variant).compared_with(Sides.of(baseline), stepped=stepped)
    value = _value(variant) - _value(baseline)
    return _compared(value, sides, variant.level, level=level)


def relative_quantile(
    variant: QuantileSample, baseline: QuantileSample, *, level: float
) -> Inference | NotEstimable:
    """Return the difference as a fraction of the baseline's quantile, by logarithms.

    By the delta method where an interval reaches to zero, which has no logarithm.

    >>> slow = QuantileSample(units=50, rows=90, value=9.0, low=6.0, high=10.0)
    >>> quick = QuantileSample(units=50, rows=90, value=5.0, low=4.0, high=9.0)
    >>> found = relative_quantile(slow, quick, level=0.95)  # whole steps: 6 / 9 - 1 to 10 / 4 - 1
    >>> round(found.value, 3), round(found.ci_low, 3), round(found.ci_high, 3)
    (0.8, -0.333, 1.5)
    """
    if (reason := _not_comparable(variant, baseline)) is not None:
        return reason
    change = relative_change(_value(variant), variant.variance, _value(baseline), baseline.variance)
    if isinstance(change, NotEstimable):
        return change
    if min(variant.low or 0.0, baseline.low or 0.0) <= 0:
        return relative_normal(change, level=level)
    stepped = is_stepped(variant) or is_stepped(baseline)
    first, second = _logarithm(variant), _logarithm(baseline)
    sides = Sides.of(first).compared_with(Sides.of(second), stepped=stepped)
    found = _compared(_value(first) - _value(second), sides, variant.level, level=level)
    return replace(
        found,
        value=change.value,
        std_error=change.std_error,
        ci_low=math.expm1(found.ci_low or 0.0),
        ci_high=math.expm1(found.ci_high or 0.0),
    )


def is_stepped(sample: QuantileSample) -> bool:
    """Say whether value and ends lie few whole steps apart, which a continuous value's do not.

    >>> minutes = QuantileSample(units=9, rows=9, value=900.0, low=840.0, high=1020.0)
    >>> seconds = QuantileSample(units=9, rows=9, value=900.0, low=838.3, high=1013.7)
    >>> is_stepped(minutes), is_stepped(seconds)
    (True, False)
    """
    value, low, high = sample.value or 0.0, sample.low or 0.0, sample.high or 0.0
    places = (steps * (value - low) / (high - low) for steps in range(1, MANY + 1))
    return any(abs(place - round(place)) < DUST for place in places)


def _not_comparable(variant: QuantileSample, baseline: QuantileSample) -> NotEstimable | None:
    for sample in (variant, baseline):
        if sample.value is None:
            return NotEstimable("no value in one of the arms")
    reasons = {missing_interval(variant), missing_interval(baseline)} - {""}
    return NotEstimable(max(reasons)) if reasons else None


def _value(sample: QuantileSample) -> float:
    return 0.0 if sample.value is None else sample.value


def _compared(value: float, sides: Sides, given: float, *, level: float) -> Inference:
    """Return the inference of a difference whose interval of level `given` has these sides."""
    unit = normal_quantile(given)
    times = normal_quantile(level) / unit
    statistic = value / (sides.below if value > 0 else sides.above) * unit
    return Inference(
        value=value,
        std_error=max(sides.below, sides.above) / unit,
        ci_low=value - times * sides.below,
        ci_high=value + times * sides.above,
        statistic=statistic,
        p_value=math.erfc(abs(statistic) / math.sqrt(2)),
    )


def _logarithm(sample: QuantileSample) -> QuantileSample:
    ends = (math.log(end or 0.0) for end in (sample.value, sample.low, sample.high))
    value, low, high = ends
    return replace(sample, value=value, low=low, high=high)
