"""What was randomised, seen from the data: units, or clusters as a whole."""

from itertools import chain

import numpy as np

from experiments.plan.document import Plan
from impact.analysis.sufficient import ALL, SufficientStatistics


def whole_clusters(plan: Plan, statistics: SufficientStatistics) -> tuple[tuple[str, int], ...]:
    """Return the clusters of each variant where each is in one arm alone; else nothing.

    Windows of a switchback are such clusters. The first metric that names clusters speaks for all.
    """
    windows = (found.counts for found in statistics.windows.values())
    named = (
        entry
        for metric in plan.metrics
        for entry in statistics.clusters.get(metric.key, ())
        if entry.segment == ALL
    )
    counts = chain(windows, named)
    found = next(counts, None)
    if found is None or np.unique(found.cluster).size < found.cluster.size:
        return ()
    return tuple((variant, int((found.variant == variant).sum())) for variant in plan.variants)
