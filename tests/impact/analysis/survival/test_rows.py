"""Which rows retention gives, and what they say when there is no number."""

from dataclasses import fields, replace

import numpy as np
import pytest

from experiments.plan.document import Covariate, TimeUnit
from impact.analysis.estimates import Estimate
from impact.analysis.sufficient import ALL, SurvivalCounts
from tests.impact.analysis.survival.data import (
    counts_of,
    customers,
    estimate,
    number,
    only,
    plan_of,
    retention,
)

PER_ARM = ("median_survival", "rmst")


def assert_tidy(row: Estimate) -> None:
    for field in fields(row):
        value = getattr(row, field.name)
        assert not (isinstance(value, float) and not np.isfinite(value)), (field.name, row)
    testing = row.quantity in {"log_rank", "likelihood_ratio", "proportional_hazards"}
    assert row.value is not None or row.note or (testing and row.statistic is not None), row


def test_two_arms_give_every_quantity_once() -> None:
    result = estimate(plan_of(retention(horizon=60), "a", "b"), customers(1))

    for quantity in (
        "survival_probability_difference",
        "rmst_difference",
        "rmst_ratio",
        "log_rank",
        "hazard_ratio",
    ):
        row = only(result, quantity)
        sides = ("", "") if quantity == "log_rank" else ("b", "a")
        assert (row.variant, row.baseline) == sides
        assert number(row.n_variant) + number(row.n_baseline) == 400
        assert number(row.events_variant) > 0
        assert number(row.p_value) < 1
    assert {row.variant for row in result.estimates if row.quantity == "rmst"} == {"a", "b"}
    assert only(result, "hazard_ratio").confidence_level == 0.95
    assert all(row.population == "intention_to_treat" for row in result.estimates)


def test_a_difference_at_the_horizon_is_that_of_the_arms() -> None:
    result = estimate(plan_of(retention(horizon=60), "a", "b"), customers(1))

    after, before = (
        only(result, "survival_probability", variant=variant, at=60.0) for variant in ("b", "a")
    )
    difference = only(result, "survival_probability_difference")
    assert difference.value == number(after.value) - number(before.value)
    assert difference.std_error == pytest.approx(
        np.hypot(number(after.std_error), number(before.std_error))
    )
    assert number(difference.ci_low) < number(difference.value) < number(difference.ci_high)


def test_an_interim_look_shows_no_p_value_and_says_so() -> None:
    final = estimate(plan_of(retention(horizon=60), "a", "b"), customers(1))
    interim = estimate(plan_of(retention(horizon=60), "a", "b"), customers(1), look=2)

    assert all(row.p_value is None and row.look == 2 for row in interim.estimates)
    assert all("interim" in row.note for row in interim.estimates if row.value is not None)
    assert "interim" in only(interim, "log_rank").note
    assert only(interim, "hazard_ratio").value == only(final, "hazard_ratio").value


def test_without_a_horizon_the_shortest_follow_up_is_used_and_said() -> None:
    counts = counts_of(["a", "a", "b", "b"], [10, 40, 20, 30], [1, 0, 1, 0])

    result = estimate(plan_of(retention(), "a", "b"), counts)

    row = only(result, "rmst_difference")
    assert row.at == 30
    assert row.note == "no horizon in the plan: the shortest follow-up of an arm, 30 day"


def test_a_horizon_beyond_follow_up_is_a_reason() -> None:
    counts = counts_of(["a", "a", "b", "b"], [10, 40, 20, 30], [1, 0, 1, 0])

    result = estimate(plan_of(retention(horizon=35), "a", "b"), counts)

    for quantity in ("rmst_difference", "rmst_ratio"):
        row = only(result, quantity)
        assert row.value is None
        assert row.note == "b: follow-up ends at 30, before the horizon of 35"
    assert only(result, "rmst", variant="a").value is not None
    assert only(result, "survival_probability", variant="b", at=35.0).value is None


def test_times_come_out_in_the_unit_of_the_plan() -> None:
    counts = customers(2)
    by_day = estimate(plan_of(retention(horizon=60), "a", "b"), counts)
    month = TimeUnit(name="month", days=30)
    by_month = estimate(plan_of(retention(horizon=60), "a", "b", time_unit=month), counts)

    before, after = only(by_day, "rmst_difference"), only(by_month, "rmst_difference")
    assert (after.at, after.unit) == (2.0, "month")
    assert number(after.value) == pytest.approx(number(before.value) / 30)
    assert number(after.std_error) == pytest.approx(number(before.std_error) / 30)
    assert only(by_month, "hazard_ratio").value == pytest.approx(
        number(only(by_day, "hazard_ratio").value)
    )
    assert by_month.curves[0].points[-1].at == 3.0


def test_curves_start_at_one_and_count_everybody() -> None:
    result = estimate(plan_of(retention(), "a", "b"), customers(3))

    assert [(curve.variant, curve.kind) for curve in result.curves] == [
        ("a", "survival"),
        ("b", "survival"),
    ]
    for curve in result.curves:
        start = curve.points[0]
        alone = only(result, "rmst", variant=curve.variant)
        assert (start.at, start.value, start.at_risk) == (0, 1, alone.n_variant)
        assert sum(point.events for point in curve.points) == alone.events_variant


def test_a_segment_gives_what_the_whole_gives_at_the_horizon() -> None:
    counts = customers(4)
    inside = counts.covariates["tier"] == "pro"
    segment = replace(
        counts,
        segment="tier=pro",
        variant=counts.variant[inside],
        time=counts.time[inside],
        event=counts.event[inside],
        n=counts.n[inside],
        covariates={},
    )

    result = estimate(plan_of(retention(horizon=60), "a", "b"), counts, segment)

    alone = estimate(plan_of(retention(horizon=60), "a", "b"), replace(segment, segment=ALL))
    rows = [row for row in result.estimates if row.segment == "tier=pro"]
    assert [(row.quantity, row.variant) for row in rows] == [
        *((quantity, arm) for arm in "ab" for quantity in ("survival_probability", *PER_ARM)),
        ("survival_probability_difference", "b"),
        ("rmst_difference", "b"),
        ("log_rank", ""),
        ("hazard_ratio", "b"),
    ]
    assert {replace(row, segment=ALL) for row in rows} <= set(alone.estimates)
    difference = only(result, "rmst_difference", segment="tier=pro")
    assert number(difference.n_variant) + number(difference.n_baseline) == inside.sum()


@pytest.mark.parametrize(
    "counts",
    [
        (),
        (counts_of([], [], []),),
        (counts_of(["a"] * 4, [1, 2, 3, 4], [1, 1, 0, 1]),),
        (counts_of(["b"] * 4, [1, 2, 3, 4], [1, 1, 0, 1]),),
        (counts_of(["a", "a", "b", "b"], [5, 9, 5, 9], [0, 0, 0, 0]),),
        (counts_of(["a", "a", "b", "b"], [5, 9, 5, 9], [1, 1, 1, 1]),),
        (counts_of(["a", "a", "b", "b"], [0, 0, 0, 0], [1, 0, 1, 0]),),
        (counts_of(["a", "a", "b", "b"], [5, 9, 5, 9], [1, 1, 0, 0]),),
        (counts_of(["a", "b"], [5, 9], [1, 1], [0, 0]),),
        (counts_of(["other", "b"], [5, 9], [1, 1]),),
    ],
    ids=[
        "nothing",
        "nobody",
        "control alone",
        "variant alone",
        "no events",
        "all churned",
        "all on the first day",
        "no events in the variant",
        "cells of nobody",
        "unknown variant",
    ],
)
@pytest.mark.parametrize("horizon", [None, 7])
def test_what_cannot_be_estimated_is_a_row_with_a_reason(
    counts: tuple[SurvivalCounts, ...], horizon: int | None
) -> None:
    covariate = Covariate(name="tier")
    given = tuple(
        replace(
            entry,
            covariates={"tier": np.full(entry.n.size, "basic")},
            strata={"region": np.full(entry.n.size, "N")},
        )
        for entry in counts
    )
    metric = retention(horizon=horizon, covariates=(covariate,), strata=("region",))

    result = estimate(plan_of(metric, "a", "b"), *given)

    for row in result.estimates:
        assert_tidy(row)
    assert only(result, "hazard_ratio", "cox").variant == "b"


def test_no_events_in_an_arm_leaves_the_hazard_ratio_empty() -> None:
    counts = counts_of(["a", "a", "b", "b"], [5, 9, 5, 9], [1, 1, 0, 0])

    result = estimate(plan_of(retention(horizon=7), "a", "b"), counts)

    row = only(result, "hazard_ratio")
    assert (row.value, row.std_error, row.ci_low) == (None, None, None)
    assert row.note == "b: no events; the limit is exact"
    # 2 of 4 at risk churn, then 1 of 2: (2 / (2 + 2 x)) (1 / (1 + x)) is 0.025 at this x
    assert number(row.ci_high) == pytest.approx(40**0.5 - 1, abs=1e-6)
    assert row.ci_set == f"(0, {row.ci_high:g}]"
    assert "rests on the other alone" in only(result, "survival_probability_difference").note


def test_a_test_over_all_arms_names_no_variant_and_pairs_come_with_a_third_arm() -> None:
    for arms in (("a", "b"), ("a", "b", "c")):
        counts = customers(12, arms=arms)
        counts = replace(counts, strata={"tier": np.asarray(counts.covariates["tier"])})
        result = estimate(plan_of(retention(strata=("tier",)), *arms), counts)

        for method in ("log_rank", "stratified_log_rank"):
            rows = [
                row
                for row in result.estimates
                if (row.quantity, row.method) == ("log_rank", method)
            ]
            pairs = [("b", "a"), ("c", "a")] if len(arms) > 2 else []
            assert [(row.variant, row.baseline) for row in rows] == [("", ""), *pairs]
            assert rows[0].df == len(arms) - 1
            assert number(rows[0].n_variant) + number(rows[0].n_baseline) == 400


def test_an_empty_arm_of_three_leaves_the_others_their_answers() -> None:
    counts = customers(9)

    result = estimate(plan_of(retention(horizon=60), "a", "b", "c"), counts)

    assert only(result, "hazard_ratio", variant="c").note == "c: no units"
    assert only(result, "rmst_difference", variant="c").note == "c: no units"
    assert only(result, "hazard_ratio", variant="b").value is not None
    assert only(result, "log_rank", variant="").df == 1
    assert [curve.variant for curve in result.curves] == ["a", "b"]
