"""Quantiles of values that belong to units: what clusters do to the interval, and its limits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from impact.stats.estimable import NotEstimable
from impact.stats.means.quantile_differences import quantile_difference, relative_quantile
from impact.stats.means.quantiles import (
    QuantileSample,
    quantile,
    quantile_of_rows,
)
from tests.impact.stats.answers import estimated, known

EMPTY = QuantileSample(units=3, rows=0, value=None, low=None, high=None)


def sample(value: float, low: float | None = None, high: float | None = None) -> QuantileSample:
    return QuantileSample(units=50, rows=90, value=value, low=low, high=high)


@given(st.integers(0, 2**32 - 1), st.integers(2, 5))
def test_to_see_the_same_values_again_teaches_nothing(seed: int, times: int) -> None:
    values = np.random.default_rng(seed).normal(0, 1, 101)  # an odd number: the median is a value
    unit = np.arange(101)

    once = quantile_of_rows(values, unit, 0.5, level=0.95)
    again = quantile_of_rows(np.repeat(values, times), np.repeat(unit, times), 0.5, level=0.95)

    assert again.value == once.value
    assert known(again.high) - known(again.low) == pytest.approx(
        known(once.high) - known(once.low), rel=0.35
    )


def test_units_of_one_value_have_the_interval_of_independent_values() -> None:
    n = 4001
    values = (np.arange(n) + 0.5) / n

    found = quantile(quantile_of_rows(values, np.arange(n), 0.9, level=0.95), level=0.95)

    assert estimated(found).value == pytest.approx(0.9, abs=1e-3)
    assert estimated(found).std_error == pytest.approx(np.sqrt(0.9 * 0.1 / n), rel=1e-2)


def test_values_that_are_alike_within_a_unit_widen_the_interval() -> None:
    rng = np.random.default_rng(5)
    unit = np.repeat(np.arange(200), 10)
    alike = rng.normal(0, 1, 200)[unit] + rng.normal(0, 0.1, 2000)

    clustered = quantile_of_rows(alike, unit, 0.5, level=0.95)
    as_if_free = quantile_of_rows(alike, np.arange(2000), 0.5, level=0.95)

    ratio = (known(clustered.high) - known(clustered.low)) / (
        known(as_if_free.high) - known(as_if_free.low)
    )
    assert ratio > 2.5


def test_the_difference_has_the_errors_of_both_arms() -> None:
    found = estimated(
        quantile_difference(sample(9.0, 7.1, 11.0), sample(5.0, 3.5, 6.6), level=0.95)
    )

    assert found.value == 4.0
    assert known(found.ci_high) - 4.0 == pytest.approx(2.5)


def test_the_sides_that_face_one_another_decide() -> None:
    """Newcombe's square and add, by hand: sqrt(3^2 + 4^2) = 5 below, sqrt(2 + 2) above."""
    root = float(np.sqrt(2))
    slow, quick = sample(20.0, 17.0, 20.0 + root), sample(5.0, 5.0 - root, 9.0)

    found = estimated(quantile_difference(slow, quick, level=0.95))

    assert found.ci_low == pytest.approx(15.0 - 5.0)
    assert known(found.ci_high) == pytest.approx(15.0 + 2.0)
    assert known(found.statistic) == pytest.approx(15.0 / (5.0 / 1.959964))
    assert known(found.std_error) == pytest.approx(5.0 / 1.959964)


def test_whole_minutes_are_added_and_not_squared() -> None:
    """One step in each arm is no rare event: ends of both intervals can be true at once."""
    slow, quick = sample(1080.0, 1020.0, 1140.0), sample(900.0, 840.0, 960.0)

    found = estimated(quantile_difference(slow, quick, level=0.95))

    assert (found.ci_low, found.ci_high) == (180.0 - 120.0, 180.0 + 120.0)


def test_a_heap_at_the_end_of_an_interval_is_no_certainty() -> None:
    found = estimated(quantile_difference(sample(8.0, 8.0, 9.0), sample(7.0, 6.0, 7.0), level=0.95))

    assert known(found.ci_low) == pytest.approx(1.0 - 2.0)
    assert known(found.p_value) > 0.05


@given(st.integers(0, 2**32 - 1))
def test_relative_and_plain_difference_agree_on_which_arm_has_more(seed: int) -> None:
    low, value, high = np.sort(np.random.default_rng(seed).gamma(3.0, 2.0, (2, 3)) + 0.1, axis=1).T
    arms = [sample(*map(float, ends)) for ends in zip(value, low, high, strict=True)]

    plain = estimated(quantile_difference(*arms, level=0.95))
    relative = estimated(relative_quantile(*arms, level=0.95))

    assert relative.value == pytest.approx(plain.value / value[1])
    assert known(relative.ci_low) < relative.value < known(relative.ci_high)
    assert np.sign(known(relative.statistic)) == np.sign(known(plain.statistic))


@pytest.mark.parametrize(
    ("variant", "reason"),
    [
        (EMPTY, "no value in one of the arms"),
        (sample(9.0), "too few units for an interval around this quantile"),
        (sample(9.0, 9.0, 9.0), "no interval: the values around the quantile are all the same"),
    ],
)
def test_what_has_no_interval_is_not_compared(variant: QuantileSample, reason: str) -> None:
    control = sample(5.0, 4.0, 6.0)

    assert quantile_difference(variant, control, level=0.95) == NotEstimable(reason)
    assert relative_quantile(control, variant, level=0.95) == NotEstimable(reason)


def test_at_another_level_the_interval_comes_from_the_error() -> None:
    wide = estimated(quantile(sample(5.0, 4.0, 7.0), level=0.999))

    assert known(wide.ci_high) - 5.0 == pytest.approx(1.5 * 3.290527 / 1.959964)
    assert known(wide.ci_low) == pytest.approx(10.0 - known(wide.ci_high))


def test_an_arm_without_values_has_no_quantile() -> None:
    assert quantile(EMPTY, level=0.95) == NotEstimable("no value in the arm")
    assert estimated(quantile(sample(9.0), level=0.95)).ci_low is None


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_the_interval_covers_the_quantile_of_calls_that_customers_make(share: float) -> None:
    rng, repeats, units, calls = np.random.default_rng(105), 2000, 300, 4
    truth = float(np.quantile(rng.normal(0, 1, 2_000_000) + rng.normal(0, 1, 2_000_000), share))
    unit, hits = np.repeat(np.arange(units), calls), 0

    for _ in range(repeats):
        values = rng.normal(0, 1, units)[unit] + rng.normal(0, 1, units * calls)
        found = quantile_of_rows(values, unit, share, level=0.95)
        hits += known(found.low) <= truth <= known(found.high)

    assert hits / repeats == pytest.approx(0.95, abs=3.5 * np.sqrt(0.95 * 0.05 / repeats))
