"""Potential contacts: when customers would call and every random number their handling may need.

A row is a first contact that the customer makes on its own; its columns are that contact and the
calls that may follow if it stays unresolved. Nothing here depends on a policy.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from impact.simulation.calendar import (
    FIRST_HOUR,
    HOUR_SHARE,
    SIMULATED_DAYS,
    WEEKDAY_SHARE,
    weekday,
)
from impact.simulation.policies import BILLING, CONTRACT, GENERAL, TECHNICAL
from impact.simulation.population import Population
from impact.simulation.workforce import Workforce

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

CHAIN = 4
LONGEST_LAG = 6  # days until a customer calls again
REASONS = np.array(
    ["bill", "payment", "fault", "setup", "contract_change", "moving", "question", "complaint"]
)
REASON_SHARE = (0.22, 0.11, 0.20, 0.11, 0.11, 0.06, 0.12, 0.07)
REASON_QUEUE = np.array(
    [BILLING, BILLING, TECHNICAL, TECHNICAL, CONTRACT, CONTRACT, GENERAL, GENERAL]
)
TALK_MEAN = np.array([325.0, 395.0, 350.0, 290.0])  # seconds by queue, unhurried
TALK_SIGMA = 0.62
HOLD_SHARE, HOLD_MEAN, HOLD_SIGMA = 0.35, 80.0, 0.8
WRAP_MEAN, WRAP_SIGMA = 58.0, 0.6
WAITING_SHARE, WAIT_MEAN, WAIT_AT_ONCE = 0.55, 105.0, 6.0
PATIENCE_MEAN = 900.0
HOUR_SECONDS = 3600


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Demand:
    """All potential contacts: arrays of shape (m, CHAIN), `customer` and `reason` of shape (m,).

    `second` counts from midnight. Durations are seconds, `talk` as long as the matter needs.
    `compliance`, `resolution`, `repeat` are uniform draws that later thresholds cut.
    """

    customer: Integers
    reason: Integers
    day: Integers
    second: Integers
    agent: Integers
    wait: Floats
    patience: Floats
    talk: Floats
    hold: Floats
    wrap: Floats
    compliance: Floats
    resolution: Floats
    repeat: Floats

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the grid of potential contacts."""
        return len(self.customer), CHAIN

    @property
    def queue(self) -> Integers:
        """The queue asked from, of shape (m,)."""
        return REASON_QUEUE[self.reason]


def draw_demand(population: Population, workforce: Workforce, rng: np.random.Generator) -> Demand:
    """Return the potential contacts of all customers over all simulated days.

    >>> from impact.simulation.population import draw_population
    >>> from impact.simulation.workforce import draw_workforce
    >>> rng = np.random.default_rng(1)
    >>> demand = draw_demand(draw_population(40, rng), draw_workforce(rng), rng)
    >>> demand.shape == demand.talk.shape, bool((np.diff(demand.day, axis=1) > 0).all())
    (True, True)
    """
    times, clock, handling, thresholds = rng.spawn(4)
    counts = times.poisson(population.contacts_a_day * SIMULATED_DAYS)
    customer = np.repeat(np.arange(population.size), counts)
    reason = times.choice(len(REASONS), size=len(customer), p=REASON_SHARE)
    shape = (len(customer), CHAIN)
    second, hour = _seconds(shape, clock)
    talk_mean = TALK_MEAN[REASON_QUEUE[reason]][:, np.newaxis]
    held = handling.random(shape) < HOLD_SHARE
    return Demand(
        customer=customer,
        reason=reason,
        day=_days(shape, times),
        second=second,
        agent=handling.integers(workforce.size, size=shape),
        wait=_waits(HOUR_SHARE[hour], clock),
        patience=clock.exponential(PATIENCE_MEAN, shape),
        talk=talk_mean * _lognormal(TALK_SIGMA, shape, handling),
        hold=held * HOLD_MEAN * _lognormal(HOLD_SIGMA, shape, handling),
        wrap=WRAP_MEAN * _lognormal(WRAP_SIGMA, shape, handling),
        compliance=thresholds.random(shape),
        resolution=thresholds.random(shape),
        repeat=thresholds.random(shape),
    )


def _days(shape: tuple[int, int], rng: np.random.Generator) -> Integers:
    day = np.arange(SIMULATED_DAYS)
    share = WEEKDAY_SHARE[weekday(day)]
    first = rng.choice(day, size=(shape[0], 1), p=share / share.sum())
    lags = rng.integers(1, LONGEST_LAG, size=(shape[0], shape[1] - 1), endpoint=True)
    return np.cumsum(np.hstack([first, lags]), axis=1)


def _seconds(shape: tuple[int, int], rng: np.random.Generator) -> tuple[Integers, Integers]:
    hour = rng.choice(len(HOUR_SHARE), size=shape, p=HOUR_SHARE / HOUR_SHARE.sum())
    return (FIRST_HOUR + hour) * HOUR_SECONDS + rng.integers(HOUR_SECONDS, size=shape), hour


def _waits(load: Floats, rng: np.random.Generator) -> Floats:
    queued = rng.random(load.shape) < np.clip(WAITING_SHARE * load, 0, 1)
    wait = rng.exponential(WAIT_MEAN, load.shape) * load
    return np.where(queued, wait, rng.uniform(1, 2 * WAIT_AT_ONCE - 1, load.shape))


def _lognormal(sigma: float, shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    """Mean 1."""
    return rng.lognormal(-sigma * sigma / 2, sigma, shape)
