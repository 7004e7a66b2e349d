"""From sums by cluster to the rows of a metric: values of the arms, difference, relative."""

from collections.abc import Iterator

from experiments.plan.document import Kind, Metric, Plan
from impact.analysis.clusters.comparing import Compared, compared_arms, level_of
from impact.analysis.clusters.relative import relative_row
from impact.analysis.estimates import Estimate
from impact.analysis.rows import Subject, row, subject_of
from impact.analysis.sufficient import ALL, ClusterCounts, SufficientStatistics

LEVELS = {Kind.MEAN: "mean", Kind.PROPORTION: "proportion", Kind.RATIO: "ratio"}


def estimate_clusters(
    plan: Plan, metric: Metric, statistics: SufficientStatistics, *, look: int | None
) -> tuple[Estimate, ...]:
    """Return the rows of a metric by cluster, all segments; none where it has no clusters.

    They stand in place of the rows of independent units, whose errors would be too small.
    """
    subject = subject_of(plan, metric, look)
    counted = [
        counts
        for counts in statistics.clusters.get(metric.key, ())
        if counts.names[1:2] in {(), ("x",), ("d",)}
        and (counts.segment == ALL or counts.segment.partition("=")[0] in plan.segments)
    ]
    return tuple(
        estimate
        for counts in counted
        for estimate in _segment(subject.within(counts.segment), plan, metric, counts)
    )


def _segment(
    subject: Subject, plan: Plan, metric: Metric, counts: ClusterCounts
) -> Iterator[Estimate]:
    for variant in plan.variants:
        yield level_of(subject, LEVELS[metric.kind], counts, variant)
    for variant in plan.variants:
        if variant == plan.control:
            continue
        for found in compared_arms(counts, variant, plan.control, level=plan.confidence_level):
            yield _difference(subject, metric, found)
            yield relative_row(subject, metric, found)


def _difference(subject: Subject, metric: Metric, found: Compared) -> Estimate:
    quantity = f"{LEVELS[metric.kind]}_difference"
    return row(subject, quantity, found.method, found.sides, found.difference, found.note)
