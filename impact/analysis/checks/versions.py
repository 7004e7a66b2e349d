"""The split that units of each version should have where the plan gives versions weights."""

from collections.abc import Iterator

from experiments.plan.document import Plan
from impact.analysis.checks.saturated import Split
from impact.analysis.sufficient import SufficientStatistics


def by_version(plan: Plan, statistics: SufficientStatistics) -> tuple[Split, ...]:
    """Return the split of each version with its weights; nothing where the plan has one for all.

    A version that the plan does not name has the plan's weights.

    >>> from experiments.plan.document import Unit
    >>> from impact.analysis.sufficient import CheckCounts
    >>> plan = Plan(key="calls", unit=Unit.CUSTOMER, control="a", metrics=(),
    ...     weights=(("a", 5000), ("b", 5000)),
    ...     version_weights=(("1", (("a", 9000), ("b", 1000))),))
    >>> counted = (("1", "a", 88), ("1", "b", 12), ("2", "a", 51), ("2", "b", 49))
    >>> statistics = SufficientStatistics(arms=(), checks=CheckCounts(assigned=()), splits=counted)
    >>> [(split.counts, split.weights) for split in by_version(plan, statistics)]
    [([88, 12], [9000.0, 1000.0]), ([51, 49], [5000.0, 5000.0])]
    """
    return tuple(_splits(plan, statistics)) if plan.version_weights else ()


def _splits(plan: Plan, statistics: SufficientStatistics) -> Iterator[Split]:
    own = dict(plan.version_weights)
    found = {(version, variant): n for version, variant, n in statistics.splits}
    for version in dict.fromkeys(version for version, _, _ in statistics.splits):
        weights = own.get(version, plan.weights)
        yield Split(
            counts=[found.get((version, variant), 0) for variant in plan.variants],
            weights=[float(weight) for _, weight in weights],
        )
