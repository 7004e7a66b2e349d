"""The effect of each level of a segment after shrinkage towards their mean."""

import math
from collections.abc import Iterator
from dataclasses import replace

from experiments.plan.document import Metric, Plan
from impact.analysis.estimates import Estimate
from impact.analysis.segments.clustered import is_clustered, levels_of, not_shrinkable
from impact.analysis.segments.effects import EXPLORATORY, SegmentEffects, is_ratio
from impact.analysis.sufficient import ClusterCounts
from impact.analysis.withheld import without_answer
from impact.stats.estimable import NotEstimable
from impact.stats.segments.shrinkage import Shrunken, shrunken

SHRUNKEN = "empirical_bayes"


def shrunken_rows(
    plan: Plan, metric: Metric, found: SegmentEffects, clusters: tuple[ClusterCounts, ...]
) -> Iterator[Estimate]:
    """Yield the effect of every level that has one, or why clusters do not bear it.

    >>> from experiments.plan.reading import read_plan
    >>> from impact.analysis.segments.effects import SegmentEffect
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... segments: [tier], metrics: [{key: visits, role: primary, kind: mean, source: contacts,
    ... window: 30}]}''')
    >>> levels = tuple(SegmentEffect(row=Estimate(metric="visits", kind="mean", method="welch",
    ...     quantity="mean_difference", segment=f"tier={tier}"), effect=effect, std_error=0.2)
    ...     for tier, effect in (("basic", 0.0), ("plus", 0.1), ("pro", 0.8)))
    >>> found = SegmentEffects(column="tier", variant="b", known=levels, levels=3)
    >>> for row in shrunken_rows(plan, plan.primary, found, ()):
    ...     print(row.segment, round(row.value, 2), row.note)
    tier=basic 0.06 exploratory; keeps 79% of its own deviation from the mean effect
    tier=plus 0.14 exploratory; keeps 79% of its own deviation from the mean effect
    tier=pro 0.69 exploratory; keeps 79% of its own deviation from the mean effect
    """
    df: float | None = None
    if is_clustered(plan, metric):
        levels = levels_of(found, (found.variant, plan.control), clusters)
        if (reason := not_shrinkable(metric, found, levels)) is not None:
            yield from (_refused(level.row, reason) for level in found.known)
            return
        df = min((level.row.df or math.inf for level in found.known), default=None)
    answer = shrunken(*found.numbers, level=plan.confidence_level, df=df)
    if isinstance(answer, NotEstimable):
        return
    for level, drawn in zip(found.known, answer, strict=True):
        yield _row(plan, metric, level.row, drawn)


def _refused(raw: Estimate, reason: NotEstimable) -> Estimate:
    blank = without_answer(raw, reason.reason)
    return replace(blank, method=SHRUNKEN, note=f"{EXPLORATORY}; {reason.reason}")


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
