"""Rows that compare arms without a model: survival and restricted means at the horizon."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import hypot, log

from experiments.plan.document import TimeUnit
from impact.analysis.estimates import Estimate
from impact.analysis.notes import joined
from impact.analysis.rows import Sides, Subject, row
from impact.analysis.survival.arms import Arms
from impact.analysis.survival.rows import NO_UNITS, contrast, in_arm, ratio_from_log
from impact.analysis.survival.times import Horizon
from impact.stats.estimable import NotEstimable
from impact.stats.inference import Inference
from impact.stats.survival.kaplan_meier import SurvivalPoint, survival_at
from impact.stats.survival.rmst import (
    Contrast,
    RestrictedMean,
    lost_time_ratio,
    restricted_mean,
    rmst_difference,
    rmst_ratio,
)

METHOD = "kaplan_meier"
NO_SPREAD = "no interval: no spread in either arm"
FEWEST = 5  # churns of an arm before the horizon: of fewer the spread of lost time is not known
FEW_CHURNS = f"no interval: fewer than {FEWEST} churns before the horizon in an arm"
ONE_SIDED_SPREAD = "one arm has no spread yet: the interval rests on the other alone"


def difference_rows(
    subject: Subject, arms: Arms, unit: TimeUnit, horizon: Horizon | None
) -> Iterator[Estimate]:
    """Yield each variant's survival difference and restricted mean difference at the horizon.

    The first is a fraction of customers, the second time in `unit`.

    >>> import numpy as np
    >>> from impact.analysis.survival.arms import arms_of
    >>> from impact.analysis.survival.cells import Cells
    >>> subject = Subject(
    ...     metric="kept", kind="time_to_event", unit="1", level=0.95, control="a", look=None)
    >>> cells = Cells(segment="all", variants=("a", "b"), arm=np.array([0, 0, 1, 1]),
    ...     time=np.array([10.0, 30, 20, 30]), event=np.array([True, False, True, False]),
    ...     n=np.array([40, 60, 20, 80]), stratum=np.zeros(4, dtype=int))
    >>> rows = difference_rows(subject, arms_of(cells, "a"), TimeUnit(), Horizon(at=30.0))
    >>> [(found.quantity, round(found.value, 4), found.unit) for found in rows]
    [('survival_probability_difference', 0.2, '1'), ('rmst_difference', 6.0, 'day')]
    """
    for variant in arms.others:
        yield _survival_difference(subject, arms, variant, horizon)
        yield _rmst_difference(replace(subject, unit=unit.name), arms, variant, horizon)


def ratio_rows(subject: Subject, arms: Arms, horizon: Horizon | None) -> Iterator[Estimate]:
    """Yield each variant's ratio of restricted means, and that of the times lost before it.

    >>> import numpy as np
    >>> from impact.analysis.survival.arms import arms_of
    >>> from impact.analysis.survival.cells import Cells
    >>> subject = Subject(
    ...     metric="kept", kind="time_to_event", unit="1", level=0.95, control="a", look=None)
    >>> cells = Cells(segment="all", variants=("a", "b"), arm=np.array([0, 0, 1, 1]),
    ...     time=np.array([10.0, 30, 20, 30]), event=np.array([True, False, True, False]),
    ...     n=np.array([40, 60, 20, 80]), stratum=np.zeros(4, dtype=int))
    >>> rows = ratio_rows(subject, arms_of(cells, "a"), Horizon(at=30.0))
    >>> [(found.quantity, round(found.value, 4)) for found in rows]
    [('rmst_ratio', 1.2727), ('lost_time_ratio', 0.25)]
    """
    for quantity, ratio in (("rmst_ratio", rmst_ratio), ("lost_time_ratio", lost_time_ratio)):
        for variant in arms.others:
            means = _means(arms, variant, horizon)
            known = means if isinstance(means, NotEstimable) else ratio(*means)
            answer, remark = _ratio(known, subject.level), _one_sided(means)
            few = quantity == "lost_time_ratio" and _has_few(arms, variant, horizon)
            if few and isinstance(answer, Inference):
                answer, remark = Inference(value=answer.value), FEW_CHURNS
            sides = arms.against_control(variant)
            yield _at_horizon(subject, quantity, sides, answer, horizon, remark=remark)


def _survival_difference(
    subject: Subject, arms: Arms, variant: str, horizon: Horizon | None
) -> Estimate:
    sides = arms.against_control(variant)
    found, note = _survival_change(arms, variant, horizon, subject.level)
    return _at_horizon(
        subject, "survival_probability_difference", sides, found, horizon, remark=note
    )


def _survival_change(
    arms: Arms, variant: str, horizon: Horizon | None, level: float
) -> tuple[Inference | NotEstimable, str]:
    if horizon is None:
        return NO_UNITS, ""
    points = []
    for name in (variant, arms.control):
        point = survival_at(arms.curves[name], horizon.at)
        if isinstance(point, NotEstimable):
            return in_arm(name, point), ""
        points.append(point)
    return _difference_of_points(points[0], points[1], level)


def _difference_of_points(
    after: SurvivalPoint, before: SurvivalPoint, level: float
) -> tuple[Inference, str]:
    errors = [point.std_error or 0.0 for point in (after, before)]
    return contrast(after.value - before.value, hypot(*errors), level), one_sided(errors)


def one_sided(errors: Sequence[float]) -> str:
    """Say so where the errors of one arm, or of both, are 0: nobody left, or everybody.

    >>> one_sided([0.1, 0.2]), one_sided([0.0, 0.0])
    ('', 'no interval: no spread in either arm')
    """
    if all(errors):
        return ""
    return ONE_SIDED_SPREAD if any(errors) else NO_SPREAD


def _rmst_difference(
    subject: Subject, arms: Arms, variant: str, horizon: Horizon | None
) -> Estimate:
    means = _means(arms, variant, horizon)
    answer = means if isinstance(means, NotEstimable) else _difference(means, subject.level)
    sides, remark = arms.against_control(variant), _one_sided(means)
    return _at_horizon(subject, "rmst_difference", sides, answer, horizon, remark=remark)


def _one_sided(means: tuple[RestrictedMean, RestrictedMean] | NotEstimable) -> str:
    """Say so where nobody left in one of the arms: its mean is then taken for certain."""
    if isinstance(means, NotEstimable):
        return ""
    spreads = [mean.std_error > 0 for mean in means]
    return ONE_SIDED_SPREAD if any(spreads) and not all(spreads) else ""


def _means(
    arms: Arms, variant: str, horizon: Horizon | None
) -> tuple[RestrictedMean, RestrictedMean] | NotEstimable:
    """Return the restricted means of the variant and of the control."""
    if horizon is None:
        return NO_UNITS
    means = []
    for name in (variant, arms.control):
        mean = restricted_mean(arms.curves[name], horizon.at)
        if isinstance(mean, NotEstimable):
            return in_arm(name, mean)
        means.append(mean)
    return means[0], means[1]


def _difference(means: tuple[RestrictedMean, RestrictedMean], level: float) -> Inference:
    found = rmst_difference(*means)
    return contrast(found.value, found.std_error, level)


def _ratio(found: Contrast | NotEstimable, level: float) -> Inference | NotEstimable:
    match found:
        case NotEstimable():
            return found
        case Contrast():
            return ratio_from_log(log(found.value), found.std_error, level)


def _has_few(arms: Arms, variant: str, horizon: Horizon | None) -> bool:
    """Whether an arm lost too few before the horizon for the error of a logarithm."""
    tables = (arms.curves[name].table for name in (variant, arms.control))
    return horizon is not None and any(
        float(table.events[table.time <= horizon.at].sum()) < FEWEST for table in tables
    )


def _at_horizon(
    subject: Subject,
    quantity: str,
    sides: Sides,
    answer: Inference | NotEstimable,
    horizon: Horizon | None,
    *,
    remark: str = "",
) -> Estimate:
    spread = isinstance(answer, NotEstimable) or answer.std_error is not None
    notes = (remark or ("" if spread else NO_SPREAD), horizon.note if horizon else "")
    note = joined(*notes)
    estimate = row(subject, quantity, METHOD, sides, answer, note)
    return replace(estimate, at=None if horizon is None else horizon.at)
