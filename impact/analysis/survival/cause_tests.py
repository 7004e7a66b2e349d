"""Whether as many left for a cause in all arms: Gray's test, and the hazard ratio of the cause."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from experiments.plan.document import Metric
from impact.analysis.estimates import Estimate
from impact.analysis.notes import joined
from impact.analysis.rows import Subject
from impact.analysis.survival.causes import Cause
from impact.analysis.survival.cells import Cells
from impact.analysis.survival.cox import piecewise_rows
from impact.analysis.survival.robust import errors_of
from impact.analysis.survival.rows import ChiSquare, chi_square_row
from impact.stats.estimable import NotEstimable
from impact.stats.survival.gray import GrayTest, gray

COX = "cause_specific_cox"


def gray_rows(subject: Subject, cause: Cause) -> Iterator[Estimate]:
    """Yield the test over all arms, then each against control where there are more than two.

    >>> from experiments.plan.document import Kind, Role, Source, Table
    >>> from experiments.plan.time_to_event import TimeToEvent
    >>> from impact.analysis.survival.causes import causes_of
    >>> metric = Metric(key="kept", role=Role.PRIMARY, kind=Kind.TIME_TO_EVENT,
    ...     source=Source(table=Table.CHURN), time_to_event=TimeToEvent(causes=("price",)))
    >>> subject = Subject(
    ...     metric="kept", kind="time_to_event", unit="1", level=0.95, control="a", look=None)
    >>> cells = Cells(segment="all", variants=("a", "b"), arm=np.repeat([0, 1], 3),
    ...     time=np.tile([10.0, 20, 30], 2), event=np.tile([True, True, False], 2),
    ...     n=np.array([20, 10, 70, 10, 10, 80]), stratum=np.zeros(6, dtype=int),
    ...     cause=np.tile(["price", "(other)", ""], 2))
    >>> (cause,) = causes_of(metric, cells, "a")
    >>> (test,) = gray_rows(subject, cause)
    >>> test.method, round(test.statistic, 4), test.df, round(test.p_value, 4)
    ('gray', 3.902, 1, 0.0482)
    """
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


def hazard_rows(subject: Subject, metric: Metric, cause: Cause) -> Iterator[Estimate]:
    """Yield the hazard ratios of the cause, the others taken for censored.

    >>> from experiments.plan.document import Kind, Role, Source, Table
    >>> from experiments.plan.time_to_event import TimeToEvent
    >>> from impact.analysis.survival.causes import causes_of
    >>> metric = Metric(key="kept", role=Role.PRIMARY, kind=Kind.TIME_TO_EVENT,
    ...     source=Source(table=Table.CHURN), time_to_event=TimeToEvent(causes=("price",)))
    >>> subject = Subject(
    ...     metric="kept", kind="time_to_event", unit="1", level=0.95, control="a", look=None)
    >>> cells = Cells(segment="all", variants=("a", "b"), arm=np.repeat([0, 1], 3),
    ...     time=np.tile([10.0, 20, 30], 2), event=np.tile([True, True, False], 2),
    ...     n=np.array([20, 10, 70, 10, 10, 80]), stratum=np.zeros(6, dtype=int),
    ...     cause=np.tile(["price", "(other)", ""], 2))
    >>> (cause,) = causes_of(metric, cells, "a")
    >>> (found,) = hazard_rows(subject, metric, cause)
    >>> found.method, round(found.value, 4), found.events_variant, found.events_baseline
    ('cause_specific_cox', 0.4738, 10, 20)
    """
    found = piecewise_rows(subject, cause.cells, cause.arms, errors_of(metric))
    for estimate in found:
        yield replace(estimate, method=COX)
