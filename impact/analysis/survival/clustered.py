"""Differences between curves when units are alike within clusters: same values, other errors."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from math import log

import numpy as np

from impact.analysis.estimates import Estimate
from impact.analysis.rows import Subject
from impact.analysis.sufficient import Floats, Integers
from impact.analysis.survival.cells import Arms, Cells
from impact.analysis.survival.robust import Errors, cluster_note, clusters_of, degrees_of_freedom
from impact.analysis.survival.rows import contrast, ratio_from_log
from impact.stats.estimable import NotEstimable
from impact.stats.inference import Inference
from impact.stats.survival.influence import Influence, clustered_error, influence
from impact.stats.survival.rmst import restricted_mean

METHOD = "kaplan_meier_cluster_robust"
RATIOS = frozenset({"rmst_ratio", "lost_time_ratio"})
Part = tuple[Floats, Integers, Integers]  # influence, n and cluster of an arm's cells


def clustered_rows(
    subject: Subject, cells: Cells, arms: Arms, rows: Iterable[Estimate], errors: Errors | None
) -> Iterator[Estimate]:
    """Yield the rows of differences and ratios again, with errors by cluster.

    Nothing without clusters.
    """
    if errors is None or not errors.cluster:
        return
    for found in rows:
        pair = [cells.variants.index(name) for name in (found.variant, found.baseline)]
        both = cells.where(np.isin(cells.arm, pair))
        yield _with_error(subject, both, arms, found, errors)


def _with_error(
    subject: Subject, cells: Cells, arms: Arms, found: Estimate, errors: Errors
) -> Estimate:
    named = replace(found, method=METHOD)
    if found.value is None or found.at is None:
        return named
    known = clusters_of(cells, errors)
    if isinstance(known, NotEstimable):
        return replace(_empty(named), note=known.reason)
    parts = [
        _part(cells, arms, name, found, sign * _scale(arms, name, found))
        for name, sign in ((found.variant, 1.0), (found.baseline, -1.0))
    ]
    df = degrees_of_freedom(cells, errors)
    answer = _answer(subject, found, clustered_error(parts), df)
    note = "; ".join(filter(None, [found.note, cluster_note(cells, errors)]))
    return replace(
        named,
        std_error=answer.std_error,
        ci_low=answer.ci_low,
        ci_high=answer.ci_high,
        confidence_level=None if answer.ci_low is None else subject.level,
        statistic=answer.statistic,
        df=answer.df,
        p_value=None if subject.look is not None else answer.p_value,
        note=note,
    )


def _part(cells: Cells, arms: Arms, name: str, found: Estimate, scale: float) -> Part:
    own = cells.where(cells.arm == cells.variants.index(name))
    moved = influence(arms.curves[name], own.time, own.event, found.at or 0.0, own.entry)
    (cluster,) = own.clusters.values()
    return scale * _of(found, moved), own.n, cluster


def _of(found: Estimate, moved: Influence) -> Floats:
    if found.quantity == "survival_probability_difference":
        return moved.survival
    return moved.restricted_mean


def _scale(arms: Arms, name: str, found: Estimate) -> float:
    """Return what brings an influence to the scale of the error: the logarithm for a ratio."""
    if found.quantity not in RATIOS:
        return 1.0
    mean = restricted_mean(arms.curves[name], found.at or 0.0)
    if isinstance(mean, NotEstimable):
        return 0.0
    return 1 / mean.value if found.quantity == "rmst_ratio" else -1 / mean.lost


def _answer(subject: Subject, found: Estimate, error: float, df: float | None) -> Inference:
    value = found.value or 0.0
    if found.quantity in RATIOS:
        return ratio_from_log(log(value), error, subject.level, df)
    return contrast(value, error, subject.level, df)


def _empty(found: Estimate) -> Estimate:
    return replace(
        found,
        value=None,
        std_error=None,
        ci_low=None,
        ci_high=None,
        confidence_level=None,
        statistic=None,
        df=None,
        p_value=None,
    )
