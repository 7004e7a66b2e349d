"""Error rates and coverage by simulation: slow, run nightly and before a release."""

import numpy as np
import pytest

from impact.stats.means.cuped import AdjustedSample, cuped
from impact.stats.means.newcombe import Successes, newcombe
from impact.stats.means.ratio import RatioSample, ratio_difference
from impact.stats.means.welch import Sample, welch
from impact.stats.sample_ratio import sequential
from tests.impact.stats.answers import estimated, known

REPEATS = 2000
# Three standard errors of a coverage of 0.95 over the repeats.
WITHIN = 3 * np.sqrt(0.95 * 0.05 / REPEATS)

pytestmark = pytest.mark.slow


def covers(low: float | None, high: float | None, truth: float) -> bool:
    return known(low) <= truth <= known(high)


def test_welch_covers_a_difference_of_skewed_revenue() -> None:
    rng = np.random.default_rng(101)

    def arm(n: int, mean: float) -> Sample:
        values = rng.gamma(2.0, mean / 2.0, n)
        return Sample(n=n, mean=float(values.mean()), variance=float(values.var(ddof=1)))

    found = [estimated(welch(arm(300, 25), arm(500, 20), level=0.95)) for _ in range(REPEATS)]

    assert np.mean([covers(a.ci_low, a.ci_high, 5.0) for a in found]) == pytest.approx(
        0.95, abs=WITHIN
    )


def test_newcombe_covers_a_difference_of_rare_outcomes() -> None:
    rng = np.random.default_rng(102)

    def arm(share: float) -> Successes:
        return Successes(n=400, successes=int(rng.binomial(400, share)))

    found = [estimated(newcombe(arm(0.05), arm(0.03), level=0.95)) for _ in range(REPEATS)]

    assert np.mean([covers(a.ci_low, a.ci_high, 0.02) for a in found]) == pytest.approx(
        0.95, abs=WITHIN + 0.01
    )


def ratio_arm(rng: np.random.Generator, n: int) -> RatioSample:
    """Draw contacts per customer and their handle time: both rise with a customer's need."""
    contacts = rng.poisson(3 * rng.gamma(4.0, 0.25, n)) + 1.0
    seconds = contacts * 300.0 + rng.normal(0, 60, n) * contacts
    spread = np.cov(seconds, contacts)
    return RatioSample(
        n=n,
        numerator=float(seconds.mean()),
        denominator=float(contacts.mean()),
        numerator_variance=float(spread[0, 0]),
        denominator_variance=float(spread[1, 1]),
        covariance=float(spread[0, 1]),
    )


def test_a_ratio_without_effect_is_called_different_one_time_in_twenty() -> None:
    rng = np.random.default_rng(103)

    found = [
        estimated(ratio_difference(ratio_arm(rng, 400), ratio_arm(rng, 300), level=0.95))
        for _ in range(REPEATS)
    ]

    assert np.mean([known(a.p_value) < 0.05 for a in found]) == pytest.approx(0.05, abs=WITHIN)


def test_cuped_covers_and_is_narrower() -> None:
    rng = np.random.default_rng(104)

    def arm(n: int, effect: float) -> AdjustedSample:
        x = rng.normal(20, 5, n)
        y = x + effect + rng.normal(0, 3, n)
        spread = np.cov(y, x)
        return AdjustedSample(
            n=n,
            y=float(y.mean()),
            x=float(x.mean()),
            y_variance=float(spread[0, 0]),
            x_variance=float(spread[1, 1]),
            covariance=float(spread[0, 1]),
        )

    found = [estimated(cuped(arm(200, 1.0), arm(200, 0.0), level=0.95)) for _ in range(REPEATS)]

    covered = [covers(a.difference.ci_low, a.difference.ci_high, 1.0) for a in found]
    assert np.mean(covered) == pytest.approx(0.95, abs=WITHIN)
    # The share of the variance that the covariate explains: 25 / (25 + 9).
    assert np.mean([a.variance_reduction for a in found]) == pytest.approx(25 / 34, abs=0.02)


def test_watching_a_sound_split_all_day_rarely_raises_the_alarm() -> None:
    rng = np.random.default_rng(105)
    alarms = 0

    for _ in range(500):
        treated = np.cumsum(rng.binomial(100, 0.5, 100))
        looks = [
            estimated(sequential([100 * (look + 1) - int(count), int(count)], [1, 1])).p_value
            for look, count in enumerate(treated)
        ]
        alarms += min(looks) < 0.05

    assert alarms / 500 <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 500)
