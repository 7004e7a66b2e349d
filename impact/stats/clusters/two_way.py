"""The difference of two ratios where units are crossed by groups: customers by agents."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from impact.stats.clusters.comparison import LEAST_DF
from impact.stats.estimable import NotEstimable
from impact.stats.inference import Inference, student_inference

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ArmSums:
    """Sums of numerator and denominator (y, d) of one arm, over groups of one kind.

    `n` groups have the totals `totals` (2,) and the sums of squares and products `squares` (2, 2)
    of their own sums.
    """

    n: int
    totals: Floats
    squares: Floats

    @property
    def ratio(self) -> float:
        """Total numerator over total denominator."""
        return float(self.totals[0] / self.totals[1])

    @property
    def variance(self) -> float:
        """The squared error of the ratio between the groups, G / (G - 1) included."""
        weights = np.array([1.0, -self.ratio]) / self.totals[1]
        return float(weights @ self.squares @ weights) * self.n / (self.n - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoWay:
    """The difference, with the squared errors by unit, by crossing group and by pair of both."""

    difference: Inference
    by_unit: float
    by_group: float
    by_pair: float


def two_way(
    units: tuple[ArmSums, ArmSums],
    pairs: tuple[ArmSums, ArmSums],
    groups: ArrayLike,
    *,
    level: float,
    unit_error: tuple[float, float] | None = None,
) -> TwoWay | NotEstimable:
    """Return the difference of ratios, variant minus control, with errors clustered both ways.

    Squared error by unit plus by crossing group minus by pair of both (Cameron, Gelbach and Miller
    2011), never below the larger of the first two, which guards against a negative sum. `groups`
    (G, 4) holds each crossing group's y and d in the variant, then in control. `unit_error` is the
    squared error by unit and its degrees of freedom where units are few and it was found with a
    correction; otherwise the degrees are those of the fewer of units and groups, less one.

    >>> squares = np.array([[930.0, 310], [310, 108]])
    >>> arm = ArmSums(n=9, totals=np.array([90.0, 30]), squares=squares)
    >>> groups = np.tile([11.25, 3.75, 11.25, 3.75], (8, 1))
    >>> groups[:, 0] += np.arange(8)
    >>> found = two_way((arm, arm), (arm, arm), groups, level=0.95)
    >>> found.difference.value, found.difference.df, round(found.by_group, 4)
    (0.0, 7.0, 0.1778)
    """
    if (reason := _not_usable(units, pairs)) is not None:
        return reason
    each = np.asarray(groups, dtype=np.float64).reshape(-1, 4)
    by_unit, df = unit_error or (units[0].variance + units[1].variance, math.inf)
    df = min(df, float(len(each) - 1), float(units[0].n + units[1].n - 1))
    if df < LEAST_DF:
        return NotEstimable(f"too few groups cross the units: {len(each)}")
    by_group = _by_group(units, each)
    by_pair = pairs[0].variance + pairs[1].variance
    variance = max(by_unit + by_group - by_pair, by_unit, by_group)
    if variance <= 0:
        return NotEstimable("zero variance: all units of each arm have the same ratio")
    difference = units[0].ratio - units[1].ratio
    return TwoWay(
        difference=student_inference(difference, math.sqrt(variance), df, level=level),
        by_unit=by_unit,
        by_group=by_group,
        by_pair=by_pair,
    )


def _by_group(units: tuple[ArmSums, ArmSums], groups: Floats) -> float:
    """Sum squares of what each group moves the difference by: through both arms together."""
    moved = np.zeros(len(groups))
    for sign, arm, sums in zip((1, -1), units, (groups[:, :2], groups[:, 2:]), strict=True):
        moved += sign * (sums[:, 0] - arm.ratio * sums[:, 1]) / arm.totals[1]
    return float((moved**2).sum()) * len(groups) / (len(groups) - 1)


def _not_usable(
    units: tuple[ArmSums, ArmSums], pairs: tuple[ArmSums, ArmSums]
) -> NotEstimable | None:
    for sums in (*units, *pairs):
        if sums.n < 2:  # noqa: PLR2004  # a variance needs two
            return NotEstimable("fewer than two units in one of the arms")
        if not (np.isfinite(sums.totals).all() and np.isfinite(sums.squares).all()):
            return NotEstimable("a number of a unit is not finite")
        if sums.totals[1] <= 0:
            return NotEstimable("the denominator of one arm sums to zero or less")
    return None
