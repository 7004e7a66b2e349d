"""Differences within epochs, put together with the shares of the units."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from impact.stats.estimable import NotEstimable
from impact.stats.inference import Inference, normal_inference, student_inference


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """The units of one epoch in both arms together, and what they say of the difference.

    A difference without an error is that of arms whose units are all alike: its error is 0.
    """

    n: int
    difference: Inference | NotEstimable


def combined(epochs: Sequence[Epoch], *, level: float) -> Inference | NotEstimable:
    """Return the average of the epochs' differences, weighted by their units.

    Within an epoch the split is one, so that its difference is unbiased, and so is their average;
    the plain difference mixes it with what changed over time (Simpson 1951). Epochs that cannot
    be compared, such as those with one arm, are left out; those without spread count with the
    error 0, or the average would be of other epochs only. Degrees of freedom by Satterthwaite.

    >>> first = Epoch(n=100, difference=Inference(value=1.0, std_error=0.3, df=98))
    >>> second = Epoch(n=300, difference=Inference(value=2.0, std_error=0.2, df=298))
    >>> found = combined([first, second], level=0.95)
    >>> found.value, round(found.std_error, 4), round(found.df, 1)
    (1.75, 0.1677, 391.3)
    """
    known = [
        (epoch.n, epoch.difference) for epoch in epochs if isinstance(epoch.difference, Inference)
    ]
    total = sum(n for n, _ in known)
    if not total:
        return NotEstimable("no epoch has enough units of both arms")
    value = sum(n / total * answer.value for n, answer in known)
    parts = [((n / total * (answer.std_error or 0.0)) ** 2, answer.df) for n, answer in known]
    variance = sum(part for part, _ in parts)
    if not variance:
        return NotEstimable("zero variance: all units of each arm of an epoch have the same value")
    spread = sum(part**2 / df for part, df in parts if df)
    if not spread:
        return normal_inference(value, math.sqrt(variance), level=level)
    return student_inference(value, math.sqrt(variance), variance**2 / spread, level=level)
