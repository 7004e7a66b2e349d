"""Differences within epochs, put together with the shares of the units."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from impact.stats.estimable import NotEstimable
from impact.stats.inference import Inference, normal_inference, student_inference


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """The units of one epoch in both arms together, and what they say of the difference."""

    n: int
    difference: Inference | NotEstimable


def combined(epochs: Sequence[Epoch], *, level: float) -> Inference | NotEstimable:
    """Return the average of the epochs' differences, weighted by their units.

    Within an epoch the split is one, so that its difference is unbiased, and so is their average;
    the plain difference mixes it with what changed over time (Simpson 1951). Epochs without an
    answer, such as those with one arm, are left out. Degrees of freedom by Satterthwaite.

    >>> first = Epoch(n=100, difference=Inference(value=1.0, std_error=0.3, df=98))
    >>> second = Epoch(n=300, difference=Inference(value=2.0, std_error=0.2, df=298))
    >>> found = combined([first, second], level=0.95)
    >>> found.value, round(found.std_error, 4), round(found.df, 1)
    (1.75, 0.1677, 391.3)
    """
    known = [
        (epoch.n, epoch.difference, epoch.difference.std_error)
        for epoch in epochs
        if isinstance(epoch.difference, Inference) and epoch.difference.std_error
    ]
    total = sum(n for n, _, _ in known)
    if not total:
        return NotEstimable("no epoch has enough units of both arms")
    value = sum(n / total * answer.value for n, answer, _ in known)
    parts = [((n / total * std_error) ** 2, answer.df) for n, answer, std_error in known]
    variance = sum(part for part, _ in parts)
    spread = sum(part**2 / df for part, df in parts if df)
    if not spread:
        return normal_inference(value, math.sqrt(variance), level=level)
    return student_inference(value, math.sqrt(variance), variance**2 / spread, level=level)
