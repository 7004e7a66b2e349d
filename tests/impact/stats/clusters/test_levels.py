"""The same effect in all levels: error rates where levels share clusters, and where they do not."""

from dataclasses import replace

import numpy as np
import pytest

from impact.stats.clusters.comparison import ClusterSums
from impact.stats.clusters.levels import EqualEffects, equal_effects
from impact.stats.estimable import NotEstimable

DRAWS = 300


def levels(rng: np.random.Generator, clusters: int, *, shared: bool) -> list[ClusterSums]:
    """Draw three levels without an interaction; clusters of uneven size that differ a lot."""
    team = rng.normal(0, 2, clusters)
    found = []
    for place in range(3):
        codes = np.arange(clusters) if shared else np.arange(clusters)[place::3]
        size = rng.integers(5, 40, codes.size).astype(float)
        treated = codes // (1 if shared else 3) % 2
        mean = team[codes] + treated + rng.normal(0, 0.3, codes.size)
        found.append(
            ClusterSums(
                cluster=codes, treated=treated, n=size, weight=size, outcome=(size * mean)[:, None]
            )
        )
    return found


@pytest.mark.parametrize(("clusters", "shared"), [(20, True), (72, False)])
def test_chance_alone_is_found_no_more_often_than_it_should(clusters: int, shared: bool) -> None:  # noqa: FBT001
    rng = np.random.default_rng(11)

    tests = [equal_effects(levels(rng, clusters, shared=shared)) for _ in range(DRAWS)]

    p_values = [found.p_value for found in tests if isinstance(found, EqualEffects)]
    assert len(p_values) == DRAWS
    assert 1 <= sum(p_value < 0.05 for p_value in p_values) <= 25  # 15 expected; more has 0.006


def test_few_clusters_are_refused() -> None:
    rng = np.random.default_rng(2)

    found = equal_effects(levels(rng, 8, shared=True))

    assert isinstance(found, NotEstimable)
    assert "too few clusters" in found.reason
    assert isinstance(equal_effects(levels(rng, 8, shared=True)[:1]), NotEstimable)


def test_a_giant_in_one_arm_is_refused_and_in_both_is_not() -> None:
    rng = np.random.default_rng(4)
    found = levels(rng, 60, shared=True)
    giants = [with_giant(sums) for sums in found]
    halves = [in_both(sums) for sums in giants]

    assert isinstance(equal_effects(found), EqualEffects)
    refused = equal_effects(giants)
    assert isinstance(refused, NotEstimable)
    assert "too few clusters carry the differences" in refused.reason
    assert isinstance(equal_effects(halves), EqualEffects)


def with_giant(sums: ClusterSums) -> ClusterSums:
    """Let the first cluster have about as many units as all others."""
    times = np.where(np.arange(sums.n.size) == 0, 60.0, 1.0)
    return replace(
        sums, n=times * sums.n, weight=times * sums.weight, outcome=times[:, None] * sums.outcome
    )


def in_both(sums: ClusterSums) -> ClusterSums:
    """Let every cluster have as many units in the other arm, whose outcome is somewhat less."""
    return ClusterSums(
        cluster=np.tile(sums.cluster, 2),
        treated=np.concatenate([sums.treated, 1 - sums.treated]),
        n=np.tile(sums.n, 2),
        weight=np.tile(sums.weight, 2),
        outcome=np.concatenate([sums.outcome, sums.outcome * np.cos(sums.n)[:, None]]),
    )
