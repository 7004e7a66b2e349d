"""Sizes of switchbacks."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from experiments.design.clusters import design_effect
from experiments.design.demands import Demands
from experiments.design.switchbacks import (
    Windows,
    days_needed,
    detectable_difference,
    pair_deviation,
    pairs_needed,
    power,
    share_seen,
)
from experiments.errors import InvalidRequest

QUICK = settings(max_examples=25, deadline=None)


@QUICK
@given(st.integers(3, 400), st.floats(0.01, 2), st.floats(0.001, 0.2))
def test_power_is_that_of_the_paired_t_test(pairs: int, effect: float, alpha: float) -> None:
    limit, shift = special.stdtrit(pairs - 1, 1 - alpha / 2), effect * math.sqrt(pairs)
    # nan: too small to be computed
    lower, upper = np.nan_to_num(special.nctdtr(pairs - 1, shift, [-limit, limit]))
    peer = 1 - upper + lower

    assert power(pairs, effect, 1.0, alpha=alpha) == pytest.approx(peer, abs=1e-7)


@QUICK
@given(st.floats(0.05, 2), st.floats(0.5, 0.99))
def test_pairs_power_and_detectable_difference_agree(effect: float, wanted: float) -> None:
    demands = Demands(power=wanted)

    pairs = pairs_needed(effect, 1.0, demands=demands)

    if pairs > 2:
        assert power(pairs, effect, 1.0) == pytest.approx(wanted, rel=1e-6)
        assert detectable_difference(pairs, 1.0, demands=demands) == pytest.approx(effect, rel=1e-6)


# A simulated queue: 300 calls an hour, 34 agents, calls of 360 s, 15 % longer in one variant.
@pytest.mark.parametrize(
    ("minutes", "burn_in", "shown"),
    [(30, 0, 0.66), (30, 15, 0.86), (120, 0, 0.91), (120, 15, 0.98)],
)
def test_windows_show_the_share_that_a_simulated_queue_showed(
    minutes: float, burn_in: float, shown: float
) -> None:
    windows = Windows(minutes=minutes, burn_in=burn_in, settling=10.7)

    assert share_seen(windows) == pytest.approx(shown, abs=0.01)


def test_a_burn_in_shows_more_of_the_effect_and_leaves_fewer_contacts() -> None:
    plain, burnt = Windows(minutes=60, settling=10), Windows(minutes=60, burn_in=20, settling=10)

    assert share_seen(burnt) > share_seen(plain)
    assert pair_deviation(1.0, burnt, 60, 0.05) > pair_deviation(1.0, plain, 60, 0.05)


def test_unequal_windows_are_sized_by_their_design_effect() -> None:
    windows = Windows(minutes=60)

    deviation = pair_deviation(1.0, windows, 50, 0.05, variation=0.6)

    assert deviation**2 / 2 == pytest.approx(design_effect(50, 0.05, variation=0.6) / 50)


def test_what_the_windows_of_a_pair_have_in_common_costs_nothing() -> None:
    alone = pair_deviation(1.0, Windows(minutes=60), 50, 0.05)
    paired = pair_deviation(1.0, Windows(minutes=60), 50, 0.05, correlation=0.75)

    assert paired == pytest.approx(alone / 2)


def test_two_windows_of_each_pair_have_to_fit_into_the_days() -> None:
    assert days_needed(42, Windows(minutes=120), 12) == 14
    assert days_needed(42.1, Windows(minutes=120), 12) == 15
    with pytest.raises(InvalidRequest, match="must fit into 1 hours of service"):
        days_needed(42, Windows(minutes=120), 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"minutes": 0},
        {"burn_in": -1},
        {"burn_in": 60},
        {"settling": math.nan},
    ],
)
def test_windows_that_nothing_counts_in_are_refused_by_name(wrong: dict[str, float]) -> None:
    with pytest.raises(InvalidRequest, match=next(iter(wrong))):
        Windows(**{"minutes": 60, **wrong})


def test_sizes_need_a_difference_a_deviation_and_two_pairs() -> None:
    with pytest.raises(InvalidRequest, match="difference"):
        pairs_needed(0, 1.0)
    with pytest.raises(InvalidRequest, match="deviation"):
        pairs_needed(1.0, 0)
    with pytest.raises(InvalidRequest, match="pairs"):
        power(1, 1.0, 1.0)
