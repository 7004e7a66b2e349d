"""Days taken off beforehand, and one leverage per window: the same as one large regression."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from impact.stats.clusters.regression import (
    ClusterFit,
    Correction,
    cluster_covariance,
    cluster_fit,
    satterthwaite_df,
)
from impact.stats.switchback.carry_over import carry_over
from impact.stats.switchback.least_squares import Coefficient, Floats
from impact.stats.switchback.windows import Windows, fitted, window_effect
from tests.impact.stats.answers import estimated
from tests.impact.stats.switchback.test_windows import drawn


def in_one(windows: Windows, columns: list[Floats], *, by_day: bool) -> ClusterFit:
    """Fit flags and a constant for each day at once, with every cluster's whole matrix."""
    _, day = np.unique(windows.mixed, return_inverse=True)
    design = np.column_stack([*columns, np.eye(int(day.max()) + 1)[day]]).astype(np.float64)
    rows = [np.sqrt(windows.weight)[:, None] * design, windows.total / np.sqrt(windows.weight)]
    _, code = np.unique(windows.day, return_inverse=True)
    cluster = code if by_day else np.arange(code.size)
    inside = [cluster == one for one in range(int(cluster.max()) + 1)]
    shares = np.array([rows[0][here].T @ rows[0][here] for here in inside])
    products = np.array([rows[0][here].T @ rows[1][here] for here in inside])[:, :, None]
    fit = cluster_fit(shares, products, int(windows.n.sum()))
    assert isinstance(fit, ClusterFit)
    return fit


def uneven(seed: int) -> Windows:
    """Days of few windows, of one, and of one arm alone."""
    windows = drawn(seed, days=7, each=5)
    alone = (windows.day != 3) | (np.arange(35) % 5 == 2)
    return windows.chosen(alone & ((windows.day != 5) | windows.treated))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
@pytest.mark.parametrize("by_day", [False, True])
@pytest.mark.parametrize("two", [False, True])
def test_it_is_the_regression_on_all_days_at_once(seed: int, by_day: bool, two: bool) -> None:  # noqa: FBT001
    windows = uneven(seed)
    other = np.random.default_rng(seed).random(windows.weight.size) < 0.5
    columns = [windows.treated, other] if two else [windows.treated]

    found = fitted(windows, columns, by_day=by_day)
    whole = in_one(windows, [flag.astype(np.float64) for flag in columns], by_day=by_day)

    assert isinstance(found, Coefficient)
    contrast = np.eye(whole.root.shape[0])[0]
    variance = cluster_covariance(whole, contrast, Correction.CR2)[0, 0]
    assert found.value == pytest.approx(whole.coefficients[0, 0], rel=1e-8, abs=1e-10)
    assert found.variance == pytest.approx(variance, rel=1e-7)
    assert found.df == pytest.approx(satterthwaite_df(whole, contrast), rel=1e-7)


@pytest.mark.parametrize("by_day", [False, True])
def test_where_no_day_has_both_arms_days_are_not_taken_off(by_day: bool) -> None:  # noqa: FBT001
    rng = np.random.default_rng(6)
    day = np.repeat(np.arange(12), 3)
    treated = day % 2 == 1
    weight = rng.integers(20, 60, 36).astype(np.float64)
    total = weight * (treated + rng.normal(0, 1, 36))
    windows = Windows(total=total, weight=weight, n=weight, treated=treated, day=day)

    found = fitted(windows, [treated], by_day=by_day)
    whole = in_one(windows, [treated.astype(np.float64)], by_day=by_day)

    assert isinstance(found, Coefficient)
    assert found.df == pytest.approx(satterthwaite_df(whole, np.array([1.0, 0.0])), rel=1e-9)
    assert found.value == pytest.approx(whole.coefficients[0, 0], rel=1e-9)


def test_two_years_of_windows_are_compared() -> None:
    windows = drawn(2, days=728, each=12)

    for found in (
        window_effect(windows, level=0.95),
        window_effect(windows, level=0.95, by_day=True),
        carry_over(windows, level=0.95),
    ):
        assert estimated(found).std_error == pytest.approx(0.012, abs=0.004)
