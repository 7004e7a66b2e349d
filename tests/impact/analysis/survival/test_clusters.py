"""Units that are alike: what rows say when the plan names their clusters."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from experiments.plan.document import Covariate, CovariateKind, Metric
from experiments.plan.time_to_event import FlemingHarrington, TimeToEvent
from impact.analysis.estimates import Estimate
from impact.analysis.headlines import effect_row, p_value_row
from impact.analysis.sufficient import SurvivalCounts
from impact.analysis.survival.estimating import SurvivalResult
from tests.impact.analysis.survival.data import (
    counts_of,
    estimate,
    number,
    only,
    plan_of,
    retention,
)
from tests.impact.stats.oracle import columns, quantity
from tests.reference import needs_reference


def by_team(metric: Metric) -> Metric:
    return replace(metric, cluster="team")


def customers(teams: int, *, shared: bool = True) -> SurvivalCounts:
    """Draw customers of teams that differ; each team serves both arms, or one."""
    rng = np.random.default_rng(11)
    team = rng.integers(teams, size=800)
    arm = rng.integers(2, size=800) if shared else team % 2
    skill = rng.normal(0, 0.5, teams)[team]
    time = np.ceil(rng.exponential(40 * np.exp(skill)))
    counts = counts_of(np.array(["a", "b"])[arm], np.minimum(time, 60), time <= 60)
    return replace(counts, clusters={"team": team})


def found(teams: int, *, shared: bool = True) -> SurvivalResult:
    plan = plan_of(by_team(retention(horizon=50)), "a", "b")
    return estimate(plan, customers(teams, shared=shared))


@needs_reference
def test_teams_of_customers_give_the_cluster_errors_of_r_from_counts() -> None:
    data = columns("oracle/s4_churn_ties.csv")
    names = ("time", "event", "arm", "tier", "region", "team")
    rows = np.column_stack([data.text[name] for name in names])
    cells, n = np.unique(rows, axis=0, return_counts=True)
    text = dict(zip(names, cells.T, strict=True))
    counts = counts_of(
        text["arm"],
        text["time"].astype(int),
        text["event"].astype(int),
        n,
        covariates={name: text[name] for name in ("tier", "region")},
    )
    counts = replace(counts, clusters={"team": text["team"].astype(np.int64)})
    metric = by_team(retention(covariates=(Covariate(name="tier"), Covariate(name="region"))))

    result = estimate(plan_of(metric, "0", "1"), counts)

    expected, rtol = quantity("s4_churn_ties", "cox_cluster_team")
    method = "cox_adjusted_cluster_robust"
    ratio = only(result, "hazard_ratio", method)
    terms = [
        row for row in result.estimates if (row.quantity, row.method) == ("coefficient", method)
    ]
    assert_allclose(np.log(number(ratio.value)), expected["coef"][0], rtol=rtol)
    assert_allclose([number(row.std_error) for row in (ratio, *terms)], expected["se"], rtol=rtol)
    assert f"{np.unique(text['team']).size} clusters of team" in ratio.note


def test_errors_by_cluster_replace_those_of_the_model_with_the_same_estimate() -> None:
    counts = customers(40, shared=False)
    result = found(40, shared=False)
    unaware = estimate(plan_of(retention(horizon=50), "a", "b"), counts)

    for quantity_, model, clustered in (
        ("hazard_ratio", "cox", "cox_cluster_robust"),
        ("survival_probability_difference", "kaplan_meier", "kaplan_meier_cluster_robust"),
        ("rmst_difference", "kaplan_meier", "kaplan_meier_cluster_robust"),
        ("rmst_ratio", "kaplan_meier", "kaplan_meier_cluster_robust"),
    ):
        alone, alike = only(unaware, quantity_, model), only(result, quantity_, clustered)
        withheld = only(result, quantity_, model)
        assert alike.value == alone.value == withheld.value
        assert (withheld.std_error, withheld.ci_low, withheld.p_value) == (None, None, None)
        assert "those of one team are alike" in withheld.note
        assert number(alike.std_error) > 1.2 * number(alone.std_error)
        assert number(alike.p_value) > number(alone.p_value)
        assert "40 clusters of team" in alike.note
        assert alone.df is None
        assert 25 < number(alike.df) <= 38
    test = only(result, "log_rank", "cluster_robust_score", variant="")
    assert number(test.statistic) < number(only(unaware, "log_rank", "log_rank").statistic)
    assert only(result, "log_rank", "log_rank").statistic is None


@pytest.mark.slow
def test_arms_of_whole_teams_are_found_different_no_more_often_than_stated() -> None:
    # 0.077 is three Monte-Carlo errors above 0.05; a normal interval's 0.08, the model's 0.3.
    rng = np.random.default_rng(12)
    teams, runs = 24, 600
    plan = plan_of(by_team(retention(horizon=50)), "a", "b")
    wrong = dict.fromkeys(("hazard_ratio", "survival_probability_difference"), 0)
    for _ in range(runs):
        team = np.repeat(np.arange(teams), 20)
        arm = (rng.permutation(teams) % 2)[team]
        skill = rng.normal(0, 0.5, teams)[team]
        time = np.ceil(rng.exponential(60 * np.exp(skill)))
        counts = counts_of(np.array(["a", "b"])[arm], np.minimum(time, 60), time <= 60)
        result = estimate(plan, replace(counts, clusters={"team": team}))
        for row in result.estimates:
            if row.quantity in wrong and row.method.endswith("cluster_cr2"):
                wrong[row.quantity] += number(row.p_value) < 0.05
    assert all(count / runs < 0.077 for count in wrong.values()), wrong


@pytest.mark.parametrize(
    ("teams", "effect", "test"),
    [
        (40, "cox_cluster_robust", "cluster_robust_score"),
        (39, "cox_cluster_cr2", "cluster_cr2_score"),
    ],
)
def test_what_allows_for_clusters_speaks_for_the_metric(teams: int, effect: str, test: str) -> None:
    metric, rows = by_team(retention(horizon=50)), found(teams).estimates

    assert _method(effect_row(metric, "b", rows)) == effect
    assert _method(p_value_row(metric, "b", rows)) == test


def test_below_forty_clusters_only_the_corrected_error_has_limits_and_a_test() -> None:
    result = found(30, shared=False)

    for quantity_, model in (
        ("hazard_ratio", "cox"),
        ("survival_probability_difference", "kaplan_meier"),
        ("rmst_difference", "kaplan_meier"),
        ("lost_time_ratio", "kaplan_meier"),
    ):
        sandwich = only(result, quantity_, f"{model}_cluster_robust")
        exact = only(result, quantity_, f"{model}_cluster_cr2")
        assert sandwich.value == exact.value
        assert (sandwich.ci_low, sandwich.statistic, sandwich.p_value) == (None, None, None)
        assert number(exact.std_error) > number(sandwich.std_error)
        assert 10 < number(exact.df) < 28
        assert number(exact.ci_low) < number(exact.value) < number(exact.ci_high)
    test = only(result, "log_rank", "cluster_cr2_score", variant="")
    assert number(test.p_value) == pytest.approx(
        number(only(result, "hazard_ratio", "cox_cluster_cr2").p_value), rel=0.2
    )


@pytest.mark.parametrize("teams", [30, 60])
def test_one_giant_team_is_refused_however_many_small_ones_there_are(teams: int) -> None:
    counts = customers(teams, shared=False)
    team = counts.clusters["team"]
    weight = np.where(team == 0, 2_000, 1)

    result = estimate(
        plan_of(by_team(retention(horizon=50)), "a", "b"), replace(counts, n=counts.n * weight)
    )

    suffix = "cluster_cr2" if teams < 40 else "cluster_robust"
    for quantity_, method in (
        ("hazard_ratio", f"cox_{suffix}"),
        ("survival_probability_difference", f"kaplan_meier_{suffix}"),
    ):
        row = only(result, quantity_, method)
        assert (row.value, row.ci_low, row.p_value) == (None, None, None)
        assert row.note.startswith("too few clusters carry the comparison")


def test_a_dozen_whole_teams_are_tested_by_the_draw() -> None:
    metric, result = by_team(retention(horizon=50)), found(12, shared=False)

    row = only(result, "log_rank", "randomisation", variant="")
    assert number(row.p_value) * 924 == pytest.approx(round(number(row.p_value) * 924))
    assert row.note == "12 clusters of team; statistic: the chi-square of the same p-value"
    assert _method(p_value_row(metric, "b", result.estimates)) == "randomisation"
    assert only(result, "hazard_ratio", "cox_cluster_robust").value is None


def test_too_few_clusters_are_refused_and_nothing_else_speaks_in_their_place() -> None:
    metric, result = by_team(retention(horizon=50)), found(12)

    for quantity_ in ("hazard_ratio", "survival_probability_difference", "rmst_difference"):
        (row,) = (
            row
            for row in result.estimates
            if row.quantity == quantity_ and row.method.endswith("cluster_robust")
        )
        assert row.value is None
        assert row.note == "12 clusters of team: an error from fewer than 15 is a guess"
    spoken = effect_row(metric, "b", result.estimates)
    assert spoken is not None
    assert spoken.value is None


def test_an_arm_of_few_clusters_is_refused() -> None:
    counts = customers(40, shared=False)
    few = np.where(counts.variant == "b", 1 + 2 * (counts.clusters["team"] % 3), 0)
    team = np.where(counts.variant == "b", few, counts.clusters["team"])

    result = estimate(
        plan_of(by_team(retention(horizon=50)), "a", "b"), replace(counts, clusters={"team": team})
    )

    assert (
        only(result, "hazard_ratio", "cox_cluster_robust").note == "b: only 3 clusters of its own"
    )


def test_fewer_than_forty_clusters_and_units_without_one_are_noted() -> None:
    counts = customers(30)
    team = counts.clusters["team"].copy()
    team[:7] = -1

    result = estimate(
        plan_of(by_team(retention(horizon=50)), "a", "b"), replace(counts, clusters={"team": team})
    )

    note = only(result, "hazard_ratio", "cox_cluster_cr2").note
    assert note == "31 clusters of team; 7 units without team taken for one"
    sandwich = only(result, "hazard_ratio", "cox_cluster_robust")
    assert "fewer than 40 clusters: limits and test are in the row of method" in sandwich.note


def test_parts_of_follow_up_have_the_errors_that_the_plan_asks_for() -> None:
    parts = [row for row in found(40).estimates if row.method == "cox_piecewise"]

    assert len(parts) == 3
    assert all("clusters of team" in row.note for row in parts)


def test_robust_errors_hold_without_proportional_hazards() -> None:
    metric = replace(retention(horizon=50), time_to_event=TimeToEvent(robust=True))
    counts = replace(customers(40), clusters={})

    result = estimate(plan_of(metric, "a", "b"), counts)

    robust, model = only(result, "hazard_ratio", "cox_robust"), only(result, "hazard_ratio", "cox")
    assert robust.value == model.value
    assert number(robust.std_error) != number(model.std_error)
    assert _method(effect_row(metric, "b", result.estimates)) == "cox_robust"
    assert _method(p_value_row(metric, "b", result.estimates)) == "log_rank"


@pytest.mark.parametrize("team", ["", "team"])
def test_when_all_leave_on_one_day_there_is_no_error_and_a_reason(team: str) -> None:
    metric = replace(retention(horizon=50), cluster=team)
    metric = replace(metric, time_to_event=TimeToEvent(robust=not team))
    whole = customers(20)
    counts = replace(
        whole,
        time=np.zeros_like(whole.time),
        event=np.ones_like(whole.event),
        clusters=whole.clusters if team else {},
    )

    rows = estimate(plan_of(metric, "a", "b"), counts).estimates

    robust = [row for row in rows if row.method.startswith(("cox_robust", "cox_cluster"))]
    assert len(robust) == (2 if team else 1)
    for row in robust:
        assert (row.value, row.std_error, row.p_value) == (1.0, None, None)
        assert "no interval: what each adds to the estimate is the same for all" in row.note
    means = [row for row in rows if row.quantity in {"rmst", "lost_time"} and row.ci_low is None]
    assert len(means) == 4
    said = "no interval: nobody or everybody has churned by then"
    assert all(row.note.count(said) == 1 for row in means)


@pytest.mark.parametrize(("events", "is_few"), [(29, True), (30, False)])
def test_robust_errors_of_few_events_bear_no_limits(events: int, *, is_few: bool) -> None:
    rng = np.random.default_rng(5)
    place = np.arange(400)
    time = np.where(place < events, 1 + rng.integers(50, size=400), 60)
    skill = (place % 7 / 2).astype(str)
    arm = np.array(["a", "b"])[place % 2]
    counts = counts_of(arm, time, place < events, covariates={"skill": skill})
    skilled = Covariate(name="skill", kind=CovariateKind.NUMERIC)
    metric = replace(
        retention(horizon=50, covariates=(skilled,)), time_to_event=TimeToEvent(robust=True)
    )

    result = estimate(plan_of(metric, "a", "b"), counts)

    for model, name in (("cox", "hazard_ratio"), ("cox_adjusted", "coefficient")):
        robust, own = only(result, name, f"{model}_robust"), only(result, name, model)
        assert robust.value == own.value
        assert number(robust.std_error) > 0
        assert own.ci_low is not None
        assert (robust.ci_low is None, robust.p_value is None) == (is_few, is_few)
        said = f"fewer than 30 churns: limits and test are in the row of method {model}"
        assert robust.note.endswith(said) == is_few
    spoken = _method(effect_row(metric, "b", result.estimates))
    assert spoken == ("cox" if is_few else "cox_robust")


def test_parts_of_follow_up_with_few_events_have_the_limits_of_the_model() -> None:
    metric = replace(retention(horizon=50), time_to_event=TimeToEvent(robust=True))
    place = np.arange(400)
    time = np.where(place < 60, 1 + place % 50, 60)
    counts = counts_of(np.array(["a", "b"])[place // 2 % 2], time, place < 60)

    result = estimate(plan_of(metric, "a", "b"), counts)

    parts = [row for row in result.estimates if row.method == "cox_piecewise"]
    assert len(parts) == 3
    assert all(row.ci_low is not None and "churns" not in row.note for row in parts)


def test_declared_weights_give_a_test_beside_the_log_rank_test() -> None:
    weights = FlemingHarrington(rho=0, gamma=1)
    metric = replace(retention(horizon=50), time_to_event=TimeToEvent(log_rank_weights=weights))

    result = estimate(plan_of(metric, "a", "b"), replace(customers(40), clusters={}))

    row = only(result, "log_rank", "fleming_harrington")
    assert (row.value, row.note) == (None, "weights rho 0, gamma 1")
    assert 0 < number(row.p_value) <= 1
    assert number(row.statistic) != number(only(result, "log_rank", "log_rank").statistic)
    assert _method(p_value_row(metric, "b", result.estimates)) == "log_rank"


def _method(row: Estimate | None) -> str:
    assert row is not None
    return row.method
