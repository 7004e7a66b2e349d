"""What one unit adds to a curve: against Greenwood, against a nudge of its weight."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from impact.stats.survival.influence import clustered_error, influence
from impact.stats.survival.kaplan_meier import kaplan_meier, survival_at
from impact.stats.survival.rmst import restricted_mean
from tests.impact.stats.answers import estimated, known

QUICK = settings(max_examples=40, deadline=None)
HORIZON = 6.0


def drawn(seed: int, size: int = 60) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    time = np.ceil(rng.exponential(5, size))
    return np.minimum(time, 9), (time <= 9).astype(int), rng.integers(12, size=size)


@QUICK
@given(st.integers(0, 10_000))
def test_units_by_themselves_give_the_variance_of_greenwood(seed: int) -> None:
    time, event, _ = drawn(seed)
    curve = kaplan_meier(time, event)

    moved = influence(curve, time, event, HORIZON)

    point, mean = survival_at(curve, HORIZON), restricted_mean(curve, HORIZON)
    alone, ones = np.arange(time.size), np.ones(time.size)
    assert_allclose(
        clustered_error([(moved.survival, ones, alone)]), known(estimated(point).std_error)
    )
    assert_allclose(
        clustered_error([(moved.restricted_mean, ones, alone)]), estimated(mean).std_error
    )


@QUICK
@given(st.integers(0, 10_000))
def test_counts_give_what_rows_give(seed: int) -> None:
    time, event, cluster = drawn(seed, 200)
    cells, n = np.unique(np.column_stack([time, event, cluster]), axis=0, return_counts=True)
    curve = kaplan_meier(time, event)

    rows = influence(curve, time, event, HORIZON)
    curve_of_counts = kaplan_meier(cells[:, 0], cells[:, 1], n)
    counts = influence(curve_of_counts, cells[:, 0], cells[:, 1], HORIZON)

    for name in ("survival", "restricted_mean"):
        assert_allclose(
            clustered_error([(getattr(counts, name), n, cells[:, 2])]),
            clustered_error([(getattr(rows, name), np.ones(time.size), cluster)]),
            rtol=1e-8,
        )


@pytest.mark.parametrize("unit", [0, 7, 23, 59])
def test_it_is_how_far_the_estimate_moves_when_a_unit_weighs_a_little_more(unit: int) -> None:
    time, event, _ = drawn(5)
    nudge = 1e-6
    weight = np.ones(time.size)
    weight[unit] += nudge
    before, after = kaplan_meier(time, event), kaplan_meier(time, event, weight)

    moved = influence(before, time, event, HORIZON)

    change = (
        estimated(survival_at(after, HORIZON)).value - estimated(survival_at(before, HORIZON)).value
    )
    area = (
        estimated(restricted_mean(after, HORIZON)).value
        - estimated(restricted_mean(before, HORIZON)).value
    )
    assert_allclose(moved.survival[unit], change / nudge, rtol=1e-4, atol=1e-8)
    assert_allclose(moved.restricted_mean[unit], area / nudge, rtol=1e-4, atol=1e-7)


def test_a_team_that_moves_both_arms_alike_adds_nothing_to_their_difference() -> None:
    moved = np.array([0.2, -0.1, 0.4])

    both = clustered_error([(moved, [1, 1, 1], [1, 2, 3]), (-moved, [1, 1, 1], [1, 2, 3])])

    assert both == pytest.approx(0.0)
