"""Rows that test whether all arms have one hazard: log-rank, weighted, stratified, by cluster."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from experiments.plan.document import Metric
from experiments.plan.time_to_event import NOTHING, FlemingHarrington
from impact.analysis.estimates import Estimate
from impact.analysis.notes import joined
from impact.analysis.rows import Subject
from impact.analysis.survival.arms import Arms
from impact.analysis.survival.cells import Cells
from impact.analysis.survival.cluster_tests import cluster_test_rows
from impact.analysis.survival.robust import errors_of
from impact.analysis.survival.rows import ChiSquare, chi_square_row
from impact.stats.estimable import NotEstimable
from impact.stats.survival.log_rank import UNWEIGHTED, LogRank, Weights, log_rank

WEIGHTED = "fleming_harrington"


def equality_rows(subject: Subject, metric: Metric, cells: Cells, arms: Arms) -> Iterator[Estimate]:
    """Yield every test of equal hazards that the plan asks for.

    >>> from experiments.plan.document import Kind, Role, Source, Table
    >>> from experiments.plan.time_to_event import TimeToEvent
    >>> from impact.analysis.survival.arms import arms_of
    >>> early = TimeToEvent(log_rank_weights=FlemingHarrington(rho=1.0, gamma=0.0))
    >>> metric = Metric(key="kept", role=Role.PRIMARY, kind=Kind.TIME_TO_EVENT,
    ...     source=Source(table=Table.CHURN), time_to_event=early)
    >>> subject = Subject(
    ...     metric="kept", kind="time_to_event", unit="1", level=0.95, control="a", look=None)
    >>> cells = Cells(segment="all", variants=("a", "b"), arm=np.array([0, 0, 1, 1]),
    ...     time=np.array([10.0, 30, 20, 30]), event=np.array([True, False, True, False]),
    ...     n=np.array([40, 60, 20, 80]), stratum=np.zeros(4, dtype=int))
    >>> for found in equality_rows(subject, metric, cells, arms_of(cells, "a")):
    ...     print(found.method, round(found.statistic, 3), found.df, round(found.p_value, 4))
    log_rank 12.842 1 0.0003
    fleming_harrington 18.349 1 0.0
    """
    yield from _rows(subject, cells, arms, "log_rank")
    if cells.strata:
        yield from _rows(subject, cells, arms, "stratified_log_rank", stratified=True)
    weights = (metric.time_to_event or NOTHING).log_rank_weights
    if weights is not None:
        yield from _weighted_rows(subject, cells, arms, weights)
    yield from cluster_test_rows(subject, cells, arms, errors_of(metric))


def _weighted_rows(
    subject: Subject, cells: Cells, arms: Arms, weights: FlemingHarrington
) -> Iterator[Estimate]:
    """Stratified where the plan has strata: the weights follow the curve of each."""
    powers = Weights(rho=weights.rho, gamma=weights.gamma)
    stratified = bool(cells.strata)
    yield from _rows(subject, cells, arms, WEIGHTED, weights=powers, stratified=stratified)


def _rows(  # what is tested, and how
    subject: Subject,
    cells: Cells,
    arms: Arms,
    method: str,
    *,
    weights: Weights = UNWEIGHTED,
    stratified: bool = False,
) -> Iterator[Estimate]:
    """Yield the test over all arms, then each against control where there are more than two."""
    add = partial(chi_square_row, subject, "log_rank", method)
    test = partial(_log_rank, weights=weights, stratified=stratified)
    note = _note(cells, weights, stratified=stratified)
    yield add(arms.together(), test(cells), note)
    for variant in arms.others if len(arms.others) > 1 else ():
        pair = [cells.variants.index(name) for name in (variant, arms.control)]
        yield add(arms.against_control(variant), test(cells.where(np.isin(cells.arm, pair))), note)


def _note(cells: Cells, weights: Weights, *, stratified: bool) -> str:
    powers = f"weights rho {weights.rho:g}, gamma {weights.gamma:g}"
    parts = [
        "" if weights == UNWEIGHTED else powers,
        f"stratified by {', '.join(cells.strata)}" if stratified else "",
        cells.note,
    ]
    return joined(*parts)


def _log_rank(cells: Cells, *, weights: Weights, stratified: bool) -> ChiSquare | NotEstimable:
    stratum = cells.stratum if stratified else None
    found = log_rank(
        cells.time,
        cells.event,
        cells.arm,
        cells.n,
        stratum=stratum,
        weights=weights,
        entry=cells.entry,
    )
    match found:
        case NotEstimable():
            return found
        case LogRank():
            return ChiSquare(statistic=found.statistic, df=found.df)
