"""Revenue per customer until a horizon where observation ends before it for some.

Each payment counts for those of whom it would not have been seen: it is divided by the chance to
be observed for as long as it takes to know it (inverse-probability-of-censoring weighting,
partitioned: Bang and Tsiatis 2000). Means of those seen to the end, or of everybody as seen, are
biased low and are not computed here.
"""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np

from impact.stats.estimable import NotEstimable
from impact.stats.inference import Inference, normal_inference, without_test
from impact.stats.means.observation import Floats, ObservationCurve, observation_curve
from impact.stats.means.relative import relative_change, relative_normal

LEAST_OBSERVED = 0.1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LifetimeSample:
    """The customers of one arm in cells, and their payments by when they were known.

    Per cell, shape (cells,): `time` observed (until churn, the end of observation or `horizon`,
    whichever came first), `complete` (churned by then, or reached the horizon), `n` customers,
    `earned` (the mean of their weighted revenue) and `squares` (its centred sum of squares).
    Per time, shape (times,): `known` (ascending) and `paid`, the plain sum of what was paid in an
    interval of the partition that ends there, or whose customer had churned there.
    """

    horizon: float
    time: Floats
    complete: np.ndarray[tuple[int], np.dtype[np.bool_]]
    n: Floats
    earned: Floats
    squares: Floats
    known: Floats
    paid: Floats

    @property
    def units(self) -> int:
        """How many customers."""
        return int(self.n.sum())

    @property
    def observation(self) -> ObservationCurve:
        """The chance to be observed for so long."""
        return observation_curve(self.time, self.complete, self.n)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifetime:
    """The mean revenue of an arm, its squared standard error and G(horizon-)."""

    value: float
    variance: float
    observed: float

    @classmethod
    def of(cls, sample: LifetimeSample) -> "Self | NotEstimable":
        """Return the estimate of one arm.

        The squared error is the sum of squared influence functions over n squared: what a
        customer's weighted revenue adds, plus the martingale of the end of observation times the
        revenue that is still to be known (Bang and Tsiatis 2000; Zhao and Tian 2001).
        """
        if (reason := _not_usable(sample)) is not None:
            return reason
        curve, total = sample.observation, sample.units
        observed = float(curve.before(sample.horizon))
        if observed < LEAST_OBSERVED:
            return NotEstimable(
                f"too few customers could be observed until the horizon: {observed:.1%}, and the "
                f"weighting needs {LEAST_OBSERVED:.0%}"
            )
        weighted = sample.paid / curve.before(sample.known)
        value = float(weighted.sum()) / total
        influence = sample.earned - value + _corrections(sample, curve, weighted)
        squares = float((sample.squares + sample.n * influence**2).sum())
        return cls(value=value, variance=squares / total**2, observed=observed)


def lifetime_revenue(sample: LifetimeSample, *, level: float) -> Inference | NotEstimable:
    """Return the mean revenue per customer until the horizon; no test.

    >>> from impact.stats.means.payments import partitioned
    >>> rows = partitioned([2, 1, 2], [0, 1, 0], [[5.0, 5.0], [3.0, 0.0], [4.0, 6.0]], [1, 2])
    >>> lifetime_revenue(rows, level=0.95).value
    7.666666666666667
    """
    found = Lifetime.of(sample)
    if isinstance(found, NotEstimable):
        return found
    if found.variance == 0:
        return Inference(value=found.value)
    return without_test(normal_inference(found.value, math.sqrt(found.variance), level=level))


def lifetime_difference(
    variant: LifetimeSample, baseline: LifetimeSample, *, level: float
) -> Inference | NotEstimable:
    """Return the difference of lifetime revenue, variant minus baseline, with a normal test.

    >>> from impact.stats.means.payments import partitioned
    >>> rows = partitioned([2, 1, 2], [0, 0, 0], [[5.0, 5.0], [3.0, 0.0], [4.0, 6.0]], [1, 2])
    >>> others = partitioned([2, 2], [0, 0], [[5.0, 5.0], [3.0, 1.0]], [1, 2])
    >>> found = lifetime_difference(rows, others, level=0.95)
    >>> round(found.value, 9), round(found.std_error, 4)  # (12 + 11 / (2 / 3)) / 3 - 14 / 2
    (2.5, 2.4191)
    """
    arms = _both(variant, baseline)
    if isinstance(arms, NotEstimable):
        return arms
    std_error = math.sqrt(arms[0].variance + arms[1].variance)
    return normal_inference(arms[0].value - arms[1].value, std_error, level=level)


def relative_lifetime(
    variant: LifetimeSample, baseline: LifetimeSample, *, level: float
) -> Inference | NotEstimable:
    """Return the difference as a fraction of the baseline's, by the delta method.

    >>> from impact.stats.means.payments import partitioned
    >>> rows = partitioned([2, 2], [0, 0], [[5.0, 5.0], [4.0, 6.0]], [1, 2])
    >>> others = partitioned([2, 2], [0, 0], [[5.0, 5.0], [3.0, 2.0]], [1, 2])
    >>> round(relative_lifetime(rows, others, level=0.95).value, 6)  # 10 / 7.5 - 1
    0.333333
    """
    arms = _both(variant, baseline)
    if isinstance(arms, NotEstimable):
        return arms
    change = relative_change(*(part for arm in arms for part in (arm.value, arm.variance)))
    return relative_normal(change, level=level)


def _both(
    variant: LifetimeSample, baseline: LifetimeSample
) -> tuple[Lifetime, Lifetime] | NotEstimable:
    first, second = Lifetime.of(variant), Lifetime.of(baseline)
    if isinstance(first, NotEstimable):
        return first
    if isinstance(second, NotEstimable):
        return second
    if first.variance + second.variance == 0:
        return NotEstimable("zero variance: all customers of each arm paid the same")
    return first, second


def _corrections(sample: LifetimeSample, curve: ObservationCurve, weighted: Floats) -> Floats:
    """Return per cell what its end of observation, or the lack of one, says of the weights."""
    later = np.concatenate([weighted[::-1].cumsum()[::-1], [0.0]])
    to_come = later[np.searchsorted(sample.known, curve.ends, side="right")] / curve.at_risk
    expected = np.concatenate([[0.0], np.cumsum(to_come * curve.hazard)])
    place = np.searchsorted(curve.ends, sample.time, side="right")
    ended = np.concatenate([[0.0], to_come])[place] * ~sample.complete
    return np.asarray(ended - expected[place], dtype=np.float64)


def _not_usable(sample: LifetimeSample) -> NotEstimable | None:
    if sample.units == 0:
        return NotEstimable("no unit in the arm")
    if not np.isfinite(sample.time).all() or (sample.time < 0).any():
        return NotEstimable("a time is negative or missing")
    numbers = (sample.paid, sample.earned, sample.squares)
    if not all(np.isfinite(values).all() for values in numbers):
        return NotEstimable("a payment is no finite number")
    if sample.units == 1:
        return NotEstimable("fewer than two units in one of the arms")
    return None
