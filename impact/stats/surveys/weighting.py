"""A difference of answers, weighted for who answered (inverse probability of response).

Within a cell of what was known before the start, those who answered stand for those who did not.
With cells that hold everybody, weighting by one over the cell's response rate is to average the
cells' means by how many units each cell has (Horvitz and Thompson 1952; Little 1986).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from impact.stats.estimable import NotEstimable
from impact.stats.inference import Inference, normal_inference

Floats = NDArray[np.float64]
FEWEST = 2  # answers: a variance needs two


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CellAnswers:
    """The answers of one arm by cell; all arrays have shape (cells,), both arms the same cells.

    `units` are all units, `answered` those with an answer, `means` and `squares` (centred sums)
    are of the answers.
    """

    units: Floats
    answered: Floats
    means: Floats
    squares: Floats


def weighted_difference(
    variant: CellAnswers, baseline: CellAnswers, *, level: float
) -> Inference | NotEstimable:
    """Return the difference of means as if everybody had answered, with a normal test.

    Cells weigh as many units as they have in both arms together: assignment was random. The error
    is that of the means within cells, and of the weights.

    >>> arm = CellAnswers(units=np.array([40.0, 60.0]), answered=np.array([20.0, 10.0]),
    ...     means=np.array([4.0, 2.0]), squares=np.array([10.0, 10.0]))
    >>> other = CellAnswers(units=np.array([40.0, 60.0]), answered=np.array([20.0, 30.0]),
    ...     means=np.array([3.5, 2.0]), squares=np.array([10.0, 10.0]))
    >>> round(weighted_difference(arm, other, level=0.95).value, 3)
    0.2
    """
    units = variant.units + baseline.units
    kept = units > 0
    if not kept.any():
        return NotEstimable("no unit in one of the arms")
    fewest = min(float(arm.answered[kept].min()) for arm in (variant, baseline))
    if fewest < FEWEST:
        return NotEstimable("a segment has fewer than two answers in one of the arms")
    share = units[kept] / units.sum()
    gaps = variant.means[kept] - baseline.means[kept]
    value = float(share @ gaps)
    squared = float(share @ (gaps - value) ** 2) / float(units.sum())
    for arm in (variant, baseline):
        answered = arm.answered[kept]
        squared += float((share**2 * arm.squares[kept] / (answered - 1) / answered).sum())
    if squared == 0:
        return NotEstimable("zero variance: all answers within a segment are the same")
    return normal_inference(value, math.sqrt(squared), level=level)
