"""Rows that compare the median times to churn."""

from collections.abc import Iterator
from dataclasses import replace

from experiments.plan.document import TimeUnit
from impact.analysis.estimates import Estimate
from impact.analysis.rows import Subject, row
from impact.analysis.survival.arms import Arms
from impact.analysis.survival.contrasts import METHOD
from impact.analysis.survival.rows import NO_UNITS, in_arm
from impact.stats.estimable import NotEstimable
from impact.stats.inference import Inference
from impact.stats.survival.median import median_survival
from impact.stats.survival.median_difference import median_difference

OPEN = "no interval: the limits of an arm's median lie beyond follow-up"


def median_rows(subject: Subject, arms: Arms, unit: TimeUnit) -> Iterator[Estimate]:
    """Yield each variant's difference in the median time to churn.

    >>> import numpy as np
    >>> from impact.analysis.survival.arms import arms_of
    >>> from impact.analysis.survival.cells import Cells
    >>> subject = Subject(
    ...     metric="kept", kind="time_to_event", unit="1", level=0.95, control="a", look=None)
    >>> cells = Cells(segment="all", variants=("a", "b"), arm=np.array([0, 0, 1, 1]),
    ...     time=np.array([10.0, 30, 20, 30]), event=np.array([True, False, True, False]),
    ...     n=np.array([60, 40, 70, 30]), stratum=np.zeros(4, dtype=int))
    >>> (found,) = median_rows(subject, arms_of(cells, "a"), TimeUnit())
    >>> found.value, found.unit
    (10.0, 'day')
    """
    for variant in arms.others:
        sides = arms.against_control(variant)
        answer = _median_difference(arms, variant, subject.level)
        open_side = not isinstance(answer, NotEstimable) and answer.ci_low is None
        note = OPEN if open_side else ""
        timed = replace(subject, unit=unit.name)
        yield row(timed, "median_survival_difference", METHOD, sides, answer, note)


def _median_difference(arms: Arms, variant: str, level: float) -> Inference | NotEstimable:
    medians = []
    for name in (variant, arms.control):
        curve = arms.curves[name]
        median = median_survival(curve, level) if curve.table.n else NO_UNITS
        if isinstance(median, NotEstimable):
            return in_arm(name, median)
        medians.append(median)
    found = median_difference(*medians)
    if found.ci_low is None or found.ci_high is None:
        return Inference(value=found.value)
    return Inference(value=found.value, ci_low=found.ci_low, ci_high=found.ci_high)
