"""Rows of means, proportions, ratios and money."""

import re
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.plan.document import Economics
from impact.analysis.estimates import Estimate
from impact.analysis.means import estimate_means
from impact.analysis.money import estimate_money
from impact.analysis.proportions import estimate_proportions
from impact.analysis.ratios import estimate_ratios
from impact.analysis.sufficient import ArmProportion
from tests.impact.analysis.building import (
    HANDLE,
    RESOLVED,
    SPEND,
    arms_of,
    moments_of,
    only,
    plan_of,
)
from tests.impact.stats.answers import known

PLAN = plan_of(SPEND, RESOLVED, HANDLE)
RNG = np.random.default_rng(3)
CONTROL, PATIENT = RNG.normal(50, 9, (300, 2)), RNG.normal(53, 9, (200, 2))
MONEY_PLAN = plan_of(
    HANDLE, economics=Economics(currency="EUR", cost_per_handle_minute=Decimal("0.50"))
)


def rows_of_spend(control: np.ndarray, patient: np.ndarray) -> tuple[Estimate, ...]:
    arms = arms_of(("y", "x")[: control.shape[1]], {"control": control, "patient": patient})
    return estimate_means(PLAN, SPEND, arms, look=None)


def test_a_mean_gives_arms_and_differences() -> None:
    rows = rows_of_spend(CONTROL, PATIENT)

    control = only(rows, "spend", "mean", variant="control")
    difference = only(rows, "spend", "mean_difference", method="welch")
    relative = only(rows, "spend", "relative_difference")
    assert control.value == pytest.approx(CONTROL[:, 0].mean())
    assert control.unit == "EUR"
    assert difference.value == pytest.approx(PATIENT[:, 0].mean() - CONTROL[:, 0].mean())
    assert (difference.baseline, difference.n_variant, difference.n_baseline) == (
        "control",
        200,
        300,
    )
    assert relative.value == pytest.approx(known(difference.value) / known(control.value))
    assert relative.unit == "1"
    assert only(rows, "spend", "standard_deviation").value == pytest.approx(
        PATIENT[:, 0].std(ddof=1)
    )


def test_a_covariate_adds_an_adjusted_row_that_says_what_it_bought() -> None:
    shared_control, shared_patient = CONTROL.copy(), PATIENT.copy()
    shared_control[:, 1] = CONTROL[:, 0] + RNG.normal(0, 3, 300)
    shared_patient[:, 1] = PATIENT[:, 0] + RNG.normal(0, 3, 200)

    rows = rows_of_spend(shared_control, shared_patient)

    plain = only(rows, "spend", "mean_difference", method="welch")
    adjusted = only(rows, "spend", "mean_difference", method="cuped")
    assert known(adjusted.std_error) < known(plain.std_error) / 2
    assert re.fullmatch(r"variance 9\d\.\d% smaller than unadjusted", adjusted.note)


def test_every_segment_has_its_rows() -> None:
    arms = (
        *arms_of(("y",), {"control": CONTROL[:, 0], "patient": PATIENT[:, 0]}),
        *arms_of(("y",), {"control": CONTROL[:90, 0], "patient": PATIENT[:80, 0]}, "tier=pro"),
    )

    rows = estimate_means(PLAN, SPEND, arms, look=None)

    assert only(rows, "spend", "mean_difference", segment="tier=pro").n_variant == 80


def test_an_interim_row_has_no_p_value_and_says_so() -> None:
    arms = arms_of(("y",), {"control": CONTROL[:, 0], "patient": PATIENT[:, 0]})

    rows = estimate_means(PLAN, SPEND, arms, look=1)

    difference = only(rows, "spend", "mean_difference")
    assert difference.p_value is None
    assert difference.ci_low is not None
    assert (difference.look, difference.note) == (1, "interim")


@pytest.mark.parametrize(
    ("control", "patient", "reason"),
    [
        (CONTROL[:, :1], CONTROL[:0, :1], "no unit in one of the arms"),
        (CONTROL[:, :1], CONTROL[:1, :1], "fewer than two units in one of the arms"),
        (np.full((9, 1), 0.1), np.full((9, 1), 0.1), "zero variance"),
    ],
)
def test_what_cannot_be_estimated_is_a_row_with_a_reason(
    control: np.ndarray, patient: np.ndarray, reason: str
) -> None:
    rows = rows_of_spend(control, patient)

    difference = only(rows, "spend", "mean_difference")
    assert difference.value is None
    assert reason in difference.note


def test_an_arm_that_nobody_reached_has_rows_all_the_same() -> None:
    rows = (
        *estimate_means(PLAN, SPEND, (), look=None),
        *estimate_ratios(PLAN, HANDLE, (), look=None),
        *estimate_proportions(PLAN, RESOLVED, (), look=None),
    )

    assert {row.metric for row in rows} == {"spend", "handle_time", "resolved"}
    assert all(row.value is None and row.note for row in rows)


def test_a_proportion_gives_arms_newcombe_and_the_risk_ratio() -> None:
    arms = (
        ArmProportion(variant="control", n=80, successes=48),
        ArmProportion(variant="patient", n=70, successes=56),
    )

    rows = estimate_proportions(PLAN, RESOLVED, arms, look=None)

    difference = only(rows, "resolved", "proportion_difference")
    assert round(known(difference.ci_low), 4) == 0.0524
    assert difference.std_error is None
    assert difference.method == "newcombe"
    assert (difference.events_variant, difference.events_baseline) == (56, 48)
    assert only(rows, "resolved", "risk_ratio").value == pytest.approx(0.8 / 0.6)
    assert only(rows, "resolved", "proportion", variant="control").value == 0.6


def test_a_ratio_is_of_sums_and_not_a_mean_of_ratios() -> None:
    arms = arms_of(("y", "d"), {"control": [[10, 1], [50, 4]], "patient": [[30, 2], [40, 3]]})

    rows = estimate_ratios(PLAN, HANDLE, arms, look=None)

    assert only(rows, "handle_time", "ratio", variant="control").value == pytest.approx(60 / 5)
    assert only(rows, "handle_time", "ratio_difference").value == pytest.approx(70 / 5 - 60 / 5)
    assert only(rows, "handle_time", "relative_difference").unit == "1"


def test_money_is_exact_with_the_covariance_of_revenue_and_minutes() -> None:
    names = ("revenue", "handle_minutes")
    money = {"revenue_and_handling": arms_of(names, {"control": CONTROL, "patient": PATIENT})}
    nets = [arm @ np.array([1.0, -0.5]) for arm in (PATIENT, CONTROL)]

    rows = estimate_money(MONEY_PLAN, money, look=None)

    net = only(rows, "net_value", "net_value")
    assert net.value == pytest.approx(nets[0].mean() - nets[1].mean())
    assert net.std_error == pytest.approx(
        np.sqrt(nets[0].var(ddof=1) / 200 + nets[1].var(ddof=1) / 300)
    )
    cost = only(rows, "handling_cost", "mean_difference")
    assert cost.value == pytest.approx((PATIENT[:, 1].mean() - CONTROL[:, 1].mean()) / 2)
    assert only(rows, "revenue", "mean_difference").unit == "EUR"
    assert {row.kind for row in rows} == {"money"}


def test_money_without_revenue_says_what_is_missing() -> None:
    minutes = arms_of(("handle_minutes",), {"control": CONTROL[:, 1], "patient": PATIENT[:, 1]})

    rows = estimate_money(MONEY_PLAN, {"revenue_and_handling": minutes}, look=None)

    assert only(rows, "revenue", "mean_difference").note == "no revenue given"
    assert only(rows, "net_value", "net_value").note == "no revenue given"
    assert only(rows, "handling_cost", "mean_difference").value is not None
    assert len(estimate_money(MONEY_PLAN, {}, look=None)) == 3


def test_a_plan_without_economics_has_no_money() -> None:
    assert estimate_money(plan_of(HANDLE), {}, look=None) == ()


def test_a_metric_named_like_a_measure_of_money_keeps_its_name() -> None:
    plan = replace(MONEY_PLAN, metrics=(replace(SPEND, key="revenue"),))

    rows = estimate_money(plan, {}, look=None)

    assert {row.metric for row in rows} == {"economics_revenue", "handling_cost", "net_value"}


numbers = st.lists(st.tuples(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4)), min_size=1, max_size=30)


@given(numbers, numbers)
def test_merged_moments_are_those_of_the_pooled_units(
    one: list[tuple[float, float]], other: list[tuple[float, float]]
) -> None:
    names = ("y", "x")

    merged = moments_of(names, one) + moments_of(names, other)

    pooled = moments_of(names, one + other)
    assert merged.n == pooled.n
    np.testing.assert_allclose(merged.means, pooled.means, rtol=1e-9, atol=1e-7)
    np.testing.assert_allclose(merged.cross, pooled.cross, rtol=1e-9, atol=1e-4)


def test_merging_keeps_a_small_variance_on_a_large_level() -> None:
    values = np.random.default_rng(11).normal(1e6, 1, 100_000)
    whole = moments_of(("y",), values[:0])

    for block in np.array_split(values, 37):
        whole = whole + moments_of(("y",), block)

    variance = whole.cross[0, 0] / (whole.n - 1)
    assert variance == pytest.approx((values - values.mean()).var(ddof=1), rel=1e-9)


def test_nothing_merged_with_nothing_is_nothing() -> None:
    nothing = moments_of(("y",), [])

    assert (nothing + nothing).n == 0


def test_moments_of_different_numbers_are_not_merged() -> None:
    with pytest.raises(ValueError, match="cannot be merged"):
        moments_of(("y",), [1.0]) + moments_of(("x",), [1.0])


def test_a_covariate_without_spread_leaves_the_adjusted_row_a_reason() -> None:
    control, patient = CONTROL.copy(), PATIENT.copy()
    control[:, 1] = patient[:, 1] = 4.0

    rows = rows_of_spend(control, patient)

    adjusted = only(rows, "spend", "mean_difference", method="cuped")
    assert adjusted.note == "the covariate has the same value for every unit"
    assert only(rows, "spend", "mean_difference", method="welch").value is not None
