"""Models beyond the data: rows side by side that decide nothing."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from experiments.plan.document import Metric, TimeUnit
from experiments.plan.time_to_event import Extrapolation, ExtrapolationModel, TimeToEvent
from impact.analysis.estimates import Estimate
from impact.analysis.headlines import effect_row
from impact.analysis.sufficient import SurvivalCounts
from impact.analysis.survival.estimating import SurvivalResult
from tests.impact.analysis.survival.data import counts_of, estimate, number, plan_of, retention

FEW = (
    ExtrapolationModel.WEIBULL,
    ExtrapolationModel.LOG_NORMAL,
    ExtrapolationModel.SPLINE,
)


def ahead(metric: Metric, models: tuple[ExtrapolationModel, ...] = FEW) -> Metric:
    asked = TimeToEvent(extrapolation=Extrapolation(to=365, models=models))
    return replace(metric, time_to_event=asked)


def customers(size: int = 2000) -> SurvivalCounts:
    rng = np.random.default_rng(6)
    arm = rng.integers(2, size=size)
    time = np.floor(rng.exponential(np.where(arm, 300, 200)))
    return counts_of(np.array(["a", "b"])[arm], np.minimum(time, 90), time < 90)


@pytest.fixture(scope="module")
def result() -> SurvivalResult:
    return estimate(plan_of(ahead(retention(horizon=80)), "a", "b"), customers())


def of_models(result: SurvivalResult, quantity: str, variant: str) -> list[Estimate]:
    return [
        row
        for row in result.estimates
        if (row.term, row.quantity, row.variant) == ("extrapolation", quantity, variant)
    ]


def test_every_model_gives_arms_and_differences_and_marks_what_was_observed(
    result: SurvivalResult,
) -> None:
    for quantity in ("survival_probability", "rmst"):
        for variant in ("a", "b"):
            rows = of_models(result, quantity, variant)
            assert [row.method for row in rows] == [model.value for model in FEW]
            assert all(row.at == 365 for row in rows)
            assert all("observed up to 90 days" in row.note for row in rows)
            assert all("AIC" in row.note for row in rows)
        for row in of_models(result, f"{quantity}_difference", "b"):
            assert number(row.value) > 0
            assert row.p_value is None


def test_the_model_that_was_drawn_finds_the_far_end(result: SurvivalResult) -> None:
    (row, *_) = of_models(result, "survival_probability", "a")

    assert number(row.ci_low) < np.exp(-365.5 / 200) < number(row.ci_high)


def test_models_decide_nothing(result: SurvivalResult) -> None:
    without = estimate(plan_of(retention(horizon=80), "a", "b"), customers())

    assert [row for row in result.estimates if row.term != "extrapolation"] == list(
        without.estimates
    )
    assert result.curves[0].points == without.curves[0].points
    spoken = effect_row(ahead(retention()), "b", result.estimates)
    assert spoken is not None
    assert spoken.method == "cox"


def test_weeks_and_days_say_the_same() -> None:
    week = TimeUnit(name="week", days=7)
    metric = ahead(retention(horizon=77), FEW[:1])

    by_week = estimate(plan_of(metric, "a", "b", time_unit=week), customers())
    by_day = estimate(plan_of(metric, "a", "b"), customers())

    for quantity, scale in (("survival_probability", 1), ("rmst", 7)):
        weeks, days = (of_models(found, quantity, "a")[0] for found in (by_week, by_day))
        assert number(weeks.value) * scale == pytest.approx(number(days.value), rel=1e-5)
        assert number(weeks.std_error) * scale == pytest.approx(number(days.std_error), rel=1e-3)


def test_too_few_churns_in_one_arm_are_a_reason_and_the_rest_stands() -> None:
    counts = customers()
    quiet = replace(counts, event=np.where(counts.variant == "b", 0, counts.event))

    found = estimate(plan_of(ahead(retention(horizon=80), FEW[:1]), "a", "b"), quiet)

    assert number(of_models(found, "rmst", "a")[0].value) > 0
    assert of_models(found, "rmst", "b")[0].note.startswith("0 churns are too few")
    (row, *_) = of_models(found, "rmst_difference", "b")
    assert row.note == "b: 0 churns are too few for a model, 10 at least"


def test_a_difference_without_an_interval_says_why() -> None:
    """Where all leave within a fortnight a year is so far out that the formula is 0 there."""
    arm, place = np.divmod(np.arange(400), 200)
    time = np.where(arm, place % 14, np.minimum(place, 90))
    counts = counts_of(np.array(["a", "b"])[arm], time, (arm == 1) | (time < 90))

    found = estimate(plan_of(ahead(retention(horizon=10), FEW[:1]), "a", "b"), counts)

    (row,) = of_models(found, "survival_probability_difference", "b")
    assert row.value is not None
    assert row.note.endswith("no interval: the fit lies at the edge of its parameters")


@pytest.mark.slow
def test_without_a_model_asked_for_lifelines_is_not_loaded() -> None:
    code = (
        "import sys, impact.analysis.evaluate, impact.join.statistics;"
        "sys.exit('lifelines' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603
