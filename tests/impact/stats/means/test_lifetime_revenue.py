"""Lifetime revenue under censoring: R's numbers, sufficiency, limits, coverage."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from impact.stats.estimable import NotEstimable
from impact.stats.means.lifetime_revenue import (
    Lifetime,
    LifetimeSample,
    lifetime_difference,
    lifetime_revenue,
    relative_lifetime,
)
from impact.stats.means.payments import partitioned
from tests.impact.stats import oracle
from tests.impact.stats.answers import estimated, known
from tests.reference import needs_reference

MONTHS = tuple(range(1, 13))


def known_customers(arm: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    data = oracle.columns("oracle/s8_ltv.csv")
    kept = data.number("arm") == arm
    paid = np.column_stack([data.number(f"m{month}") for month in MONTHS])
    return data.number("time")[kept], data.number("event")[kept], paid[kept]


def drawn(rng: np.random.Generator, n: int) -> LifetimeSample:
    """Draw customers of whole days, with many ties, and 40 days to the horizon."""
    churn, end = rng.geometric(0.02, n), rng.integers(10, 90, n)
    paid = rng.gamma(1.0, 2.0, (n, 1)) * rng.uniform(0.5, 1.5, (n, 40))
    paid *= np.minimum(churn, end)[:, np.newaxis] > np.arange(40)
    return partitioned(np.minimum(churn, end), churn <= end, paid, np.arange(1, 41))


def grouped(sample: LifetimeSample) -> LifetimeSample:
    """Put customers of the same time and end into one cell."""
    keys = np.column_stack([sample.time, sample.complete])
    cells, place = np.unique(keys, axis=0, return_inverse=True)
    n = np.bincount(place.ravel()).astype(np.float64)
    earned = np.bincount(place.ravel(), weights=sample.earned) / n
    apart = (sample.earned - earned[place.ravel()]) ** 2
    return replace(
        sample,
        time=cells[:, 0],
        complete=cells[:, 1].astype(np.bool_),
        n=n,
        earned=earned,
        squares=np.asarray(np.bincount(place.ravel(), weights=apart), dtype=np.float64),
    )


@needs_reference
@pytest.mark.parametrize("arm", [0, 1])
def test_the_partitioned_estimate_is_that_of_r(arm: int) -> None:
    expected, rtol = oracle.quantity("s8_ltv", f"arm{arm}")

    found = lifetime_revenue(partitioned(*known_customers(arm), MONTHS), level=0.95)

    assert estimated(found).value == pytest.approx(expected["zt"], rel=rtol)


@needs_reference
@pytest.mark.parametrize("arm", [0, 1])
def test_one_interval_is_the_weighted_complete_case_estimate(arm: int) -> None:
    expected, rtol = oracle.quantity("s8_ltv", f"arm{arm}")
    time, event, paid = known_customers(arm)

    found = partitioned(time, event, paid.sum(axis=1, keepdims=True), [12])

    answer = estimated(lifetime_revenue(found, level=0.95))
    assert answer.value == pytest.approx(expected["bt"], rel=rtol)
    assert answer.std_error == pytest.approx(expected["bt_se"], rel=rtol)


@needs_reference
def test_the_difference_is_that_of_r() -> None:
    expected, rtol = oracle.quantity("s8_ltv", "diff_bt")
    arms = [
        partitioned(time, event, paid.sum(axis=1, keepdims=True), [12])
        for time, event, paid in (known_customers(arm) for arm in (1, 0))
    ]

    found = estimated(lifetime_difference(*arms, level=0.95))

    assert found.value == pytest.approx(expected["diff"], rel=rtol)
    assert found.std_error == pytest.approx(expected["se"], rel=rtol)


@needs_reference
@pytest.mark.parametrize("arm", [0, 1])
def test_means_of_revenue_as_seen_are_those_of_r_and_too_low(arm: int) -> None:
    """The means of those seen to the end, and of everybody: what a report must not say."""
    expected, rtol = oracle.quantity("s8_ltv", f"arm{arm}")
    time, event, paid = known_customers(arm)
    complete, seen = (event == 1) | (time >= MONTHS[-1]), paid.sum(axis=1)

    found = estimated(lifetime_revenue(partitioned(time, event, paid, MONTHS), level=0.95))

    for name, naive in (("naive_complete", seen[complete].mean()), ("naive_all", seen.mean())):
        assert naive == pytest.approx(expected[name], rel=rtol)
        assert found.value - naive > 2 * known(found.std_error)


@given(st.integers(0, 2**32 - 1), st.integers(20, 300))
def test_cells_give_what_customers_give(seed: int, n: int) -> None:
    rows = drawn(np.random.default_rng(seed), n)

    from_rows, from_cells = Lifetime.of(rows), Lifetime.of(grouped(rows))

    if isinstance(from_rows, NotEstimable):  # of 20 nobody may be seen for so long
        assert from_cells == from_rows
        return
    assert isinstance(from_cells, Lifetime)
    assert from_cells.value == pytest.approx(from_rows.value, rel=1e-8)
    assert from_cells.variance == pytest.approx(from_rows.variance, rel=1e-8)


def test_where_everybody_is_seen_it_is_the_mean() -> None:
    paid = np.array([[5.0, 1.0], [2.0, 0.0], [4.0, 3.0]])

    found = Lifetime.of(partitioned([2, 1, 2], [0, 1, 0], paid, [1, 2]))

    assert isinstance(found, Lifetime)
    assert found.value == pytest.approx(5.0)
    assert found.variance == pytest.approx(paid.sum(axis=1).var() / 3)


def test_a_horizon_that_few_could_reach_is_refused() -> None:
    time = [*range(1, 20), 40]

    found = lifetime_revenue(partitioned(time, [0] * 20, np.ones((20, 1)), [40]), level=0.95)

    assert found == NotEstimable(
        "too few customers could be observed until the horizon: 5.0%, and the weighting needs 10%"
    )


@pytest.mark.parametrize(
    ("time", "paid", "reason"),
    [
        ([2.0, -1.0], [1.0, 1.0], "a time is negative or missing"),
        ([2.0, np.nan], [1.0, 1.0], "a time is negative or missing"),
        ([2.0, 2.0], [1.0, np.inf], "a payment is no finite number"),
        ([2.0], [1.0], "fewer than two units in one of the arms"),
        ([], [], "no unit in the arm"),
    ],
)
def test_what_is_no_sample_has_a_reason(time: list[float], paid: list[float], reason: str) -> None:
    rows = partitioned(time, [0] * len(time), np.array(paid).reshape(-1, 1), [2])

    assert lifetime_revenue(rows, level=0.95) == NotEstimable(reason)


def test_arms_in_which_all_pay_the_same_are_not_compared() -> None:
    same = partitioned([2, 2], [0, 0], [[1.0], [1.0]], [2])

    assert lifetime_difference(same, same, level=0.95) == NotEstimable(
        "zero variance: all customers of each arm paid the same"
    )
    assert estimated(lifetime_revenue(same, level=0.95)).std_error is None


def test_no_revenue_at_all_has_no_relative_difference() -> None:
    rng = np.random.default_rng(3)
    nothing = partitioned([2, 2], [0, 0], [[0.0], [0.0]], [2])

    found = relative_lifetime(drawn(rng, 50), nothing, level=0.95)

    assert found == NotEstimable("a relative difference needs a baseline above zero")


@pytest.mark.slow
def test_the_interval_covers_the_revenue_of_a_lifetime() -> None:
    rng, repeats, rate = np.random.default_rng(104), 2000, 3.0
    survival = 0.98 ** np.arange(40)  # the geometric churn of `drawn`, day by day
    truth, hits = 2.0 * survival.sum(), 0

    for _ in range(repeats):
        found = estimated(lifetime_revenue(drawn(rng, 400), level=0.95))
        hits += known(found.ci_low) <= truth <= known(found.ci_high)

    assert hits / repeats == pytest.approx(0.95, abs=rate * np.sqrt(0.95 * 0.05 / repeats))
