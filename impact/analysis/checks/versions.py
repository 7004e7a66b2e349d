"""The split that units of each version should have where the plan gives versions weights."""

from collections.abc import Iterator

from experiments.plan.document import Plan
from impact.analysis.checks.saturated import Split
from impact.analysis.sufficient import SufficientStatistics


def by_version(plan: Plan, statistics: SufficientStatistics) -> tuple[Split, ...]:
    """Return the split of each version with its weights; nothing where the plan has one for all.

    A version that the plan does not name has the plan's weights.
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
