"""Posterior and learnt prior: known values, limits, calibration."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from impact.stats.bayes.normal import Normal, posterior
from impact.stats.bayes.past import learned_prior
from impact.stats.estimable import NotEstimable

USUAL = Normal(mean=0.0, sd=0.2)


def learned(effects: list[float], errors: list[float]) -> Normal:
    found = learned_prior(effects, errors, usual=USUAL)
    assert isinstance(found, Normal)
    return found


@given(st.floats(-1, 1), st.floats(0.01, 1), st.floats(-1, 1), st.floats(0.01, 1))
def test_the_posterior_is_prior_times_likelihood(
    prior_mean: float, prior_sd: float, effect: float, error: float
) -> None:
    found = posterior(Normal(mean=prior_mean, sd=prior_sd), effect, error)

    grid = np.linspace(found.mean - 9 * found.sd, found.mean + 9 * found.sd, 2001)
    log_density = (
        -0.5 * ((grid - prior_mean) / prior_sd) ** 2 - 0.5 * ((grid - effect) / error) ** 2
    )
    density = np.exp(log_density - log_density.max())
    mean = float((grid * density).sum() / density.sum())
    assert found.mean == pytest.approx(mean, abs=1e-8)
    assert found.sd < min(prior_sd, error)


def test_probabilities_are_those_of_the_normal_distribution() -> None:
    found = Normal(mean=0.02, sd=0.01)

    assert found.below(0.0) == pytest.approx(stats.norm.cdf(-2))
    assert found.interval(0.9) == pytest.approx(stats.norm(0.02, 0.01).interval(0.9))


def test_the_learnt_prior_is_the_predictive_distribution() -> None:
    """The same integral over tau by adaptive quadrature."""
    effects, errors = [0.05, -0.02, 0.10, 0.01, 0.03, 0.00], [0.02, 0.03, 0.05, 0.02, 0.04, 0.03]
    y, v = np.array(effects), np.array(errors) ** 2

    def parts(tau: float) -> tuple[float, float, float]:
        weight = 1 / (v + tau**2)
        precision = weight.sum() + USUAL.sd**-2
        mean = weight @ y / precision
        covariance = np.diag(v + tau**2) + USUAL.sd**2
        density = stats.multivariate_normal(np.zeros(y.size), covariance).pdf(y)
        return float(density * stats.t(4, scale=USUAL.sd).pdf(tau)), mean, tau**2 + 1 / precision

    total = integrate.quad(lambda t: parts(t)[0], 0, 1)[0]
    mean = integrate.quad(lambda t: parts(t)[0] * parts(t)[1], 0, 1)[0] / total
    second = integrate.quad(lambda t: parts(t)[0] * (parts(t)[2] + parts(t)[1] ** 2), 0, 1)[0]
    found = learned(effects, errors)

    assert found.mean == pytest.approx(mean, abs=1e-5)
    assert found.sd == pytest.approx(np.sqrt(second / total - mean**2), rel=1e-3)


def test_few_experiments_teach_nothing() -> None:
    assert learned_prior([0.1] * 4, [0.1] * 4, usual=USUAL) == NotEstimable(
        "fewer than 5 past experiments"
    )


def test_many_alike_experiments_narrow_the_prior_to_their_scatter() -> None:
    rng = np.random.default_rng(2)
    truth = rng.normal(0.01, 0.02, 200)
    effects = truth + 0.01 * rng.normal(size=200)

    found = learned(effects.tolist(), [0.01] * 200)

    assert found.mean == pytest.approx(0.01, abs=0.005)
    assert found.sd == pytest.approx(0.02, rel=0.15)


@pytest.mark.slow
def test_with_a_learnt_prior_credible_intervals_hold_on_average() -> None:
    rng = np.random.default_rng(3)
    covered = []
    for _ in range(2000):
        truths = rng.normal(0.01, 0.04, 13)
        errors = np.exp(rng.normal(np.log(0.04), 0.4, 13))
        seen = truths + errors * rng.normal(size=13)
        prior = learned(seen[:12].tolist(), errors[:12].tolist())
        low, high = posterior(prior, float(seen[12]), float(errors[12])).interval(0.95)
        covered.append(low <= truths[12] <= high)
    assert 0.935 < np.mean(covered) < 0.975
