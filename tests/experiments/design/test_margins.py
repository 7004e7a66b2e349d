"""Sizes that rule a margin out, and sizes of quantiles: against R's formulas, scipy and draws."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.power import TTestIndPower

from experiments.design import quantiles
from experiments.design.demands import Demands
from experiments.design.margins import hazards, means, proportions
from experiments.errors import InvalidRequest

shares = st.floats(0.1, 0.9)


@given(st.floats(0.2, 5), st.integers(10, 3000), shares)
def test_the_power_of_a_mean_is_that_of_statsmodels(margin: float, n: int, share: float) -> None:
    """As power.t.test(alternative = "one.sided", sig.level = 0.025)."""
    first = max(2, round(2 * n * share))
    second = max(2, 2 * n - first)
    units = first + second

    theirs = TTestIndPower().power(
        margin / 15, second, 0.025, ratio=first / second, alternative="larger"
    )

    assert means.power(units, margin, 15, share=first / units) == pytest.approx(theirs, abs=1e-7)


@given(st.floats(0.5, 5), st.floats(-0.3, 1.0), shares)
def test_units_and_margins_are_inverses(margin: float, benefit: float, share: float) -> None:
    demands = Demands(power=0.9)
    units = means.units_needed(margin, 15, benefit=benefit, share=share, demands=demands)
    assert means.power(units, margin, 15, benefit=benefit, share=share) == pytest.approx(0.9)
    alone = means.units_needed(margin, 15, share=share, demands=demands)
    assert means.detectable_margin(alone, 15, share=share, demands=demands) == pytest.approx(margin)
    points = proportions.units_needed(margin / 100, 0.7, share=share, demands=demands)
    assert proportions.power(points, margin / 100, 0.7, share=share) == pytest.approx(0.9)
    events = hazards.events_needed(1 + margin / 10, share=share, demands=demands)
    assert hazards.power(events, 1 + margin / 10, share=share) == pytest.approx(0.9)
    assert hazards.detectable_margin(events, share=share, demands=demands) == pytest.approx(
        1 + margin / 10
    )


def test_the_size_of_a_share_follows_from_two_quantiles() -> None:
    demands = Demands(alpha=0.1, power=0.8)

    units = proportions.units_needed(0.15, 0.65, demands=demands)

    by_hand = 2 * 0.65 * 0.35 * ((stats.norm.isf(0.05) + stats.norm.isf(0.2)) / 0.15) ** 2
    assert units / 2 == pytest.approx(by_hand)


def test_harm_as_large_as_the_margin_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="no size rules out what is there"):
        means.units_needed(2, 15, benefit=-2)
    with pytest.raises(InvalidRequest, match=r"margin = 0\.9: must be above 1"):
        hazards.power(100, 0.9)


@pytest.mark.parametrize("at", [0.5, 0.9])
def test_the_error_of_a_quantile_is_that_of_drawn_values(at: float) -> None:
    rng, n, repeats, variation = np.random.default_rng(11), 1000, 2000, 1.0
    spread = math.sqrt(math.log1p(variation**2))
    drawn = np.quantile(rng.lognormal(0.0, spread, (repeats, n)), at, axis=1)
    truth = math.exp(spread * float(stats.norm.ppf(at)))

    found = float(drawn.std(ddof=1)) / truth * math.sqrt(n)

    assert found == pytest.approx(quantiles.relative_deviation(at, variation), rel=0.06)


@pytest.mark.parametrize("at", [0.5, 0.9, 0.99])
@pytest.mark.parametrize(("variation", "icc"), [(1.0, 0.05), (0.5, 0.3), (2.0, 0.9)])
def test_contacts_of_a_cluster_are_alike_at_a_quantile_as_scipy_says(
    at: float, variation: float, icc: float
) -> None:
    correlation = math.log1p(icc * variation**2) / math.log1p(variation**2)
    pair = stats.multivariate_normal([0, 0], [[1, correlation], [correlation, 1]])
    both = float(pair.cdf([stats.norm.ppf(at)] * 2))

    found = quantiles.alikeness(at, variation, icc)

    assert found == pytest.approx((both - at**2) / (at * (1 - at)), rel=1e-6)
    assert quantiles.alikeness(at, variation, 0) == 0
    assert 1 - 1e-8 < quantiles.alikeness(at, variation, 1) <= 1


@given(st.floats(0.1, 3), st.floats(-0.3, 0.3).filter(lambda change: abs(change) > 0.01))
def test_quantiles_have_their_inverses(deviation: float, change: float) -> None:
    units = quantiles.units_needed(change, deviation)

    if units > 4:
        assert quantiles.power(units, change, deviation) == pytest.approx(0.8)
        found = quantiles.detectable_change(units, deviation, rises=change > 0)
        assert found == pytest.approx(change)


@given(st.floats(0.01, 3), st.floats(0.1, 3))
def test_a_rise_of_a_quantile_is_found_as_often_as_the_fall_that_takes_it_back(
    change: float, deviation: float
) -> None:
    back = 1 / (1 + change) - 1

    found = quantiles.power(500, back, deviation)

    assert found == pytest.approx(quantiles.power(500, change, deviation))


def test_a_quantile_does_not_fall_by_all_of_it() -> None:
    with pytest.raises(InvalidRequest, match="change = -1: must be above -1"):
        quantiles.power(500, -1, 1.0)
