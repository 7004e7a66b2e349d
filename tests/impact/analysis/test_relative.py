"""Relative differences: the delta method, and Fieller's set where the control is uncertain."""

import numpy as np

from impact.analysis.means import estimate_means
from impact.analysis.ratios import estimate_ratios
from tests.impact.analysis.building import HANDLE, SPEND, arms_of, only, plan_of


def test_an_uncertain_control_has_fiellers_set() -> None:
    rng = np.random.default_rng(1)
    few = {arm: rng.gamma(0.2, 100.0, (15, 1)) for arm in ("control", "patient")}

    rows = estimate_means(plan_of(SPEND), SPEND, arms_of(("y",), few), look=None)

    row = only(rows, "spend", "relative_difference")
    assert (row.method, row.unit, row.std_error) == ("fieller", "1", None)
    assert row.ci_set or (row.ci_low is not None and row.ci_high is not None)
    assert row.confidence_level == 0.95


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
