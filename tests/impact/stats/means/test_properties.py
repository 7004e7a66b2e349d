"""What must hold for means, proportions and ratios whatever the data."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from impact.stats.balance import equal_means
from impact.stats.estimable import NotEstimable
from impact.stats.means.cuped import AdjustedSample, cuped
from impact.stats.means.newcombe import Successes, newcombe, risk_ratio, wilson
from impact.stats.means.ratio import RatioSample, ratio, ratio_difference, relative_ratio
from impact.stats.means.relative import relative_means
from impact.stats.means.welch import Sample, mean, standard_deviation, welch
from impact.stats.multiplicity import holm
from impact.stats.sample_ratio import chi_square, sequential
from tests.impact.stats.answers import estimated, known

samples = st.builds(
    Sample,
    n=st.integers(2, 10**6),
    mean=st.floats(-1e6, 1e6),
    variance=st.floats(1e-3, 1e6),
)
successes = st.integers(1, 10**6).flatmap(
    lambda n: st.builds(Successes, n=st.just(n), successes=st.integers(0, n))
)


@given(samples, samples)
def test_swapping_the_arms_turns_the_sign_of_a_difference(a: Sample, b: Sample) -> None:
    there, back = estimated(welch(a, b, level=0.9)), estimated(welch(b, a, level=0.9))

    assert there.value == -back.value
    assert there.ci_low == pytest.approx(-known(back.ci_high), rel=1e-9, abs=1e-12)
    assert there.p_value == pytest.approx(back.p_value, rel=1e-9)


@given(samples, samples, st.floats(0.01, 100))
def test_the_test_does_not_depend_on_the_unit(a: Sample, b: Sample, scale: float) -> None:
    scaled = [
        Sample(n=arm.n, mean=arm.mean * scale, variance=arm.variance * scale**2) for arm in (a, b)
    ]

    plain, other = estimated(welch(a, b, level=0.95)), estimated(welch(*scaled, level=0.95))

    assert other.value == pytest.approx(plain.value * scale, rel=1e-9, abs=1e-9)
    assert other.std_error == pytest.approx(known(plain.std_error) * scale, rel=1e-9)
    assert other.df == pytest.approx(plain.df, rel=1e-9)


@given(samples, samples)
def test_the_equality_test_of_two_groups_is_welch(a: Sample, b: Sample) -> None:
    pair, groups = estimated(welch(a, b, level=0.95)), estimated(equal_means([a, b]))

    assert groups.statistic == pytest.approx(known(pair.statistic) ** 2, rel=1e-6, abs=1e-9)
    assert groups.df_within == pytest.approx(pair.df, rel=1e-6)


@given(successes, successes)
def test_newcombe_holds_the_difference_and_stays_possible(a: Successes, b: Successes) -> None:
    assume(0 < a.successes + b.successes < a.n + b.n)

    there = estimated(newcombe(a, b, level=0.95))
    back = estimated(newcombe(b, a, level=0.95))

    assert -1 - 1e-12 <= known(there.ci_low) <= there.value + 1e-12
    assert there.value - 1e-12 <= known(there.ci_high) <= 1 + 1e-12
    assert there.ci_low == pytest.approx(-known(back.ci_high), abs=1e-12)


@given(st.lists(st.floats(0, 1), max_size=8))
def test_holm_only_raises_p_values_and_keeps_their_order(p_values: list[float]) -> None:
    adjusted = holm(p_values)

    assert all(before <= after <= 1 for before, after in zip(p_values, adjusted, strict=True))
    ranked = [after for _, after in sorted(zip(p_values, adjusted, strict=True))]
    assert ranked == sorted(ranked)


def test_a_useless_covariate_changes_nothing() -> None:
    arm = AdjustedSample(n=100, y=3.0, x=1.0, y_variance=4.0, x_variance=2.0, covariance=0.0)
    other = replace(arm, y=2.0)

    adjusted = estimated(cuped(arm, other, level=0.95))

    assert adjusted.theta == 0
    assert adjusted.variance_reduction == 0
    assert adjusted.difference == welch(arm.unadjusted, other.unadjusted, level=0.95)


@given(st.floats(0.01, 1e4), st.lists(st.integers(1, 9), min_size=2, max_size=20))
@example(rate=5461.688809153364, counts=[1, 1, 1])
@example(rate=7490.712589807489, counts=[7, 7, 7, 7, 7])
def test_rounding_is_no_variance(rate: float, counts: list[int]) -> None:
    """Units that all have one ratio, or an outcome that the covariate gives, leave no spread."""
    spread = np.cov([[rate * count for count in counts], counts])
    means = rate * float(np.mean(counts)), float(np.mean(counts))
    alike = RatioSample(
        n=len(counts),
        numerator=means[0],
        denominator=means[1],
        numerator_variance=float(spread[0, 0]),
        denominator_variance=float(spread[1, 1]),
        covariance=float(spread[0, 1]),
    )
    explained = AdjustedSample(
        n=alike.n,
        y=alike.numerator,
        x=alike.denominator,
        y_variance=alike.numerator_variance,
        x_variance=alike.denominator_variance,
        covariance=alike.covariance,
    )

    assert alike.ratio_variance == 0
    assert isinstance(ratio_difference(alike, alike, level=0.95), NotEstimable)
    assert isinstance(cuped(explained, explained, level=0.95), NotEstimable)


def test_a_ratio_with_a_constant_denominator_is_a_mean() -> None:
    calls = RatioSample(
        n=50,
        numerator=12.0,
        denominator=2.0,
        numerator_variance=9.0,
        denominator_variance=0.0,
        covariance=0.0,
    )
    halves = Sample(n=50, mean=6.0, variance=9.0 / 4)

    found = estimated(ratio(calls, level=0.95))

    assert found.value == 6.0
    assert found.std_error == estimated(mean(halves, level=0.95)).std_error


def test_an_intended_split_passes_and_a_broken_one_does_not() -> None:
    even = estimated(chi_square([5000, 5000], [1, 1]))
    broken = estimated(sequential([53_000, 47_000], [1, 1]))

    assert even.p_value == 1.0
    assert broken.p_value < 1e-6


def test_arms_without_weight_are_not_tested() -> None:
    with_closed, without = chi_square([50, 60, 7], [1, 1, 0]), chi_square([50, 60], [1, 1])

    assert with_closed == without


EMPTY, ONE = Sample(n=0, mean=0.0, variance=0.0), Sample(n=1, mean=2.0, variance=0.0)
CONSTANT, VARIED = Sample(n=9, mean=2.0, variance=0.0), Sample(n=9, mean=2.0, variance=1.0)
CALLS = RatioSample(
    n=9,
    numerator=4.0,
    denominator=2.0,
    numerator_variance=1.0,
    denominator_variance=1.0,
    covariance=0.5,
)
SILENT = replace(CALLS, numerator=0.0, denominator=0.0)
ADJUSTED = AdjustedSample(n=9, y=1.0, x=1.0, y_variance=1.0, x_variance=1.0, covariance=1.0)


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (mean(EMPTY, level=0.95), "no unit in the arm"),
        (standard_deviation(ONE), "fewer than two units in the arm"),
        (welch(EMPTY, VARIED, level=0.95), "no unit in one of the arms"),
        (welch(ONE, VARIED, level=0.95), "fewer than two units in one of the arms"),
        (welch(CONSTANT, CONSTANT, level=0.95), "zero variance"),
        (relative_means(CONSTANT, CONSTANT, level=0.95), "zero variance"),
        (relative_means(VARIED, replace(VARIED, mean=-1.0), level=0.95), "above zero"),
        (relative_means(replace(CONSTANT, mean=0.0), VARIED, level=0.95), "values vary"),
        (wilson(Successes(n=0, successes=0), level=0.95), "no unit in the arm"),
        (newcombe(Successes(n=0, successes=0), Successes(n=9, successes=1), level=0.95), "no unit"),
        (newcombe(Successes(n=9, successes=0), Successes(n=9, successes=0), level=0.95), "had the"),
        (newcombe(Successes(n=9, successes=9), Successes(n=9, successes=9), level=0.95), "every"),
        (risk_ratio(Successes(n=9, successes=0), Successes(n=9, successes=3), level=0.95), "one"),
        (ratio(replace(CALLS, n=1), level=0.95), "fewer than two units"),
        (ratio_difference(SILENT, CALLS, level=0.95), "the denominator of one arm"),
        (relative_ratio(replace(CALLS, n=0), CALLS, level=0.95), "fewer than two units"),
        (cuped(replace(ADJUSTED, n=1), ADJUSTED, level=0.95), "fewer than two units"),
        (
            cuped(*[replace(ADJUSTED, x_variance=0.0, covariance=0.0)] * 2, level=0.95),
            "the covariate has the same value",
        ),
        (cuped(ADJUSTED, ADJUSTED, level=0.95), "no variance is left"),
        (chi_square([0, 0], [1, 1]), "nothing to compare"),
        (sequential([5], [1]), "nothing to compare"),
        (equal_means([ONE, VARIED]), "fewer than two units"),
        (equal_means([CONSTANT, VARIED]), "zero variance"),
    ],
)
def test_what_cannot_be_estimated_says_why(found: object, reason: str) -> None:
    assert isinstance(found, NotEstimable)
    assert reason in found.reason


def test_the_mean_of_a_constant_has_no_interval() -> None:
    found = estimated(mean(CONSTANT, level=0.95))

    assert found.value == 2.0
    assert found.ci_low is None


def test_a_tiny_difference_on_a_large_level_is_found() -> None:
    variant = Sample(n=1000, mean=1e6 + 0.5, variance=1.0)
    baseline = Sample(n=1000, mean=1e6, variance=1.0)

    found = estimated(welch(variant, baseline, level=0.95))

    assert found.value == 0.5
    assert known(found.std_error) == pytest.approx(math.sqrt(2 / 1000), rel=1e-12)
