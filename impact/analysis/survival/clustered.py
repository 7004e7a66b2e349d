"""Differences between curves when units are alike within clusters: same values, other errors."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from math import log

import numpy as np

from impact.analysis.estimates import Estimate
from impact.analysis.notes import joined
from impact.analysis.rows import Subject
from impact.analysis.survival.arms import Arms
from impact.analysis.survival.cells import Cells
from impact.analysis.survival.robust import (
    MOST_WEIGHED,
    TOO_SMALL,
    Errors,
    cluster_note,
    clusters_of,
    too_few,
)
from impact.analysis.survival.rows import contrast, ratio_from_log
from impact.analysis.withheld import value_alone, without_answer
from impact.stats.clusters.comparison import LEAST_DF, MANY
from impact.stats.estimable import NotEstimable
from impact.stats.inference import Inference
from impact.stats.survival.curve_few_clusters import (
    Part,
    curve_cluster_error,
    effect_on_mean,
    effect_on_survival,
)
from impact.stats.survival.influence import clustered_error, influence
from impact.stats.survival.rmst import restricted_mean

METHOD, CORRECTED = "kaplan_meier_cluster_robust", "kaplan_meier_cluster_cr2"
RATIOS = frozenset({"rmst_ratio", "lost_time_ratio"})


def clustered_rows(
    subject: Subject, cells: Cells, arms: Arms, rows: Iterable[Estimate], errors: Errors | None
) -> Iterator[Estimate]:
    """Yield the rows of differences and ratios again, with errors by cluster.

    Nothing without clusters.

    >>> from experiments.plan.document import TimeUnit
    >>> from impact.analysis.survival.arms import arms_of
    >>> from impact.analysis.survival.contrasts import difference_rows
    >>> from impact.analysis.survival.times import Horizon
    >>> subject = Subject(
    ...     metric="kept", kind="time_to_event", unit="1", level=0.95, control="a", look=None)
    >>> cells = Cells(segment="all", variants=("a", "b"), arm=np.repeat([0, 1], 20),
    ...     time=np.resize([10.0, 20, 30], 40), event=np.resize([True, True, False], 40),
    ...     n=np.resize([3, 2, 7, 4], 40), stratum=np.zeros(40, dtype=int),
    ...     clusters={"team": np.arange(40) // 2})
    >>> arms = arms_of(cells, "a")
    >>> plain, _ = difference_rows(subject, arms, TimeUnit(), Horizon(at=25.0))
    >>> for found in clustered_rows(subject, cells, arms, [plain], Errors(cluster="team")):
    ...     print(found.method, found.df and round(found.df, 1), found.note.partition(":")[0])
    kaplan_meier_cluster_robust None 20 clusters of team; fewer than 40 clusters
    kaplan_meier_cluster_cr2 10.7 20 clusters of team
    """
    if errors is None or not errors.cluster:
        return
    for found in rows:
        pair = [cells.variants.index(name) for name in (found.variant, found.baseline)]
        both = cells.where(np.isin(cells.arm, pair))
        yield from _with_errors(subject, both, arms, found, errors)


def _with_errors(
    subject: Subject, cells: Cells, arms: Arms, found: Estimate, errors: Errors
) -> Iterator[Estimate]:
    named = replace(found, method=METHOD)
    if found.std_error is None or found.at is None:
        yield named
        return
    known = clusters_of(cells, errors)
    if isinstance(known, NotEstimable):
        yield without_answer(named, known.reason)
        return
    parts = [
        _part(cells, arms, name, found, sign * _scale(arms, name, found))
        for name, sign in ((found.variant, 1.0), (found.baseline, -1.0))
    ]
    clusters = np.unique(known).size
    plain = clustered_error([(part.moved, part.n, part.cluster) for part in parts])
    noted = replace(named, note=joined(found.note, cluster_note(cells, errors)))
    if clusters > MOST_WEIGHED:
        yield _filled(subject, noted, plain, clusters - 2.0)
        return
    exact = curve_cluster_error(parts)
    if clusters < MANY:
        alone = value_alone(noted, f"{TOO_SMALL}{CORRECTED}")
        yield replace(alone, std_error=plain)
        yield _filled(subject, replace(noted, method=CORRECTED), exact.std_error, exact.df)
    else:
        yield _filled(subject, noted, plain, min(exact.df, clusters - 2.0))


def _filled(subject: Subject, named: Estimate, error: float, df: float) -> Estimate:
    """Return the row with limits and test of this error, or why it cannot bear them."""
    if error > 0 and not df >= LEAST_DF:
        return without_answer(named, joined(too_few(df).reason, named.note))
    answer = _answer(subject, named, error, df)
    return replace(
        named,
        std_error=answer.std_error,
        ci_low=answer.ci_low,
        ci_high=answer.ci_high,
        confidence_level=None if answer.ci_low is None else subject.level,
        statistic=answer.statistic,
        df=answer.df,
        p_value=None if subject.look is not None else answer.p_value,
    )


def _part(cells: Cells, arms: Arms, name: str, found: Estimate, scale: float) -> Part:
    own, curve, horizon = (
        cells.where(cells.arm == cells.variants.index(name)),
        arms.curves[name],
        found.at or 0.0,
    )
    moved = influence(curve, own.time, own.event, horizon, own.entry)
    of_survival = found.quantity == "survival_probability_difference"
    effect = effect_on_survival if of_survival else effect_on_mean
    (cluster,) = own.clusters.values()
    return Part(
        curve=curve,
        moved=scale * (moved.survival if of_survival else moved.restricted_mean),
        effect=scale * effect(curve, horizon),
        time=own.time,
        entry=own.entry,
        n=own.n,
        cluster=cluster,
    )


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
