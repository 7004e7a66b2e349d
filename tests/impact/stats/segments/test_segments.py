"""Heterogeneity and shrinkage: known values, limits, and error rates by simulation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats
from statsmodels.stats.meta_analysis import combine_effects
from statsmodels.stats.oneway import anova_oneway

from impact.stats.estimable import NotEstimable
from impact.stats.segments.heterogeneity import Heterogeneity, heterogeneity
from impact.stats.segments.shrinkage import ENOUGH, Shrunken, between_variance, shrunken

PAIRS = st.lists(st.tuples(st.floats(-3, 3), st.floats(0.05, 2)), min_size=2, max_size=8)
ERRORS = [0.1, 0.2, 0.15, 0.3]
EFFECTS = [0.3, -0.1, 0.25, 0.9]


def drawn(effects: list[float], errors: list[float]) -> tuple[Shrunken, ...]:
    found = shrunken(effects, errors, level=0.95)
    assert not isinstance(found, NotEstimable)
    return found


def test_q_and_the_variance_between_are_those_of_statsmodels() -> None:
    found = heterogeneity(EFFECTS, ERRORS)

    expected = combine_effects(
        np.array(EFFECTS), np.array(ERRORS) ** 2, method_re="iterated", atol=1e-8
    )
    assert isinstance(found, Heterogeneity)
    assert found.statistic == pytest.approx(expected.q, rel=1e-10)
    assert found.mean == pytest.approx(expected.mean_effect_fe, rel=1e-10)
    assert between_variance(EFFECTS, ERRORS) == pytest.approx(expected.tau2, rel=1e-5)


@given(PAIRS)
def test_between_two_segments_it_is_the_test_of_their_difference(
    pairs: list[tuple[float, float]],
) -> None:
    (one, s1), (two, s2) = pairs[:2]

    found = heterogeneity([one, two], [s1, s2])

    assert isinstance(found, Heterogeneity)
    z = (one - two) / np.hypot(s1, s2)
    assert found.p_value == pytest.approx(2 * stats.norm.sf(abs(z)), abs=1e-9)


def test_with_degrees_of_freedom_it_is_the_analysis_of_variance_of_welch() -> None:
    rng = np.random.default_rng(3)
    groups = [rng.normal(0.2 * size, 1 + size / 10, size) for size in (6, 9, 14, 30)]
    means = [float(group.mean()) for group in groups]
    errors = [float(group.std(ddof=1)) / np.sqrt(len(group)) for group in groups]

    found = heterogeneity(means, errors, [len(group) - 1 for group in groups])

    expected = anova_oneway(groups, use_var="unequal", welch_correction=True)
    assert isinstance(found, Heterogeneity)
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-10)
    assert found.df_denominator == pytest.approx(expected.df_denom, rel=1e-10)


def test_errors_that_are_known_need_no_correction() -> None:
    known, given = heterogeneity(EFFECTS, ERRORS), heterogeneity(EFFECTS, ERRORS, [np.inf] * 4)

    assert known == given


@given(PAIRS)
def test_every_effect_is_drawn_inwards_and_never_past_the_others(
    pairs: list[tuple[float, float]],
) -> None:
    effects, errors = [pair[0] for pair in pairs], [pair[1] for pair in pairs]

    for found in drawn(effects, errors):
        assert min(effects) - 1e-9 <= found.value <= max(effects) + 1e-9
        assert 0 <= found.kept < 1
        assert found.ci_low < found.value < found.ci_high


@given(PAIRS)
def test_few_effects_are_drawn_towards_the_mean_and_never_past_it(
    pairs: list[tuple[float, float]],
) -> None:
    effects, errors = zip(*pairs[: ENOUGH - 1], strict=True)
    between = between_variance(effects, errors)
    weights = [1 / (error**2 + between) for error in errors]
    mean = float(np.average(effects, weights=weights))

    for found, effect in zip(drawn(list(effects), list(errors)), effects, strict=True):
        assert min(mean, effect) - 1e-9 <= found.value <= max(mean, effect) + 1e-9


def test_from_four_segments_on_every_variance_between_counts_by_its_likelihood() -> None:
    """The integrals by quadrature, over the variance itself, for eight schools (Rubin 1981)."""
    effect = np.array([28.0, 8, -3, 7, -1, 1, 18, 12])
    variance = np.array([15.0, 10, 16, 11, 9, 11, 10, 18]) ** 2

    def at(between: float) -> tuple[float, np.ndarray, np.ndarray]:
        total = variance + between
        known = np.sum(1 / total)
        mean = np.sum(effect / total) / known
        likely = np.exp(-np.sum((effect - mean) ** 2 / total) / 2) / np.sqrt(np.prod(total) * known)
        kept = between / total
        own = kept * variance + (variance / total) ** 2 / known
        return likely * 1e12, mean + kept * (effect - mean), own

    def integral(power: int, place: int) -> float:
        """Return the integral of the likelihood times the second moment, mean or one."""

        def part(between: float) -> float:
            likely, values, own = at(between)
            found = (1.0, values[place], values[place] ** 2 + own[place])[power]
            return float(likely * found)

        return float(integrate.quad(part, 0, np.inf, limit=400, epsabs=0, epsrel=1e-9)[0])

    for place, found in enumerate(drawn(effect.tolist(), np.sqrt(variance).tolist())):
        whole, value, square = (integral(power, place) for power in range(3))
        spread = square / whole - (value / whole) ** 2
        assert found.value == pytest.approx(value / whole, rel=1e-4)
        assert found.std_error == pytest.approx(np.sqrt(spread), rel=1e-4)


@given(PAIRS, st.floats(0.1, 10), st.floats(-5, 5))
def test_shrinkage_follows_the_unit_and_the_origin_of_the_effects(
    pairs: list[tuple[float, float]], scale: float, shift: float
) -> None:
    effects, errors = [pair[0] for pair in pairs], [pair[1] for pair in pairs]

    moved = drawn([shift + scale * e for e in effects], [scale * error for error in errors])

    for found, base in zip(moved, drawn(effects, errors), strict=True):
        assert found.value == pytest.approx(shift + scale * base.value, abs=1e-5 * scale + 1e-5)


def test_alike_effects_become_their_mean() -> None:
    found = drawn([0.2, 0.21, 0.19], [0.2, 0.2, 0.2])

    assert [round(level.value, 9) for level in found] == [0.2, 0.2, 0.2]
    assert all(level.kept == 0 for level in found)


def test_effects_far_apart_stay_where_they_are() -> None:
    found = drawn([-5.0, 0.0, 5.0], [0.01, 0.01, 0.01])

    assert [level.value for level in found] == pytest.approx([-5, 0, 5], abs=1e-4)


def test_one_segment_alone_has_no_answer() -> None:
    assert isinstance(heterogeneity([0.1], [0.1]), NotEstimable)
    assert isinstance(shrunken([0.1], [0.1], level=0.95), NotEstimable)


@pytest.mark.slow
@pytest.mark.parametrize("levels", [2, 4, 12])
@pytest.mark.parametrize("spread", [0.0, 0.5, 2.0])
def test_intervals_after_shrinkage_cover_on_average_over_the_segments(
    levels: int, spread: float
) -> None:
    """As often as they say, or nearly where levels are few; effects come nearer to the truth."""
    rng = np.random.default_rng(5)
    covered, nearer = [], []
    for _ in range(2000):
        errors = np.exp(rng.normal(0, 0.5, levels))
        truth = rng.normal(0.3, spread, levels) if spread else np.full(levels, 0.3)
        raw = truth + errors * rng.normal(size=levels)
        found = drawn(raw.tolist(), errors.tolist())
        inside = [s.ci_low <= t <= s.ci_high for s, t in zip(found, truth, strict=True)]
        covered.append(np.mean(inside))
        after = np.mean([(s.value - t) ** 2 for s, t in zip(found, truth, strict=True)])
        nearer.append(after - np.mean((raw - truth) ** 2))
    assert np.mean(covered) > (0.935 if levels >= ENOUGH else 0.9)
    assert np.mean(nearer) < 0


@pytest.mark.slow
def test_the_interaction_rejects_as_often_as_it_should() -> None:
    rng = np.random.default_rng(6)
    rejected = 0
    for _ in range(2000):
        errors = np.exp(rng.normal(0, 0.5, 4))
        found = heterogeneity((errors * rng.normal(size=4)).tolist(), errors.tolist())
        assert isinstance(found, Heterogeneity)
        rejected += found.p_value < 0.05
    assert 0.035 < rejected / 2000 < 0.065


@pytest.mark.parametrize("unit", [1e-160, 1e-80, 1e80, 1e150])
def test_no_unit_of_the_effects_changes_what_is_found(unit: float) -> None:
    effects, errors = [unit * effect for effect in EFFECTS], [unit * error for error in ERRORS]

    found, usual = heterogeneity(effects, errors), heterogeneity(EFFECTS, ERRORS)

    assert isinstance(found, Heterogeneity)
    assert isinstance(usual, Heterogeneity)
    assert found.statistic == pytest.approx(usual.statistic)
    for row, before in zip(drawn(effects, errors), drawn(EFFECTS, ERRORS), strict=True):
        assert row.value / unit == pytest.approx(before.value)
        assert row.std_error / unit == pytest.approx(before.std_error)
        assert row.kept == pytest.approx(before.kept)
