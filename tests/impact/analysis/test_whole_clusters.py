"""What the check of the split counts: units, or clusters where these were randomised."""

from dataclasses import replace

import numpy as np

from impact.analysis.checks.whole_clusters import whole_clusters
from impact.analysis.sufficient import CheckCounts, SufficientStatistics, SurvivalCounts
from tests.impact.analysis.survival.data import counts_of, plan_of, retention

PLAN = plan_of(replace(retention(horizon=50), cluster="team"), "a", "b")


def statistics(counts: SurvivalCounts) -> SufficientStatistics:
    checks = CheckCounts(assigned=(("a", 90), ("b", 30)))
    return SufficientStatistics(arms=(), checks=checks, survival={"churn": (counts,)})


def customers(arm: np.ndarray, team: np.ndarray) -> SurvivalCounts:
    counts = counts_of(np.array(["a", "b"])[arm], np.full(arm.size, 20), np.ones(arm.size))
    return replace(counts, clusters={"team": team})


def test_whole_teams_are_counted_whose_customers_may_leave() -> None:
    team = np.repeat(np.arange(4), [70, 20, 20, 10])

    found = whole_clusters(
        PLAN, statistics(customers(np.repeat([0, 1, 0, 1], [70, 20, 20, 10]), team))
    )

    assert found == (("a", 2), ("b", 2))


def test_teams_that_serve_both_arms_were_not_what_was_randomised() -> None:
    team = np.arange(120) % 7

    assert whole_clusters(PLAN, statistics(customers(np.arange(120) % 2, team))) == ()


def test_customers_without_a_team_do_not_hide_that_teams_were_drawn() -> None:
    team = np.repeat([-1, 0, 1, -1], 30)

    found = whole_clusters(PLAN, statistics(customers(np.repeat([0, 0, 1, 1], 30), team)))

    assert found == (("a", 1), ("b", 1))
