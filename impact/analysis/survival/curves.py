"""Retention as it is drawn, and the rows about one arm."""

from collections.abc import Iterator
from dataclasses import replace

from experiments.plan.document import Metric, TimeUnit
from impact.analysis.estimates import Curve, CurvePoint, Estimate
from impact.analysis.notes import joined
from impact.analysis.rows import Subject, row
from impact.analysis.sufficient import ALL
from impact.analysis.survival.arms import Arms
from impact.analysis.survival.drawing import drawn
from impact.analysis.survival.rows import estimated
from impact.analysis.survival.times import Horizon, display_times
from impact.stats.estimable import NotEstimable
from impact.stats.inference import Inference
from impact.stats.survival.kaplan_meier import (
    KaplanMeier,
    SurvivalPoint,
    survival_at,
    survival_points,
)
from impact.stats.survival.median import Median, median_survival
from impact.stats.survival.rmst import RestrictedMean, restricted_mean

METHOD = "kaplan_meier"
NOBODY_OR_ALL = "no interval: nobody or everybody has churned by then"
FEW_AT_RISK = 10


def curves_of(metric: Metric, subject: Subject, arms: Arms) -> tuple[Curve, ...]:
    """Return the curve of every arm with units: one point per distinct day, and the start.

    >>> import numpy as np
    >>> from experiments.plan.document import Kind, Role, Source, Table
    >>> from impact.analysis.survival.arms import arms_of
    >>> from impact.analysis.survival.cells import Cells
    >>> metric = Metric(key="kept", role=Role.PRIMARY, kind=Kind.TIME_TO_EVENT,
    ...     source=Source(table=Table.CHURN))
    >>> subject = Subject(
    ...     metric="kept", kind="time_to_event", unit="1", level=0.95, control="a", look=None)
    >>> cells = Cells(segment="all", variants=("a", "b"), arm=np.array([0, 0, 1, 1]),
    ...     time=np.array([10.0, 30, 20, 30]), event=np.array([True, False, True, False]),
    ...     n=np.array([40, 60, 20, 80]), stratum=np.zeros(4, dtype=int))
    >>> _, curve = curves_of(metric, subject, arms_of(cells, "a"))
    >>> [(point.at, point.value, point.at_risk, point.events) for point in curve.points]
    [(0.0, 1.0, 100, 0), (20.0, 0.8, 100, 20), (30.0, 0.8, 80, 0)]
    """
    return tuple(
        Curve(
            metric=metric.key,
            kind="survival",
            variant=variant,
            segment=subject.segment,
            points=_points(curve, subject.level),
        )
        for variant, curve in arms.curves.items()
        if curve.table.n
    )


def arm_rows(
    subject: Subject, arms: Arms, unit: TimeUnit, horizon: Horizon | None
) -> Iterator[Estimate]:
    """Yield survival at round times and at the horizon, the median and the restricted mean.

    Inside of a segment survival is told at the horizon alone.

    >>> import numpy as np
    >>> from impact.analysis.survival.arms import arms_of
    >>> from impact.analysis.survival.cells import Cells
    >>> subject = Subject(
    ...     metric="kept", kind="time_to_event", unit="1", level=0.95, control="a", look=None)
    >>> cells = Cells(segment="all", variants=("a", "b"), arm=np.array([0, 0, 1, 1]),
    ...     time=np.array([10.0, 30, 20, 30]), event=np.array([True, False, True, False]),
    ...     n=np.array([40, 60, 20, 80]), stratum=np.zeros(4, dtype=int))
    >>> inside, horizon = subject.within("tier=pro"), Horizon(at=30.0)
    >>> rows = arm_rows(inside, arms_of(cells, "a"), TimeUnit(), horizon)
    >>> for found in rows:
    ...     print(found.quantity, found.variant, found.value and round(found.value, 4))
    survival_probability a 0.6
    median_survival a None
    rmst a 22.0
    survival_probability b 0.8
    median_survival b None
    rmst b 28.0
    """
    times = _times(arms, unit, horizon, whole=subject.segment == ALL)
    timed = replace(subject, unit=unit.name)
    for variant, curve in arms.curves.items():
        sides = arms.alone(variant)
        for time in times:
            answer, note = _survival(curve, time, subject.level)
            estimate = row(subject, "survival_probability", METHOD, sides, answer, note)
            yield replace(estimate, at=time)
        yield row(timed, "median_survival", METHOD, sides, _median(curve, subject.level))
        at = None if horizon is None else horizon.at
        quantities = {"rmst": False} | ({"lost_time": True} if subject.segment == ALL else {})
        for quantity, lost in quantities.items():
            answer, note = _restricted(curve, horizon, subject.level, lost=lost)
            yield replace(row(timed, quantity, METHOD, sides, answer, note), at=at)


def _times(
    arms: Arms, unit: TimeUnit, horizon: Horizon | None, *, whole: bool
) -> tuple[float, ...]:
    if horizon is None:
        return ()
    longest = max(curve.table.last_time for curve in arms.curves.values())
    return display_times(unit, horizon, longest) if whole else (horizon.at,)


def _points(curve: KaplanMeier, level: float) -> tuple[CurvePoint, ...]:
    table = curve.table
    events = dict(zip(table.time.tolist(), table.events.tolist(), strict=True))
    return drawn(survival_points(curve, level), events)


def _survival(
    curve: KaplanMeier, time: float, level: float
) -> tuple[Inference | NotEstimable, str]:
    point = survival_at(curve, time, level)
    match point:
        case NotEstimable():
            return point, ""
        case SurvivalPoint():
            answer = Inference(
                value=point.value,
                std_error=point.std_error,
                ci_low=point.ci_low,
                ci_high=point.ci_high,
            )
            return answer, _remark(point)


def _remark(point: SurvivalPoint) -> str:
    if point.ci_low is None:
        return NOBODY_OR_ALL
    return f"only {point.at_risk} at risk" if point.at_risk < FEW_AT_RISK else ""


def _median(curve: KaplanMeier, level: float) -> Inference | NotEstimable:
    if curve.table.n == 0:
        return NotEstimable("no units")
    median = median_survival(curve, level)
    match median:
        case NotEstimable():
            return median
        case Median():
            return Inference(value=median.value, ci_low=median.ci_low, ci_high=median.ci_high)


def _restricted(
    curve: KaplanMeier, horizon: Horizon | None, level: float, *, lost: bool
) -> tuple[Inference | NotEstimable, str]:
    """Return the mean time retained before the horizon, or the mean time lost: what is left."""
    if horizon is None:
        return NotEstimable("no units"), ""
    mean = restricted_mean(curve, horizon.at)
    match mean:
        case NotEstimable():
            return mean, ""
        case RestrictedMean():
            value = mean.lost if lost else mean.value
            remark = "" if mean.std_error > 0 else NOBODY_OR_ALL
            return estimated(value, mean.std_error, level), joined(remark, horizon.note)
