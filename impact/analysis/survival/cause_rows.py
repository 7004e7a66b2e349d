"""Why customers left: rows and curves of causes that compete with each other.

For each cause that the plan names, in `term`: how many left for it, the difference, the test that
they are as many in all arms, and the hazard ratio of those who could still leave.
"""

from collections.abc import Iterator
from dataclasses import replace
from math import hypot

from experiments.plan.document import Metric, TimeUnit
from impact.analysis.estimates import Curve, CurvePoint, Estimate
from impact.analysis.notes import joined
from impact.analysis.rows import Subject, row
from impact.analysis.survival.cause_tests import gray_rows, hazard_rows
from impact.analysis.survival.causes import Cause, causes_of
from impact.analysis.survival.cells import Cells
from impact.analysis.survival.contrasts import one_sided
from impact.analysis.survival.curves import FEW_AT_RISK
from impact.analysis.survival.drawing import drawn
from impact.analysis.survival.rows import NO_UNITS, contrast, in_arm
from impact.analysis.survival.times import Horizon, display_times
from impact.stats.estimable import NotEstimable
from impact.stats.inference import Inference
from impact.stats.survival.cumulative_incidence import (
    CumulativeIncidence,
    IncidencePoint,
    incidence_at,
    incidence_points,
)

METHOD = "aalen_johansen"
KIND = "cumulative_incidence"


def cause_rows(
    subject: Subject, metric: Metric, cells: Cells, unit: TimeUnit, horizon: Horizon | None
) -> Iterator[Estimate]:
    """Yield the rows of every cause that the plan names.

    >>> import numpy as np
    >>> from experiments.plan.document import Kind, Role, Source, Table
    >>> from experiments.plan.time_to_event import TimeToEvent
    >>> metric = Metric(key="kept", role=Role.PRIMARY, kind=Kind.TIME_TO_EVENT,
    ...     source=Source(table=Table.CHURN), time_to_event=TimeToEvent(causes=("price",)))
    >>> subject = Subject(
    ...     metric="kept", kind="time_to_event", unit="1", level=0.95, control="a", look=None)
    >>> cells = Cells(segment="all", variants=("a", "b"), arm=np.repeat([0, 1], 3),
    ...     time=np.tile([10.0, 20, 30], 2), event=np.tile([True, True, False], 2),
    ...     n=np.array([20, 10, 70, 10, 10, 80]), stratum=np.zeros(6, dtype=int),
    ...     cause=np.tile(["price", "(other)", ""], 2))
    >>> rows = cause_rows(subject, metric, cells, TimeUnit(), Horizon(at=30.0))
    >>> for found in rows:
    ...     if found.at == 30.0:
    ...         print(found.quantity, found.term, found.variant, round(found.value, 4))
    cumulative_incidence price a 0.2
    cumulative_incidence price b 0.1
    cumulative_incidence_difference price b -0.1
    """
    for cause in causes_of(metric, cells, subject.control):
        rows = (
            *_share_rows(subject, cause, unit, horizon),
            *_difference_rows(subject, cause, horizon),
            *gray_rows(subject, cause),
            *hazard_rows(subject, metric, cause),
        )
        for found in rows:
            yield replace(found, term=cause.name)


def cause_curves(metric: Metric, subject: Subject, cells: Cells) -> Iterator[Curve]:
    """Yield the share that left for each cause over time, in every arm with units.

    >>> import numpy as np
    >>> from experiments.plan.document import Kind, Role, Source, Table
    >>> from experiments.plan.time_to_event import TimeToEvent
    >>> metric = Metric(key="kept", role=Role.PRIMARY, kind=Kind.TIME_TO_EVENT,
    ...     source=Source(table=Table.CHURN), time_to_event=TimeToEvent(causes=("price",)))
    >>> subject = Subject(
    ...     metric="kept", kind="time_to_event", unit="1", level=0.95, control="a", look=None)
    >>> cells = Cells(segment="all", variants=("a", "b"), arm=np.zeros(3, dtype=int),
    ...     time=np.array([10.0, 20, 30]), event=np.array([True, True, False]),
    ...     n=np.array([20, 10, 70]), stratum=np.zeros(3, dtype=int),
    ...     cause=np.array(["price", "(other)", ""]))
    >>> (curve,) = cause_curves(metric, subject, cells)
    >>> curve.variant, curve.term, [(point.at, round(point.value, 4)) for point in curve.points]
    ('a', 'price', [(0.0, 0.0), (10.0, 0.2), (20.0, 0.2), (30.0, 0.2)])
    """
    for cause in causes_of(metric, cells, subject.control):
        for variant, curve in cause.curves.items():
            if curve.table.n:
                yield Curve(
                    metric=metric.key,
                    kind=KIND,
                    variant=variant,
                    segment=subject.segment,
                    points=_points(curve, subject.level),
                    term=cause.name,
                )


def _share_rows(
    subject: Subject, cause: Cause, unit: TimeUnit, horizon: Horizon | None
) -> Iterator[Estimate]:
    longest = max((curve.table.last_time for curve in cause.curves.values()), default=0.0)
    times = () if horizon is None else display_times(unit, horizon, longest)
    for variant, curve in cause.curves.items():
        for time in times:
            answer, remark = _share(curve, time, subject.level)
            note = joined(remark, cause.note)
            found = row(subject, KIND, METHOD, cause.arms.alone(variant), answer, note)
            yield replace(found, at=time)


def _share(
    curve: CumulativeIncidence, time: float, level: float
) -> tuple[Inference | NotEstimable, str]:
    point = incidence_at(curve, time, level)
    match point:
        case NotEstimable():
            return point, ""
        case IncidencePoint(value=value, std_error=error, ci_low=low, ci_high=high):
            few = f"only {point.at_risk} at risk" if point.at_risk < FEW_AT_RISK else ""
            remark = "no interval: nobody or everybody has left for it by then"
            answer = Inference(value=value, std_error=error, ci_low=low, ci_high=high)
            return answer, remark if low is None else few


def _difference_rows(subject: Subject, cause: Cause, horizon: Horizon | None) -> Iterator[Estimate]:
    for variant in cause.arms.others:
        answer, remark = _difference(subject, cause, variant, horizon)
        note = joined(remark, cause.note, horizon.note if horizon else "")
        sides = cause.arms.against_control(variant)
        found = row(subject, f"{KIND}_difference", METHOD, sides, answer, note)
        yield replace(found, at=None if horizon is None else horizon.at)


def _difference(
    subject: Subject, cause: Cause, variant: str, horizon: Horizon | None
) -> tuple[Inference | NotEstimable, str]:
    """Return the difference, and what is said where an arm has no spread."""
    if horizon is None:
        return NO_UNITS, ""
    points = []
    for name in (variant, subject.control):
        point = incidence_at(cause.curves[name], horizon.at, subject.level)
        if isinstance(point, NotEstimable):
            return in_arm(name, point), ""
        points.append(point)
    after, before = points
    errors = (after.std_error, before.std_error)
    answer = contrast(after.value - before.value, hypot(*errors), subject.level)
    return answer, one_sided(errors)


def _points(curve: CumulativeIncidence, level: float) -> tuple[CurvePoint, ...]:
    table = curve.table
    events = dict(zip(table.time.tolist(), table.events_of(curve.cause).tolist(), strict=True))
    return drawn(incidence_points(curve, level), events)
