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


def hazard_rows(subject: Subject, metric: Metric, cause: Cause) -> Iterator[Estimate]:
    """Yield the hazard ratios of the cause, the others taken for censored."""
    found = piecewise_rows(subject, cause.cells, cause.arms, errors_of(metric))
    for estimate in found:
        yield replace(estimate, method=COX)
