"""Bounds on an effect among those who would answer in either arm (Lee 2009).

Where one arm answers more, some of its answers come from people who would have been silent in the
other. Nobody knows which: the bounds leave out the most, or the least, content of them.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from impact.stats.estimable import NotEstimable
from impact.stats.inference import Inference, normal_inference
from impact.stats.means.fieller import is_uncertain

Floats = NDArray[np.float64]
FEWEST = 2
ROUGH = "rough: the share of answers that is kept is itself uncertain by more than 10%"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answers:
    """The answers of an arm of `units`: distinct `values`, ascending, and how many gave each."""

    units: int
    values: Floats
    counts: Floats

    @property
    def answered(self) -> float:
        """How many units answered."""
        return float(self.counts.sum())

    @property
    def rate(self) -> float:
        """The share of units that answered."""
        return self.answered / self.units


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The least and the greatest effect that silence leaves possible, and the share left out.

    `trimmed` is of the answers of the arm that answered more. `rough` where the share that is kept
    has a standard error of more than a tenth of itself: the errors of the bounds draw a straight
    line through it.
    """

    lower: Inference
    upper: Inference
    trimmed: float
    rough: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trimmed:
    """A mean without one tail: `edge` is where it was cut."""

    mean: float
    variance: float
    edge: float


def lee_bounds(variant: Answers, baseline: Answers, *, level: float) -> Bounds | NotEstimable:
    """Return the bounds of the difference of means, variant minus baseline.

    Assumes that the policy moves everybody's willingness to answer the same way (monotonicity).
    Each bound has its own interval, from the asymptotic variance of proposition 3, in which the
    share left out is estimated too. Answers equal to the edge are left out in part.

    >>> calm = Answers(units=10, values=np.array([1.0, 5.0]), counts=np.array([4.0, 4.0]))
    >>> quick = Answers(units=10, values=np.array([1.0, 5.0]), counts=np.array([3.0, 3.0]))
    >>> found = lee_bounds(calm, quick, level=0.95)
    >>> round(found.lower.value, 3), round(found.upper.value, 3), round(found.trimmed, 3)
    (-0.667, 0.667, 0.25)
    """
    if (reason := _not_usable(variant, baseline)) is not None:
        return reason
    more, less = (variant, baseline) if variant.rate >= baseline.rate else (baseline, variant)
    share = 1 - less.rate / more.rate
    low, high = (_trim(more, share, top=top) for top in (True, False))
    errors = [math.sqrt(_variance(more, less, tail, share)) for tail in (low, high)]
    if min(errors) == 0:
        return NotEstimable("zero variance: the answers that are left are all the same")
    middle = float(np.average(less.values, weights=less.counts))
    gaps = [low.mean - middle, high.mean - middle]
    if more is baseline:
        gaps, errors = [-gaps[1], -gaps[0]], [errors[1], errors[0]]
    lower, upper = (
        normal_inference(gap, error, level=level) for gap, error in zip(gaps, errors, strict=True)
    )
    return Bounds(
        lower=_without_test(lower),
        upper=_without_test(upper),
        trimmed=share,
        rough=is_uncertain(1.0, _share_variance(more, less)),
    )


def _trim(sample: Answers, share: float, *, top: bool) -> _Trimmed:
    """Leave out a share of the answers, from the top or from the bottom."""
    order = slice(None, None, -1) if top else slice(None)
    values, counts = sample.values[order], sample.counts[order]
    out = share * sample.answered
    gone = np.clip(out - (np.cumsum(counts) - counts), 0.0, counts)
    kept = counts - gone
    mean = float(np.average(values, weights=kept))
    edge = float(values[np.flatnonzero(kept > 0)[0]])
    return _Trimmed(
        mean=mean, variance=float(np.average((values - mean) ** 2, weights=kept)), edge=edge
    )


def _variance(more: Answers, less: Answers, tail: _Trimmed, share: float) -> float:
    """Return the squared error of a bound: of the trimmed mean, of the share, of the other mean."""
    kept = more.answered * (1 - share)
    apart = (tail.edge - tail.mean) ** 2
    middle = np.average(less.values, weights=less.counts)
    of_other = float(np.average((less.values - middle) ** 2, weights=less.counts)) / less.answered
    return (
        tail.variance / kept + apart * share / kept + apart * _share_variance(more, less) + of_other
    )


def _share_variance(more: Answers, less: Answers) -> float:
    """Return the squared error of the share that is kept, relative to it."""
    return (1 - more.rate) / more.answered + (1 - less.rate) / less.answered


def _without_test(found: Inference) -> Inference:
    """A bound is no hypothesis of its own: the interval is enough."""
    return Inference(
        value=found.value, std_error=found.std_error, ci_low=found.ci_low, ci_high=found.ci_high
    )


def _not_usable(variant: Answers, baseline: Answers) -> NotEstimable | None:
    for sample in (variant, baseline):
        if sample.units == 0:
            return NotEstimable("no unit in one of the arms")
        if sample.answered < FEWEST:
            return NotEstimable("fewer than two answers in one of the arms")
        if not np.isfinite(sample.values).all():
            return NotEstimable("an answer is no finite number")
    return None
