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

    >>> import numpy as np
    >>> from experiments.plan.reading import read_plan
    >>> from impact.analysis.sufficient import CheckCounts
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: visits, role: primary, kind: mean, source: contacts, window: 30,
    ... cluster: team}]}''')
    >>> sums = np.repeat([50.0, 60.0], 20) + np.resize([-1.0, 1.0], 40)
    >>> counts = ClusterCounts(names=("y",), cluster=np.arange(40), n=np.full(40, 10),
    ...     variant=np.repeat(["a", "b"], 20), sums=sums[:, None])
    >>> statistics = SufficientStatistics(
    ...     arms=(), checks=CheckCounts(assigned=()), clusters={"visits": (counts,)})
    >>> for found in estimate_clusters(plan, plan.primary, statistics, look=None):
    ...     print(found.quantity, found.method, round(found.value, 4))
    mean cr2 5.0
    mean cr2 6.0
    mean_difference cr1 1.0
    relative_difference cr1 0.2
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
