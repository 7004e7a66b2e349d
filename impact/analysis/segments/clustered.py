"""Segments of units that are alike within clusters: levels then share clusters, and errors."""

from collections.abc import Iterable

import numpy as np

from experiments.plan.document import Kind, Metric, Plan
from impact.analysis.clusters.comparing import sums_of
from impact.analysis.clusters.units import clusters_of_units
from impact.analysis.segments.effects import SegmentEffects
from impact.analysis.sufficient import ClusterCounts
from impact.stats.clusters.comparison import ClusterSums
from impact.stats.clusters.levels import EqualEffects, equal_effects
from impact.stats.estimable import NotEstimable

OVER_TIME = NotEstimable(
    "levels share clusters, so that their hazard ratios are not independent: there is no test and "
    "no shrinkage of these"
)
UNKNOWN = NotEstimable("these statistics do not say which clusters the levels share")
SHARED = NotEstimable("levels share clusters, so that their effects are not independent")


def is_clustered(plan: Plan, metric: Metric) -> bool:
    """Whether the metric's units are alike within clusters."""
    return bool(metric.cluster) or clusters_of_units(plan, metric)


def levels_of(
    found: SegmentEffects, sides: tuple[str, str], clusters: Iterable[ClusterCounts]
) -> tuple[ClusterCounts, ...]:
    """Return the sums of a column's levels that have two clusters of both variants.

    Of the outcome, not of compliance. A level of so few clusters that only the draw tests its own
    effect still tells something of the difference.
    """
    return tuple(
        counts
        for counts in clusters
        if counts.segment.startswith(f"{found.column}=")
        and counts.names[1:2] in {(), ("x",), ("d",)}
        and all(np.unique(counts.cluster[counts.variant == side]).size > 1 for side in sides)
    )


def equal_between_levels(
    metric: Metric, sides: tuple[str, str], levels: tuple[ClusterCounts, ...]
) -> EqualEffects | NotEstimable:
    """Return the test that the effect, of the first side on the second, is the same in all."""
    if metric.kind is Kind.TIME_TO_EVENT:
        return OVER_TIME
    if not all(counts.shared for counts in levels):
        return UNKNOWN
    return equal_effects([_sums(counts, *sides) for counts in levels])


def not_shrinkable(
    metric: Metric, found: SegmentEffects, levels: tuple[ClusterCounts, ...]
) -> NotEstimable | None:
    """Return why levels cannot be shrunk towards each other; None where no cluster is in two."""
    if metric.kind is Kind.TIME_TO_EVENT:
        return OVER_TIME
    known = {effect.row.segment for effect in found.known}
    chosen = [counts for counts in levels if counts.segment in known]
    if not all(counts.shared for counts in chosen):
        return UNKNOWN
    codes = [code for counts in chosen for code in np.unique(counts.cluster).tolist()]
    return SHARED if len(set(codes)) < len(codes) else None


def _sums(counts: ClusterCounts, variant: str, control: str) -> ClusterSums:
    chosen = np.isin(counts.variant, (variant, control))
    return sums_of(counts, chosen, variant, adjusted="x" in counts.names)
