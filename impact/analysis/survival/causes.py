"""Why customers left: rows and curves of causes that compete with each other.

For each cause that the plan names, in `term`: how many left for it, the difference, the test that
they are as many in all arms, and the hazard ratio of those who could still leave.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from math import hypot

import numpy as np

from experiments.plan.document import Metric, TimeUnit
from experiments.plan.time_to_event import NOTHING
from impact.analysis.estimates import Curve, CurvePoint, Estimate
from impact.analysis.notes import joined
from impact.analysis.rows import Subject, row
from impact.analysis.sufficient import OTHER_CAUSE
from impact.analysis.survival.cells import Arms, Cells, arms_of
from impact.analysis.survival.cox import piecewise_rows
from impact.analysis.survival.curves import FEW_AT_RISK
from impact.analysis.survival.drawing import drawn
from impact.analysis.survival.robust import errors_of
from impact.analysis.survival.rows import ChiSquare, chi_square_row, contrast
from impact.analysis.survival.times import Horizon, display_times
from impact.stats.estimable import NotEstimable
from impact.stats.inference import Inference
from impact.stats.survival.cause_table import cause_table
from impact.stats.survival.cumulative_incidence import (
    CumulativeIncidence,
    IncidencePoint,
    cumulative_incidence,
    incidence_at,
    incidence_points,
)
from impact.stats.survival.gray import GrayTest, gray

METHOD, COX = "aalen_johansen", "cause_specific_cox"
KIND = "cumulative_incidence"
NO_UNITS = NotEstimable("no units")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cause:
    """One cause: who left for it among the cells, and its share over time in every arm."""

    name: str
    cells: Cells
    arms: Arms
    curves: dict[str, CumulativeIncidence]
    note: str


def cause_rows(
    subject: Subject, metric: Metric, cells: Cells, unit: TimeUnit, horizon: Horizon | None
) -> Iterator[Estimate]:
    """Yield the rows of every cause that the plan names."""
    for cause in causes_of(metric, cells, subject.control):
        rows = (
            *_share_rows(subject, cause, unit, horizon),
            *_difference_rows(subject, cause, horizon),
            *_gray_rows(subject, cause),
            *_hazard_rows(subject, metric, cause),
        )
        for found in rows:
            yield replace(found, term=cause.name)


def cause_curves(metric: Metric, subject: Subject, cells: Cells) -> Iterator[Curve]:
    """Yield the share that left for each cause over time, in every arm with units."""
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


def causes_of(metric: Metric, cells: Cells, control: str) -> Iterator[Cause]:
    """Estimate every cause that the plan names; none where it names none."""
    names = (metric.time_to_event or NOTHING).causes
    if cells.cause is None or not names:
        return
    tables = {}
    for place, variant in enumerate(cells.variants):
        own = cells.arm == place
        entry = None if cells.entry is None else cells.entry[own]
        tables[variant] = cause_table(cells.time[own], cells.cause[own], cells.n[own], entry)
    unnamed = int(cells.n[cells.cause == OTHER_CAUSE].sum())
    note = f"{unnamed} churns of no named cause compete as well" if unnamed else ""
    for name in names:
        alone = replace(cells, event=cells.cause == name)
        yield Cause(
            name=name,
            cells=alone,
            arms=arms_of(alone, control),
            curves={variant: cumulative_incidence(tables[variant], name) for variant in tables},
            note=note,
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
        answer = NO_UNITS if horizon is None else _difference(subject, cause, variant, horizon)
        spread = isinstance(answer, NotEstimable) or answer.std_error is not None
        said = ("" if spread else "no interval: no spread in either arm", cause.note)
        note = joined(*said, horizon.note if horizon else "")
        sides = cause.arms.against_control(variant)
        found = row(subject, f"{KIND}_difference", METHOD, sides, answer, note)
        yield replace(found, at=None if horizon is None else horizon.at)


def _difference(
    subject: Subject, cause: Cause, variant: str, horizon: Horizon
) -> Inference | NotEstimable:
    points = []
    for name in (variant, subject.control):
        point = incidence_at(cause.curves[name], horizon.at, subject.level)
        if isinstance(point, NotEstimable):
            return NotEstimable(f"{name}: {point.reason}")
        points.append(point)
    after, before = points
    return contrast(
        after.value - before.value, hypot(after.std_error, before.std_error), subject.level
    )


def _gray_rows(subject: Subject, cause: Cause) -> Iterator[Estimate]:
    """Yield the test over all arms, then each against control where there are more than two."""
    cells, arms = cause.cells, cause.arms
    for method in ("gray", *(("stratified_gray",) if cells.strata else ())):
        stratified = method == "stratified_gray"
        strata = f"stratified by {', '.join(cells.strata)}" if stratified else ""
        note = joined(strata, cause.note)
        add = partial(chi_square_row, subject, "gray", method)
        yield add(arms.together(), _gray(cells, cause.name, stratified=stratified), note)
        for variant in arms.others if len(arms.others) > 1 else ():
            pair = [cells.variants.index(name) for name in (variant, arms.control)]
            both = cells.where(np.isin(cells.arm, pair))
            test = _gray(both, cause.name, stratified=stratified)
            yield add(arms.against_control(variant), test, note)


def _gray(cells: Cells, cause: str, *, stratified: bool) -> ChiSquare | NotEstimable:
    if cells.entry is not None:
        return NotEstimable("customers enter late: Gray's test needs all at risk from the start")
    competing = np.zeros(cells.n.size, dtype=np.bool_)
    if cells.cause is not None:
        competing = (cells.cause != cause) & (cells.cause != "")
    found = gray(
        cells.time,
        cells.event,
        competing,
        cells.arm,
        cells.n,
        stratum=cells.stratum if stratified else None,
    )
    match found:
        case NotEstimable():
            return found
        case GrayTest():
            return ChiSquare(statistic=found.statistic, df=found.df)


def _hazard_rows(subject: Subject, metric: Metric, cause: Cause) -> Iterator[Estimate]:
    """Yield the hazard ratios of the cause, the others taken for censored."""
    found = piecewise_rows(subject, cause.cells, cause.arms, errors_of(metric))
    for estimate in found:
        yield replace(estimate, method=COX)


def _points(curve: CumulativeIncidence, level: float) -> tuple[CurvePoint, ...]:
    table = curve.table
    events = dict(zip(table.time.tolist(), table.events_of(curve.cause).tolist(), strict=True))
    return drawn(incidence_points(curve, level), events)
