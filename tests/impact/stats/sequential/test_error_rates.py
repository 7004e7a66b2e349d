"""Under continuous looking the share of false alarms stays below the error rate that was set."""

import numpy as np
import pytest
from numpy.typing import NDArray

from impact.stats.sequential.confidence_sequence import boundary, tuned_rho
from impact.stats.sequential.group_sequential import bounds
from impact.stats.sequential.spending import Spending

REPLICATIONS = 2000
ALPHA = 0.05
# One-sided Monte-Carlo bound for a rate of 0.05 in 2,000 draws, one in a thousand by chance.
HIGHEST = ALPHA + 3.1 * np.sqrt(ALPHA * (1 - ALPHA) / REPLICATIONS)


def running_z(values: NDArray[np.float64], treated: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return Welch's statistic after each unit; shape (replications, units)."""
    statistics = []
    for arm in (treated, ~treated):
        n = np.maximum(np.cumsum(arm, axis=1), 2)
        total = np.cumsum(values * arm, axis=1)
        squares = np.cumsum(values**2 * arm, axis=1)
        mean = total / n
        statistics.append((mean, (squares - n * mean**2) / (n - 1) / n))
    (one, spread), (other, width) = statistics
    return np.asarray((one - other) / np.sqrt(spread + width))


def outcomes(rng: np.random.Generator, kind: str, shape: tuple[int, int]) -> NDArray[np.float64]:
    if kind == "rare":
        return np.asarray(rng.random(shape) < 0.02, dtype=np.float64)
    return np.asarray(rng.lognormal(0, 1, shape) if kind == "skewed" else rng.normal(size=shape))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["normal", "skewed", "rare"])
@pytest.mark.parametrize("planned", [500, 4000])
def test_a_confidence_sequence_watched_at_every_unit(kind: str, planned: int) -> None:
    rng = np.random.default_rng(11)
    alarms, units, rows = 0, 4000, 250
    start = 100
    rho = tuned_rho(planned, level=1 - ALPHA)
    limits = np.array([boundary(n, rho=rho, level=1 - ALPHA) for n in range(1, units + 1)])
    for _ in range(REPLICATIONS // rows):
        values, treated = outcomes(rng, kind, (rows, units)), rng.random((rows, units)) < 0.5
        with np.errstate(divide="ignore", invalid="ignore"):
            crossed = np.abs(running_z(values, treated)) > limits
        alarms += int(crossed[:, start - 1 :].any(axis=1).sum())

    assert alarms / REPLICATIONS <= HIGHEST


@pytest.mark.slow
@pytest.mark.parametrize("spending", Spending)
@pytest.mark.parametrize("kind", ["normal", "skewed"])
def test_group_sequential_bounds_with_uneven_looks(spending: Spending, kind: str) -> None:
    rng = np.random.default_rng(12)
    looks = [300, 800, 900, 2000]
    limits = bounds(looks, planned=2000, alpha=ALPHA, spending=spending, final=True)
    values = outcomes(rng, kind, (REPLICATIONS, 2000))
    treated = rng.random(values.shape) < 0.5

    z = np.abs(running_z(values, treated))[:, [look - 1 for look in looks]]

    rate = (z > np.array(limits)).any(axis=1).mean()
    assert ALPHA / 2 < rate <= HIGHEST


def simulated_log_rank(rng: np.random.Generator, events: int) -> NDArray[np.float64]:
    """Return the log-rank statistic after each event; one hazard, who is at risk falls in turn."""
    at_risk = np.array([events, events], dtype=np.float64)
    score, variance, found = 0.0, 0.0, np.empty(events)
    for place, draw in enumerate(rng.random(events)):
        share = at_risk[1] / at_risk.sum()
        churned = draw < share
        score, variance = score + churned - share, variance + share * (1 - share)
        at_risk[int(churned)] -= 1
        found[place] = score / np.sqrt(variance)
    return found


@pytest.mark.slow
def test_a_confidence_sequence_of_events_watched_at_every_event() -> None:
    rng = np.random.default_rng(13)
    events, start = 1000, 100
    rho = tuned_rho(600, level=1 - ALPHA)
    limits = np.array([boundary(n, rho=rho, level=1 - ALPHA) for n in range(1, events + 1)])

    alarms = sum(
        bool((np.abs(simulated_log_rank(rng, events)) > limits)[start - 1 :].any())
        for _ in range(REPLICATIONS)
    )

    assert alarms / REPLICATIONS <= HIGHEST
