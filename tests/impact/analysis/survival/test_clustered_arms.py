"""Limits of one arm's curve where units are alike: between clusters, or none with a reason."""

from dataclasses import replace

import numpy as np
import pytest

from experiments.plan.time_to_event import TimeToEvent
from impact.analysis.estimates import Estimate
from impact.analysis.sufficient import SurvivalCounts
from impact.analysis.survival.estimating import SurvivalResult
from tests.impact.analysis.survival.data import counts_of, estimate, plan_of, retention
from tests.impact.stats.answers import known

TEAM = replace(retention(horizon=50), cluster="team")
PER_ARM = {"survival_probability", "rmst", "lost_time"}


def teams(count: int, *, skill: float = 1.0, size: int = 30, seed: int = 3) -> SurvivalCounts:
    """Draw customers of teams, each in one arm, whose rates of churn differ."""
    rng = np.random.default_rng(seed)
    team = np.repeat(np.arange(count), size)
    rate = np.exp(rng.normal(0, skill, count))[team]
    time = np.ceil(rng.exponential(60 / rate))
    counts = counts_of(np.array(["a", "b"])[team % 2], np.minimum(time, 60), time <= 60)
    return replace(counts, clusters={"team": team})


def analysed(counts: SurvivalCounts) -> tuple[SurvivalResult, SurvivalResult]:
    """Return the answers by cluster, and those that take customers for independent."""
    by_team = estimate(plan_of(TEAM, "a", "b"), counts)
    unaware = estimate(plan_of(replace(TEAM, cluster=""), "a", "b"), counts)
    return by_team, unaware


def of_arms(result: SurvivalResult) -> dict[tuple[object, ...], Estimate]:
    return {
        (row.quantity, row.variant, row.at): row
        for row in result.estimates
        if row.quantity in PER_ARM and row.value is not None and row.ci_low is not None
    }


def test_limits_of_an_arm_allow_for_teams_that_differ() -> None:
    by_team, unaware = (of_arms(result) for result in analysed(teams(100)))

    assert set(by_team) == set(unaware)
    for key, row in by_team.items():
        plain = unaware[key]
        assert row.value == plain.value
        assert known(row.std_error) > 1.5 * known(plain.std_error)
        assert known(row.ci_low) < known(plain.ci_low) < known(plain.ci_high) < known(row.ci_high)
        assert "50 clusters of team" in row.note
        assert row.method == "kaplan_meier_cluster_robust"


def test_where_customers_are_not_alike_the_error_is_that_of_independent_ones() -> None:
    by_team, unaware = (of_arms(result) for result in analysed(teams(600, size=1)))

    for key, row in by_team.items():
        assert known(row.std_error) == pytest.approx(known(unaware[key].std_error), rel=0.01)


def test_the_error_is_that_of_drawing_teams_again() -> None:
    counts = teams(100)
    row = of_arms(analysed(counts)[0])["survival_probability", "a", 50.0]
    rng = np.random.default_rng(1)
    codes = counts.clusters["team"]
    of_team = [np.flatnonzero(codes == team) for team in range(0, 100, 2)]

    drawn = []
    for _ in range(400):
        chosen = np.concatenate([of_team[place] for place in rng.integers(0, 50, 50)])
        alone = counts_of(counts.variant[chosen], counts.time[chosen], counts.event[chosen])
        drawn.append(float((alone.time > 50).mean()))

    assert known(row.std_error) == pytest.approx(np.std(drawn), rel=0.1)


def test_bands_are_between_forty_clusters_or_are_left_out() -> None:
    many, unaware = analysed(teams(100))
    few, _ = analysed(teams(60))

    for wide, narrow in zip(many.curves, unaware.curves, strict=True):
        middle = len(wide.points) // 2
        banded, plain = wide.points[middle], narrow.points[middle]
        assert known(banded.ci_low) < known(plain.ci_low)
        assert known(banded.ci_high) > known(plain.ci_high)
    assert all(point.ci_low is None for curve in few.curves for point in curve.points)


def test_few_clusters_keep_values_and_say_why_they_have_no_limits() -> None:
    result, _ = analysed(teams(20))

    rows = [row for row in result.estimates if row.quantity in PER_ARM]
    assert rows
    for row in rows:
        assert row.ci_low is None
        assert row.value == 1.0 or "10 clusters of team, fewer than 15" in row.note
    medians = [row for row in result.estimates if row.quantity == "median_survival"]
    assert all(row.ci_low is None for row in medians)


def test_shares_by_cause_have_no_limits_for_independent_customers() -> None:
    counts = teams(100)
    cause = np.where(counts.event == 1, "voluntary", "")
    metric = replace(TEAM, time_to_event=TimeToEvent(causes=("voluntary",)))

    result = estimate(plan_of(metric, "a", "b"), replace(counts, cause=cause))

    shares = [row for row in result.estimates if row.quantity == "cumulative_incidence"]
    assert shares
    assert all(row.std_error is None and row.ci_low is None for row in shares)
    assert any("for independent" in row.note for row in shares)
    curves = [curve for curve in result.curves if curve.term]
    assert all(point.ci_low is None for curve in curves for point in curve.points)
