"""Rows about segments: the test of the interaction first, then the effects after shrinkage.

They explore: no decision rests on them, and they are given at the planned end alone.
"""

import math
from collections.abc import Iterator
from dataclasses import replace

from experiments.plan.document import Metric, Plan
from impact.analysis.clusters.comparing import sides_of
from impact.analysis.estimates import Estimate
from impact.analysis.notes import joined
from impact.analysis.rows import Sides, row, subject_of
from impact.analysis.segments.clustered import equal_between_levels, is_clustered, levels_of
from impact.analysis.segments.effects import (
    EXPLORATORY,
    SegmentEffects,
    left_out,
    rough_levels,
    segment_effects,
    with_degrees,
)
from impact.analysis.segments.neighbours import neighbours_of
from impact.analysis.segments.shrinking import shrunken_rows
from impact.analysis.sufficient import ClusterCounts
from impact.stats.clusters.levels import EqualEffects
from impact.stats.estimable import NotEstimable
from impact.stats.multiplicity import benjamini_hochberg
from impact.stats.segments.heterogeneity import Heterogeneity, heterogeneity

INTERACTION, CLUSTER_F = "cochran_q", "cluster_f"


def segment_rows(
    plan: Plan,
    metric: Metric,
    estimates: tuple[Estimate, ...],
    *,
    look: int | None,
    clusters: tuple[ClusterCounts, ...] = (),
) -> Iterator[Estimate]:
    """Yield per segment column and variant the interaction, and the shrunken effect of each level.

    `estimates` are the rows of the metric as computed, `clusters` its sums by cluster. Nothing
    before the planned end.

    >>> from experiments.plan.reading import read_plan
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... segments: [tier], metrics: [{key: visits, role: primary, kind: mean, source: contacts,
    ... window: 30}]}''')
    >>> rows = tuple(Estimate(metric="visits", kind="mean", method="welch", variant="b",
    ...     quantity="mean_difference", segment=f"tier={tier}", value=value, std_error=0.1)
    ...     for tier, value in (("basic", 0.0), ("pro", 0.5)))
    >>> for row in segment_rows(plan, plan.primary, rows, look=None):
    ...     print(row.segment, row.method, row.statistic, row.value and round(row.value, 2))
    all cochran_q 12.5 None
    tier=basic empirical_bayes None 0.02
    tier=pro empirical_bayes None 0.48
    """
    if look is not None:
        return
    for column in (*plan.segments, *neighbours_of(estimates)):
        for variant in plan.variants:
            if variant != plan.control:
                found = segment_effects(metric, variant, column, estimates)
                if found.levels:
                    yield _interaction(plan, metric, variant, found, clusters)
                if found.levels and column in plan.segments:
                    yield from shrunken_rows(plan, metric, found, clusters)


def adjusted_interactions(estimates: tuple[Estimate, ...]) -> tuple[Estimate, ...]:
    """Return the rows with the p-values of all interactions adjusted by Benjamini and Hochberg.

    Many segments and metrics are searched: what is found among them is a share of false finds.

    >>> row = Estimate(metric="paid", kind="mean", method="cochran_q", quantity="interaction")
    >>> rows = tuple(replace(row, p_value=p_value) for p_value in (0.01, 0.04, None))
    >>> [found.p_value_adjusted for found in adjusted_interactions(rows)]
    [0.02, 0.04, None]
    """
    places = [
        place
        for place, found in enumerate(estimates)
        if found.quantity == "interaction" and found.p_value is not None
    ]
    adjusted = benjamini_hochberg([estimates[place].p_value or 0.0 for place in places])
    rows = list(estimates)
    for place, p_value in zip(places, adjusted, strict=True):
        rows[place] = replace(rows[place], p_value_adjusted=p_value)
    return tuple(rows)


def interactions(estimates: tuple[Estimate, ...]) -> tuple[Estimate, ...]:
    """Return the rows that test whether an effect differs between segments.

    >>> row = Estimate(metric="paid", kind="mean", method="cochran_q", quantity="interaction")
    >>> [found.quantity for found in interactions((replace(row, quantity="mean"), row))]
    ['interaction']
    """
    return tuple(row for row in estimates if row.quantity == "interaction")


def _interaction(
    plan: Plan,
    metric: Metric,
    variant: str,
    found: SegmentEffects,
    clusters: tuple[ClusterCounts, ...],
) -> Estimate:
    test: Heterogeneity | EqualEffects | NotEstimable
    if is_clustered(plan, metric):
        levels = levels_of(found, (variant, plan.control), clusters)
        test = equal_between_levels(metric, (variant, plan.control), levels)
        units = [sides_of(counts, variant, plan.control) for counts in levels]
    else:
        found = with_degrees(found)
        test = heterogeneity(*found.numbers, [level.degrees for level in found.known])
        units = [_sides(level.row) for level in found.known]
    sides = Sides(
        variant=variant,
        baseline=plan.control,
        n_variant=sum(level.n_variant or 0 for level in units),
        n_baseline=sum(level.n_baseline or 0 for level in units),
    )
    subject = subject_of(plan, metric, None).without_unit()
    method = CLUSTER_F if is_clustered(plan, metric) else INTERACTION
    blank = row(subject, "interaction", method, sides, NotEstimable(_note(found, len(units), test)))
    blank = replace(blank, term=found.column)
    if isinstance(test, NotEstimable):
        return blank
    return replace(blank, statistic=test.statistic, df=float(test.df), p_value=test.p_value)


def _sides(found: Estimate) -> Sides:
    return Sides(
        variant=found.variant,
        baseline=found.baseline,
        n_variant=found.n_variant,
        n_baseline=found.n_baseline,
    )


def _note(
    found: SegmentEffects, compared: int, test: Heterogeneity | EqualEffects | NotEstimable
) -> str:
    said = ""
    if isinstance(test, NotEstimable):
        said = test.reason
    elif isinstance(test, EqualEffects):
        freedom = f"F with {test.df:g} and {test.df_denominator:.1f} degrees of freedom"
        said = f"{freedom}, {test.clusters} clusters"
    elif math.isfinite(test.df_denominator):
        said = f"Welch's F with {test.df} and {test.df_denominator:.1f} degrees of freedom"
    return joined(EXPLORATORY, left_out(found, compared), said, rough_levels(found))
