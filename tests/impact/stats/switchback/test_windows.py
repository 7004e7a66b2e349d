"""Windows of time: days hide nothing, the draw's interval fits its test, carry-over is found."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from impact.stats.estimable import NotEstimable
from impact.stats.switchback.carry_over import carry_over
from impact.stats.switchback.drawn_windows import drawn_effect
from impact.stats.switchback.windows import Windows, window_effect
from tests.impact.stats.answers import estimated, known
from tests.impact.stats.clusters.test_properties import cr2_from_rows


def drawn(
    seed: int, days: int = 14, each: int = 6, effect: float = 1.0, kept: float = 0.0
) -> Windows:
    """Draw windows of uneven weight, half of each day treated; `kept` of the effect lingers."""
    rng = np.random.default_rng(seed)
    treated = np.concatenate([rng.permutation(np.arange(each) % 2 == 1) for _ in range(days)])
    day = np.repeat(np.arange(days), each)
    weight = rng.integers(20, 60, days * each).astype(float)
    before = np.concatenate([[False], treated[:-1]]) & (np.arange(days * each) % each > 0)
    mean = rng.normal(0, 3, days)[day] + effect * treated + kept * before
    total = weight * (mean + rng.normal(0, 0.5, days * each))
    return Windows(total=total, weight=weight, n=weight, treated=treated, day=day)


def test_a_busy_day_is_no_effect_of_the_arm() -> None:
    windows = drawn(1)
    tilted = windows.chosen(windows.treated | (windows.day < 7) | (np.arange(84) % 5 == 0))
    shifted = replace(tilted, total=tilted.total + tilted.weight * 50.0 * (tilted.day < 7))

    plain = float(
        shifted.total[shifted.treated].sum() / shifted.weight[shifted.treated].sum()
        - shifted.total[~shifted.treated].sum() / shifted.weight[~shifted.treated].sum()
    )
    found = estimated(window_effect(shifted, level=0.95))

    assert plain < 0
    assert known(found.ci_low) < 1 < known(found.ci_high)
    assert found.value == pytest.approx(estimated(window_effect(tilted, level=0.95)).value)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 1_000))
def test_sums_of_windows_equal_units(seed: int) -> None:
    windows = drawn(seed, days=5, each=4)
    size = 3
    units = np.repeat(np.arange(20), size)
    rng = np.random.default_rng(seed)
    y = rng.normal(0, 1, 60) + windows.treated[units]
    effects = np.column_stack([windows.treated[units], windows.day[units] == 1])
    design = np.column_stack([effects, np.ones(60)]).astype(float)
    two_days = replace(
        windows,
        total=np.bincount(units, weights=y).astype(np.float64),
        weight=np.full(20, 3.0),
        n=np.full(20, 3.0),
        day=(windows.day == 1).astype(np.int64),
    )
    variance, freedom = cr2_from_rows(design, y, units)

    found = estimated(window_effect(two_days, level=0.95))

    assert known(found.std_error) ** 2 == pytest.approx(variance[0, 0], rel=1e-8)
    assert found.df == pytest.approx(freedom[0], rel=1e-8)


def test_the_draw_gives_the_same_difference_and_an_interval_that_fits_its_test() -> None:
    windows = drawn(3, days=6, each=4)
    rng = np.random.default_rng(0)

    found = estimated(drawn_effect(windows, level=0.9, rng=np.random.default_rng(0)))

    assert found.value == pytest.approx(estimated(window_effect(windows, level=0.9)).value)
    low, high = known(found.ci_low), known(found.ci_high)
    assert low < found.value < high
    for effect, kept in ((low, -1e-4), (high, 1e-4)):
        for step, inside in ((-kept, True), (kept, False)):
            moved = replace(
                windows,
                total=windows.total - (effect + step) * windows.weight * windows.treated,
            )
            rng = np.random.default_rng(0)
            p_value = known(estimated(drawn_effect(moved, level=0.9, rng=rng)).p_value)
            assert (p_value > 0.1) is inside


def test_what_lingers_from_the_window_before_is_found() -> None:
    settled = estimated(carry_over(drawn(5, days=28), level=0.95))
    lingering = estimated(carry_over(drawn(5, days=28, kept=1.0), level=0.95))

    assert known(settled.p_value) > 0.01
    assert known(lingering.p_value) < 1e-6
    assert known(lingering.ci_low) < 1 < known(lingering.ci_high)


def test_arms_that_alternate_by_day_are_compared_without_day_effects() -> None:
    windows = drawn(2, days=20, each=2)
    by_day = replace(windows, treated=windows.day % 2 == 1)

    assert estimated(window_effect(by_day, level=0.95)).df


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"total": np.full(84, np.nan)}, "not finite"),
        ({"weight": np.zeros(84)}, "denominator"),
        ({"treated": np.zeros(84, dtype=bool)}, "fewer than two windows"),
        ({"total": np.ones(84), "weight": np.ones(84)}, "zero variance"),
    ],
)
def test_what_windows_cannot_tell_says_why(changes: dict[str, object], reason: str) -> None:
    found = window_effect(replace(drawn(1), **changes), level=0.95)  # type: ignore[arg-type]  # a test names real fields

    assert isinstance(found, NotEstimable)
    assert reason in found.reason


def test_few_windows_are_refused() -> None:
    found = window_effect(drawn(1, days=2, each=2), level=0.95)

    assert isinstance(found, NotEstimable)
    assert "effective degrees of freedom" in found.reason


@pytest.mark.parametrize("mean", [0.0, 0.1])
def test_a_constant_outcome_is_tested_by_no_draw(mean: float) -> None:
    windows = drawn(5, days=3, each=4)
    constant = replace(windows, total=mean * windows.weight)

    found = drawn_effect(constant, level=0.95, rng=np.random.default_rng(1))

    assert found == NotEstimable("zero variance: all windows have the same value")
