"""Rows of a quantile: at the end, under looking, and of arms without a value."""

from dataclasses import replace

import pytest

from experiments.plan.document import Kind, Metric, Role
from impact.analysis.quantiles import estimate_quantiles
from impact.analysis.sufficient import ArmQuantile
from tests.impact.analysis.building import ROWS, only, plan_of

SLOW = Metric(
    key="slow", role=Role.PRIMARY, kind=Kind.QUANTILE, source=ROWS, unit="second", quantile=0.9
)


def arm(variant: str, value: float) -> ArmQuantile:
    return ArmQuantile(
        variant=variant, units=300, rows=900, value=value, low=value - 10, high=value + 30,
        level=0.95,
    )  # fmt: skip


ARMS = (arm("control", 600.0), arm("patient", 660.0))


def test_a_quantile_has_the_limits_that_were_found() -> None:
    rows = estimate_quantiles(plan_of(SLOW), SLOW, ARMS, look=None)

    level = only(rows, "slow", "quantile")
    assert (level.ci_low, level.ci_high, level.at, level.unit) == (650.0, 690.0, 0.9, "second")
    assert only(rows, "slow", "quantile_difference").value == 60.0
    assert only(rows, "slow", "relative_difference").value == pytest.approx(0.1)


def test_under_looking_the_interval_is_as_wide_as_the_look_asks_for() -> None:
    plan = replace(plan_of(SLOW), confidence_level=0.999)

    level = only(estimate_quantiles(plan, SLOW, ARMS, look=1), "slow", "quantile")

    assert level.confidence_level == 0.999
    assert level.ci_high == pytest.approx(660 + 20 * 3.290527 / 1.959964)
    assert level.ci_low == pytest.approx(660 - 20 * 3.290527 / 1.959964)


def test_an_arm_without_units_has_a_reason() -> None:
    rows = estimate_quantiles(plan_of(SLOW), SLOW, ARMS[:1], look=None)

    assert only(rows, "slow", "quantile").note == "no value in the arm"
    assert only(rows, "slow", "quantile_difference").note == "no value in one of the arms"
