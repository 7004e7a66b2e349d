"""Relative differences: the delta method, and Fieller's set where the control is uncertain."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from experiments.plan.winsorising import Winsorising
from impact.analysis.means import estimate_means
from impact.analysis.ratios import estimate_ratios
from impact.stats.means.welch import Sample, welch
from tests.impact.analysis.building import HANDLE, SPEND, arms_of, only, plan_of
from tests.impact.stats.answers import estimated, known

ARMS, DIFFERENCE = ("patient", "control"), "mean_difference"


def _sample(values: NDArray[np.float64]) -> Sample:
    return Sample(n=len(values), mean=float(values.mean()), variance=float(values.var(ddof=1)))


def test_an_uncertain_control_has_fiellers_set() -> None:
    rng = np.random.default_rng(1)
    few = {arm: rng.gamma(0.2, 100.0, (15, 1)) for arm in ("control", "patient")}

    rows = estimate_means(plan_of(SPEND), SPEND, arms_of(("y",), few), look=None)

    row = only(rows, "spend", "relative_difference")
    assert (row.method, row.unit, row.std_error) == ("fieller", "1", None)
    assert row.ci_set or (row.ci_low is not None and row.ci_high is not None)
    assert row.confidence_level == 0.95


def test_a_capped_mean_with_an_uncertain_control_has_fiellers_set() -> None:
    rng = np.random.default_rng(1)
    few = {arm: rng.gamma(0.2, 100.0, (15, 1)) for arm in ("control", "patient")}
    capped = {arm: np.hstack([values, np.minimum(values, 50.0)]) for arm, values in few.items()}
    metric = replace(SPEND, adjustment=None, winsorising=Winsorising(cap=50.0))

    rows = estimate_means(plan_of(metric), metric, arms_of(("y", "w"), capped), look=None, cap=50.0)

    row = only(rows, "spend", "relative_difference", method="winsorised")
    test = only(rows, "spend", DIFFERENCE, method="winsorised")
    assert row.note.endswith("as the plan says; by Fieller's set")
    assert row.p_value == pytest.approx(test.p_value)


def test_with_few_units_the_set_is_as_wide_as_welchs_test_says() -> None:
    """An effect just on the edge of Welch's t-test lies on the edge of the set."""
    rng = np.random.default_rng(1)
    few = {arm: rng.gamma(0.2, 100.0, (8, 1)) for arm in ("control", "patient")}
    for edge in (1.0, -1.0):
        plain = estimated(welch(*(_sample(few[arm]) for arm in ARMS), level=0.95))
        half = known(plain.ci_high) - plain.value
        moved = {**few, "patient": few["patient"] - plain.value + edge * half}

        rows = estimate_means(plan_of(SPEND), SPEND, arms_of(("y",), moved), look=None)

        row, test = (only(rows, "spend", name) for name in ("relative_difference", DIFFERENCE))
        assert row.method == "fieller"
        assert row.p_value == pytest.approx(test.p_value)
        assert row.df == pytest.approx(test.df)
        near = row.ci_low if edge > 0 else row.ci_high
        assert row.ci_set or near == pytest.approx(0.0, abs=1e-9)


def test_a_ratio_of_few_units_has_students_quantile() -> None:
    values = np.random.default_rng(5).gamma(0.5, 4.0, (6, 2)) + np.array([9.0, 1.0])
    few = {"control": values, "patient": values + 1}

    rows = estimate_ratios(plan_of(HANDLE), HANDLE, arms_of(("y", "d"), few), look=None)

    level = only(rows, "handle_time", "ratio", variant="control")
    assert level.method == "fieller"
    for end in (known(level.ci_low), known(level.ci_high)):
        apart = values[:, 0] - end * values[:, 1]
        assert float(stats.ttest_1samp(apart, 0)[1]) == pytest.approx(0.05)


def test_a_certain_control_keeps_the_delta_method() -> None:
    rng = np.random.default_rng(1)
    many = {arm: rng.normal(50, 9, (400, 1)) for arm in ("control", "patient")}

    rows = estimate_means(plan_of(SPEND), SPEND, arms_of(("y",), many), look=None)

    assert only(rows, "spend", "relative_difference").method == "delta"


def test_a_ratio_over_an_uncertain_denominator_says_so() -> None:
    rng = np.random.default_rng(2)
    few = {arm: rng.gamma(0.5, 4.0, (12, 2)) for arm in ("control", "patient")}

    rows = estimate_ratios(plan_of(HANDLE), HANDLE, arms_of(("y", "d"), few), look=None)

    level = only(rows, "handle_time", "ratio")
    assert level.method == "fieller"
    assert only(rows, "handle_time", "ratio_difference").note.startswith("rough")
    assert only(rows, "handle_time", "relative_difference").method == "fieller"
