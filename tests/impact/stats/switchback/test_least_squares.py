"""Effects taken off beforehand, and one leverage per window: the same as one large regression."""

from dataclasses import replace

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
from tests.impact.stats.answers import estimated, known
from tests.impact.stats.switchback.test_windows import drawn


def in_one(windows: Windows, columns: list[Floats], *, by_day: bool) -> ClusterFit:
    """Fit flags, days and blocks at once, with every cluster's whole matrix."""
    design = np.column_stack([*columns, effects_at_once(windows)]).astype(np.float64)
    rows = [np.sqrt(windows.weight)[:, None] * design, windows.total / np.sqrt(windows.weight)]
    _, code = np.unique(
        windows.day if windows.block is None else windows.effects.group, return_inverse=True
    )
    cluster = code if by_day else np.arange(code.size)
    inside = [cluster == one for one in range(int(cluster.max()) + 1)]
    shares = np.array([rows[0][here].T @ rows[0][here] for here in inside])
    products = np.array([rows[0][here].T @ rows[1][here] for here in inside])[:, :, None]
    fit = cluster_fit(shares, products, int(windows.n.sum()))
    assert isinstance(fit, ClusterFit)
    return fit


def effects_at_once(windows: Windows) -> Floats:
    """Return a basis of the flags of all days, where they can be taken off, and of all blocks."""
    flags = [np.ones((windows.day.size, 1))]
    if windows.alternate:
        flags.append(windows.day[:, None] == np.unique(windows.day))
    if windows.block is not None:
        flags.append(windows.block[:, None] == np.unique(windows.block))
    basis, sizes, _ = np.linalg.svd(np.hstack(flags).astype(np.float64), full_matrices=False)
    return np.asarray(basis[:, sizes > 1e-9])


def scheduled(seed: int, weeks: int = 4, each: int = 6, hours: float = 3.0) -> Windows:
    """Draw windows as a schedule does: two weeks' windows of one weekday and hour are a block."""
    rng = np.random.default_rng(seed)
    place = np.arange(weeks * 7 * each)
    week, rest = place // (7 * each), place % (7 * each)
    block = week // 2 * 7 * each + rest
    treated = np.zeros(place.size, dtype=np.bool_)
    for one in np.unique(block):
        treated[rng.permutation(np.flatnonzero(block == one))[0]] = True
    weight = rng.integers(20, 60, place.size).astype(np.float64)
    level = rng.normal(0, hours, each)[place % each] + rng.normal(0, 1, weeks * 7)[place // each]
    total = weight * (level + treated + rng.normal(0, 0.5, place.size))
    day = place // each
    return Windows(total=total, weight=weight, n=weight, treated=treated, day=day, block=block)


def uneven(seed: int) -> Windows:
    """Days of few windows, of one, and of one arm alone."""
    windows = drawn(seed, days=7, each=5)
    alone = (windows.day != 3) | (np.arange(35) % 5 == 2)
    return windows.chosen(alone & ((windows.day != 5) | windows.treated))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
@pytest.mark.parametrize("by_day", [False, True])
@pytest.mark.parametrize("two", [False, True])
@pytest.mark.parametrize("blocks", [False, True])
def test_it_is_the_regression_on_all_effects_at_once(
    seed: int,
    by_day: bool,  # noqa: FBT001
    two: bool,  # noqa: FBT001
    blocks: bool,  # noqa: FBT001
) -> None:
    windows = uneven(seed)
    if blocks:  # some windows of the schedule had no contacts
        kept = np.random.default_rng(seed).random(84) < 0.9
        windows = scheduled(seed, weeks=4, each=3).chosen(kept)
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


def test_where_no_day_has_both_arms_blocks_alone_are_taken_off() -> None:
    windows = scheduled(3, weeks=8, each=1)

    for by_day in (False, True):
        found = fitted(windows, [windows.treated], by_day=by_day)
        whole = in_one(windows, [windows.treated.astype(np.float64)], by_day=by_day)

        assert isinstance(found, Coefficient)
        assert found.value == pytest.approx(whole.coefficients[0, 0], rel=1e-9)
        contrast = np.eye(whole.root.shape[0])[0]
        assert found.df == pytest.approx(satterthwaite_df(whole, contrast), rel=1e-7)


@pytest.mark.parametrize("by_day", [False, True])
def test_the_error_stated_is_the_spread_of_the_effect(by_day: bool) -> None:  # noqa: FBT001
    """Hours are six times as far apart as windows of one hour."""
    found = [
        estimated(window_effect(scheduled(seed), level=0.95, by_day=by_day)) for seed in range(300)
    ]

    spread = float(np.std([one.value for one in found]))
    stated = float(np.sqrt(np.mean([known(one.std_error) ** 2 for one in found])))
    missed = np.mean([not known(one.ci_low) < 1 < known(one.ci_high) for one in found])
    assert stated == pytest.approx(spread, rel=0.12)
    assert missed <= 0.05 + 3 * (0.05 * 0.95 / 300) ** 0.5
    blind = [replace(scheduled(seed), block=None) for seed in range(20)]
    by_days = [known(estimated(window_effect(one, level=0.95)).std_error) for one in blind]
    assert np.mean(by_days) > 3 * spread


@pytest.mark.parametrize("windows", [drawn(2, days=728, each=12), scheduled(2, weeks=104, each=12)])
def test_two_years_of_windows_are_compared(windows: Windows) -> None:

    for found in (
        window_effect(windows, level=0.95),
        window_effect(windows, level=0.95, by_day=True),
        carry_over(windows, level=0.95),
    ):
        assert estimated(found).std_error == pytest.approx(0.012, abs=0.004)
