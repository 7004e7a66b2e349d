"""Fieller's set: R's numbers, what the set means, and its agreement with the delta method."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from impact.stats.estimable import NotEstimable
from impact.stats.inference import normal_quantile
from impact.stats.means.fieller import fieller, is_uncertain, relative_fieller
from impact.stats.means.ratio import RatioSample, ratio, ratio_fieller
from impact.stats.means.relative import relative_change, relative_normal
from tests.impact.stats import oracle
from tests.impact.stats.answers import estimated, known
from tests.reference import needs_reference


@needs_reference
def test_the_ratio_of_means_is_that_of_r() -> None:
    expected, rtol = oracle.quantity("s5_revenue", "fieller_ratio_means")
    data = oracle.columns("oracle/s5_revenue.csv")
    arms = [pd.Series(data.number("revenue")[data.number("arm") == arm]) for arm in (1, 0)]
    means, variances = [arm.mean() for arm in arms], [arm.var() / len(arm) for arm in arms]

    found = fieller(means[0], means[1], np.diag(variances), level=0.95)

    assert found.value == pytest.approx(expected["ratio"], rel=rtol)
    assert found.ci_low == pytest.approx(expected["lo"], rel=rtol)
    assert found.ci_high == pytest.approx(expected["hi"], rel=rtol)
    g = normal_quantile(0.95) ** 2 * variances[1] / means[1] ** 2
    assert g == pytest.approx(expected["g"], rel=rtol)


@given(st.floats(-20, 20), st.floats(0.5, 9), st.floats(0.01, 9), st.floats(0.01, 9))
def test_the_set_holds_no_difference_exactly_when_the_test_does_not_reject_it(
    gap: float, base: float, variance: float, base_variance: float
) -> None:
    found = estimated(relative_fieller((base + gap, variance), (base, base_variance), level=0.95))

    rejected = known(found.p_value) < 0.05
    if found.ci_set == "(-inf, inf)":
        holds = True
    elif found.ci_set:
        left, right = found.ci_set.replace("(-inf, ", "").replace(", inf)", "").split("] U [")
        holds = not float(left) < 0 < float(right)
    else:
        holds = known(found.ci_low) <= 0 <= known(found.ci_high)
    if abs(known(found.p_value) - 0.05) > 1e-4:
        assert holds != rejected


def test_with_a_certain_denominator_it_is_the_delta_method() -> None:
    change = relative_change(101.0, 0.01, 100.0, 0.01)
    delta = estimated(relative_normal(change, level=0.95))

    exact = estimated(relative_fieller((101.0, 0.01), (100.0, 0.01), level=0.95))

    assert exact.ci_low == pytest.approx(delta.ci_low, abs=1e-5)
    assert exact.ci_high == pytest.approx(delta.ci_high, abs=1e-5)
    assert exact.std_error is None


def test_a_denominator_that_may_be_zero_leaves_two_rays_or_everything() -> None:
    rays = estimated(relative_fieller((11.0, 4.0), (3.0, 4.0), level=0.95))
    line = estimated(relative_fieller((1.0, 4.0), (0.9, 4.0), level=0.95))

    assert rays.ci_set.startswith("(-inf, -")
    assert line.ci_set == "(-inf, inf)"
    assert (rays.ci_low, rays.ci_high) == (None, None)


@pytest.mark.parametrize(
    ("control", "reason"),
    [
        ((0.0, 1.0), "a relative difference needs a baseline above zero"),
        ((-1.0, 1.0), "a relative difference needs a baseline above zero"),
        ((1.0, 0.0), "zero variance: all units of each arm have the same value"),
    ],
)
def test_a_control_without_a_level_has_a_reason(control: tuple[float, float], reason: str) -> None:
    assert relative_fieller((1.0, 0.0), control, level=0.95) == NotEstimable(reason)


def test_a_ratio_of_correlated_sums_is_wider_to_the_side_of_a_small_denominator() -> None:
    few = RatioSample(
        n=12, numerator=5.0, denominator=1.0, numerator_variance=9.0,
        denominator_variance=0.6, covariance=1.0,
    )  # fmt: skip

    exact, delta = (estimated(found(few, level=0.95)) for found in (ratio_fieller, ratio))

    assert few.is_uncertain
    assert known(exact.ci_high) - exact.value > exact.value - known(exact.ci_low)
    assert exact.value == delta.value


@pytest.mark.slow
def test_the_set_covers_where_the_delta_method_does_not() -> None:
    rng, repeats, error = np.random.default_rng(106), 20_000, 0.4
    hits = 0

    for up, down in rng.normal(0, error, (repeats, 2)):
        value, base = 1.5 + up, max(1.0 + down, 1e-6)
        assert is_uncertain(1.0, error**2)
        found = estimated(relative_fieller((value, error**2), (base, error**2), level=0.95))
        square = (value - 1.5 * base) ** 2  # the truth is a ratio of 1.5
        inside = square <= normal_quantile(0.95) ** 2 * error**2 * (1 + 1.5**2)
        if not found.ci_set:
            assert inside == (known(found.ci_low) <= 0.5 <= known(found.ci_high))
        hits += inside

    assert hits / repeats == pytest.approx(0.95, abs=3.5 * math.sqrt(0.95 * 0.05 / repeats))
