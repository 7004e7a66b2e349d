"""Rows about segments: the test of the interaction first, then the effects after shrinkage.

They explore: no decision rests on them, and they are given at the planned end alone.
"""

import math
from collections.abc import Iterator
from dataclasses import replace

from experiments.plan.document import Metric, Plan
from impact.analysis.estimates import Estimate
from impact.analysis.rows import Sides, row, subject_of
from impact.analysis.segments.effects import SegmentEffects, is_ratio, segment_effects
from impact.analysis.segments.neighbours import neighbours_of
from impact.stats.estimable import NotEstimable
from impact.stats.multiplicity import benjamini_hochberg
from impact.stats.segments.heterogeneity import heterogeneity
from impact.stats.segments.shrinkage import Shrunken, shrunken

EXPLORATORY = "exploratory"
INTERACTION, SHRUNKEN = "cochran_q", "empirical_bayes"


def segment_rows(
    plan: Plan, metric: Metric, estimates: tuple[Estimate, ...], *, look: int | None
) -> Iterator[Estimate]:
    """Yield per segment column and variant the interaction, and the shrunken effect of each level.

    `estimates` are the rows of the metric as computed. Nothing before the planned end.
    """
    if look is not None:
        return
    for column in (*plan.segments, *neighbours_of(estimates)):
        for variant in plan.variants:
            if variant != plan.control:
                found = segment_effects(metric, variant, column, estimates)
                if found.levels:
                    yield _interaction(plan, metric, variant, found)
                if found.levels and column in plan.segments:
                    yield from _shrunken(plan, metric, found)


def adjusted_interactions(estimates: tuple[Estimate, ...]) -> tuple[Estimate, ...]:
    """Return the rows with the p-values of all interactions adjusted by Benjamini and Hochberg.

    Many segments and metrics are searched: what is found among them is a share of false finds.
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
    """Return the rows that test whether an effect differs between segments."""
    return tuple(row for row in estimates if row.quantity == "interaction")


def _interaction(plan: Plan, metric: Metric, variant: str, found: SegmentEffects) -> Estimate:
    test = heterogeneity(
        [level.effect for level in found.known], [level.std_error for level in found.known]
    )
    reason = test.reason if isinstance(test, NotEstimable) else ""
    note = "; ".join(filter(None, [EXPLORATORY, found.left_out, reason]))
    sides = Sides(
        variant=variant,
        baseline=plan.control,
        n_variant=sum(level.row.n_variant or 0 for level in found.known),
        n_baseline=sum(level.row.n_baseline or 0 for level in found.known),
    )
    subject = subject_of(plan, metric, None).without_unit()
    blank = row(subject, "interaction", INTERACTION, sides, NotEstimable(note))
    blank = replace(blank, term=found.column)
    if isinstance(test, NotEstimable):
        return blank
    return replace(blank, statistic=test.statistic, df=float(test.df), p_value=test.p_value)


def _shrunken(plan: Plan, metric: Metric, found: SegmentEffects) -> Iterator[Estimate]:
    answer = shrunken(
        [level.effect for level in found.known],
        [level.std_error for level in found.known],
        level=plan.confidence_level,
    )
    if isinstance(answer, NotEstimable):
        return
    for level, drawn in zip(found.known, answer, strict=True):
        yield _row(plan, metric, level.row, drawn)


def _row(plan: Plan, metric: Metric, raw: Estimate, drawn: Shrunken) -> Estimate:
    low, value, high = (
        math.exp(number) if is_ratio(metric) else number
        for number in (drawn.ci_low, drawn.value, drawn.ci_high)
    )
    return replace(
        raw,
        method=SHRUNKEN,
        value=value,
        std_error=drawn.std_error,
        ci_low=low,
        ci_high=high,
        confidence_level=plan.confidence_level,
        statistic=None,
        df=None,
        p_value=None,
        note=f"{EXPLORATORY}; keeps {drawn.kept:.0%} of its own deviation from the mean effect",
    )
