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
    """Whether the metric's units are alike within clusters.

    >>> from dataclasses import replace
    >>> from experiments.plan.reading import read_plan
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: visits, role: primary, kind: mean, source: contacts, window: 30}]}''')
    >>> is_clustered(plan, plan.primary), is_clustered(plan, replace(plan.primary, cluster="team"))
    (False, True)
    """
    return bool(metric.cluster) or clusters_of_units(plan, metric)


def levels_of(
    found: SegmentEffects, sides: tuple[str, str], clusters: Iterable[ClusterCounts]
) -> tuple[ClusterCounts, ...]:
    """Return the sums of a column's levels that have two clusters of both variants.

    Of the outcome, not of compliance. A level of so few clusters that only the draw tests its own
    effect still tells something of the difference.

    >>> def level(name, cluster):
    ...     return ClusterCounts(segment=name, names=("y",), cluster=np.array(cluster),
    ...         variant=np.array(["a", "a", "b", "b"]), n=np.full(4, 9), sums=np.ones((4, 1)))
    >>> tiers = SegmentEffects(column="tier", variant="b", known=(), levels=2)
    >>> both = level("tier=pro", [0, 1, 2, 3]), level("tier=basic", [0, 1, 2, 2])
    >>> [counts.segment for counts in levels_of(tiers, ("b", "a"), both)]
    ['tier=pro']
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
    """Return the test that the effect, of the first side on the second, is the same in all.

    >>> from dataclasses import replace
    >>> from experiments.plan.document import Role, Source, Table
    >>> metric = Metric(key="visits", role=Role.PRIMARY, kind=Kind.MEAN, cluster="team",
    ...     source=Source(table=Table.CONTACTS))
    >>> means = np.resize([5.0, 6, 7, 5], 40) + np.resize([0, 0.5, 0, 0, 0.1], 40)
    >>> pro = ClusterCounts(segment="tier=pro", names=("y",), cluster=np.arange(40), shared=True,
    ...     variant=np.repeat(["a", "b"], 20), n=np.full(40, 10), sums=10 * means[:, None])
    >>> shifted = pro.sums + 10 * (pro.variant == "b")[:, None] * np.resize([1.0, 2], 40)[:, None]
    >>> found = equal_between_levels(
    ...     metric, ("b", "a"), (pro, replace(pro, segment="tier=new", sums=shifted)))
    >>> found.df, found.clusters, found.p_value < 0.001
    (1.0, 40, True)
    """
    if metric.kind is Kind.TIME_TO_EVENT:
        return OVER_TIME
    if not all(counts.shared for counts in levels):
        return UNKNOWN
    return equal_effects([_sums(counts, *sides) for counts in levels])


def not_shrinkable(
    metric: Metric, found: SegmentEffects, levels: tuple[ClusterCounts, ...]
) -> NotEstimable | None:
    """Return why levels cannot be shrunk towards each other; None where no cluster is in two.

    >>> from experiments.plan.document import Role, Source, Table
    >>> from impact.analysis.estimates import Estimate
    >>> from impact.analysis.segments.effects import SegmentEffect
    >>> metric = Metric(key="visits", role=Role.PRIMARY, kind=Kind.MEAN, cluster="team",
    ...     source=Source(table=Table.CONTACTS))
    >>> def level(name, cluster):
    ...     row = Estimate(metric="visits", kind="mean", method="cr2", quantity="mean_difference",
    ...         segment=name)
    ...     counts = ClusterCounts(segment=name, names=("y",), cluster=np.array(cluster),
    ...         variant=np.array(["a", "b"]), n=np.full(2, 9), sums=np.ones((2, 1)), shared=True)
    ...     return SegmentEffect(row=row, effect=0.0, std_error=0.1), counts
    >>> effects, counts = zip(level("tier=basic", [0, 1]), level("tier=pro", [1, 2]))
    >>> found = SegmentEffects(column="tier", variant="b", known=effects, levels=2)
    >>> not_shrinkable(metric, found, counts).reason
    'levels share clusters, so that their effects are not independent'
    """
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
