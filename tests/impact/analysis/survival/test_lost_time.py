"""Time lost before the horizon, and how much later the median comes."""

import numpy as np
import pytest

from experiments.plan.document import TimeUnit
from tests.impact.analysis.survival.data import (
    counts_of,
    estimate,
    number,
    only,
    plan_of,
    retention,
)
from tests.impact.stats.oracle import columns
from tests.reference import needs_reference


@needs_reference
def test_the_times_lost_are_those_of_the_vignette_of_survrm2() -> None:
    """rmst2(time, status, arm, tau=10), the sample data: RMTL ratio 1.050 (0.787, 1.402)"""
    data = columns("oracle/s3_pbc312.csv")
    counts = counts_of(data.text["arm"], data.number("days"), data.number("event"))
    year = TimeUnit(name="year", days=365.25)

    result = estimate(plan_of(retention(horizon=3652.5), "0", "1", time_unit=year), counts)  # type: ignore[arg-type]

    ratio = only(result, "lost_time_ratio")
    found = [number(value) for value in (ratio.value, ratio.ci_low, ratio.ci_high)]
    assert found == pytest.approx([1.050, 0.787, 1.402], abs=6e-4)
    lost, mean = (only(result, name, variant="1") for name in ("lost_time", "rmst"))
    assert number(lost.value) == pytest.approx(10 - number(mean.value))
    assert number(lost.ci_low) == pytest.approx(10 - number(mean.ci_high))
    assert lost.unit == "year"


def test_a_difference_of_medians_has_the_limits_of_both_arms() -> None:
    rng = np.random.default_rng(2)
    arm = rng.integers(2, size=600)
    time = np.ceil(rng.exponential(np.where(arm, 60, 40)))
    counts = counts_of(np.array(["a", "b"])[arm], np.minimum(time, 200), time <= 200)

    result = estimate(plan_of(retention(horizon=100), "a", "b"), counts)

    row = only(result, "median_survival_difference")
    after, before = (only(result, "median_survival", variant=name) for name in ("b", "a"))
    assert row.value == number(after.value) - number(before.value)
    assert number(row.ci_low) < number(row.value) < number(row.ci_high)
    assert number(row.ci_low) > number(after.ci_low) - number(before.ci_high)
    assert (row.std_error, row.p_value, row.unit) == (None, None, "day")


def test_a_median_that_is_not_reached_is_a_reason() -> None:
    counts = counts_of(["a", "a", "b", "b"], [5, 9, 9, 9], [1, 1, 1, 0])

    row = only(estimate(plan_of(retention(), "a", "b"), counts), "median_survival_difference")

    assert row.value == 2.0  # b lies at one half from day 9 on
    assert row.note == "no interval: the limits of an arm's median lie beyond follow-up"
    few = counts_of(["a", "b"], [5, 9], [1, 0])
    row = only(estimate(plan_of(retention(), "a", "b"), few), "median_survival_difference")
    assert row.note == "b: survival does not fall to one half within follow-up"


def test_nothing_lost_has_no_ratio() -> None:
    counts = counts_of(["a", "a", "b", "b"], [9, 9, 5, 9], [0, 0, 1, 0])

    row = only(estimate(plan_of(retention(horizon=9), "a", "b"), counts), "lost_time_ratio")

    assert (row.value, row.note) == (None, "in one arm no time is lost before the horizon")
