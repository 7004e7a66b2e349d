"""What was randomised, seen from the data: units, or clusters as a whole."""

from itertools import chain

import numpy as np
from numpy.typing import NDArray

from experiments.plan.document import Plan
from impact.analysis.sufficient import ALL, Integers, SufficientStatistics

Pairs = tuple[Integers, NDArray[np.str_]]  # the cluster and the arm of every pair that has units
NONE: Pairs = (np.array([], dtype=np.int64), np.array([], dtype=np.str_))


def whole_clusters(plan: Plan, statistics: SufficientStatistics) -> tuple[tuple[str, int], ...]:
    """Return the clusters of each variant where each is in one arm alone; else nothing.

    Windows of a switchback are such clusters. The first metric that names clusters speaks for all;
    a time to an event where no other does.

    >>> from experiments.plan.reading import read_plan
    >>> from impact.analysis.sufficient import CheckCounts, ClusterCounts
    >>> plan = read_plan('''{key: calls, unit: agent, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: handle_time, role: primary, kind: mean, window: 7, cluster: team,
    ...     source: contacts.handle_seconds}]}''')
    >>> def statistics(cluster):
    ...     counts = ClusterCounts(names=("y",), cluster=np.array(cluster), n=np.array([9, 8, 7]),
    ...         variant=np.array(["a", "a", "b"]), sums=np.ones((3, 1)))
    ...     return SufficientStatistics(
    ...         arms=(), checks=CheckCounts(assigned=()), clusters={"handle_time": (counts,)})
    >>> whole_clusters(plan, statistics([0, 1, 2])), whole_clusters(plan, statistics([0, 1, 1]))
    ((('a', 2), ('b', 1)), ())
    """
    windows = (found.counts for found in statistics.windows.values())
    named = (
        entry
        for metric in plan.metrics
        for entry in statistics.clusters.get(metric.key, ())
        if entry.segment == ALL
    )
    pairs = (_pairs(found.cluster, found.variant) for found in chain(windows, named))
    timed = (
        _pairs(entry.clusters[metric.cluster], entry.variant)
        for metric in plan.metrics
        for entry in statistics.survival.get(metric.key, ())
        if entry.segment == ALL and metric.cluster in entry.clusters
    )
    cluster, variant = next(chain(pairs, timed), NONE)
    if np.unique(cluster).size < cluster.size:
        return ()
    return tuple((name, int((variant == name).sum())) for name in plan.variants if cluster.size)


def _pairs(cluster: Integers, variant: NDArray[np.str_]) -> Pairs:
    """Return every pair of cluster and arm that has units; who has no cluster is in none."""
    known = cluster >= 0
    codes, place = np.unique(variant[known], return_inverse=True)
    pairs = np.unique(np.stack([cluster[known], place]), axis=1)
    return pairs[0], codes[pairs[1]]
