"""Bills every thirty days while the customer is there, and refunds after some calls."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from impact.simulation.calendar import OBSERVED_DAYS
from impact.simulation.centre import Centre, Outcome
from impact.simulation.demand import CHAIN
from impact.simulation.policies import BILLING

Booleans = NDArray[np.bool_]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

CYCLE_DAYS = 30
BILLS = -(-OBSERVED_DAYS // CYCLE_DAYS)
HABIT_SIGMA = 0.35  # how customers of one tier differ, month after month
MONTH_SIGMA = 0.15
BILL_SECOND = 3 * 3600
REFUND_SHARE = 0.12  # of resolved contacts about a bill
REFUND_LOW, REFUND_HIGH = 0.2, 0.6  # of the monthly price
REFUND_DELAY_DAYS = 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Transactions:
    """Money that moved: `cents` of EUR, negative where it was given back."""

    customer: Integers
    day: Integers
    second: Integers
    cents: Integers
    refund: Booleans


def draw_transactions(centre: Centre, outcome: Outcome, rng: np.random.Generator) -> Transactions:
    """Return all bills and refunds of the observed year, bills first.

    >>> from impact.simulation.centre import draw_centre, run, uniform
    >>> rng = np.random.default_rng(1)
    >>> centre = draw_centre(50, rng)
    >>> arms = {trial.key: uniform(centre, treated=False) for trial in centre.trials}
    >>> found = draw_transactions(centre, run(centre, arms), rng)
    >>> bool((found.cents[found.refund] < 0).all()), bool((found.cents[~found.refund] > 0).all())
    (True, True)
    >>> int(found.day.max()) < OBSERVED_DAYS
    True
    """
    bills_rng, refunds_rng = rng.spawn(2)
    bills = _bills(centre, outcome, bills_rng)
    refunds = _refunds(centre, outcome, refunds_rng)
    return Transactions(
        customer=np.concatenate([bills.customer, refunds.customer]),
        day=np.concatenate([bills.day, refunds.day]),
        second=np.concatenate([bills.second, refunds.second]),
        cents=np.concatenate([bills.cents, refunds.cents]),
        refund=np.concatenate([bills.refund, refunds.refund]),
    )


def _bills(centre: Centre, outcome: Outcome, rng: np.random.Generator) -> Transactions:
    population = centre.population
    shape = (population.size, BILLS)
    first = rng.integers(CYCLE_DAYS, size=(population.size, 1))
    habit = rng.lognormal(-(HABIT_SIGMA**2) / 2, HABIT_SIGMA, (population.size, 1))
    month = rng.lognormal(-(MONTH_SIGMA**2) / 2, MONTH_SIGMA, shape)
    day = first + CYCLE_DAYS * np.arange(BILLS)
    amount = population.monthly_price[:, np.newaxis] * habit * month
    customer, bill = np.nonzero((day <= outcome.churn_day[:, np.newaxis]) & (day < OBSERVED_DAYS))
    return Transactions(
        customer=customer,
        day=day[customer, bill],
        second=np.full(len(customer), BILL_SECOND),
        cents=np.maximum(np.rint(100 * amount[customer, bill]), 1).astype(np.int64),
        refund=np.zeros(len(customer), dtype=bool),
    )


def _refunds(centre: Centre, outcome: Outcome, rng: np.random.Generator) -> Transactions:
    contacts = outcome.contacts
    about_a_bill = centre.demand.queue[contacts.slot // CHAIN] == BILLING
    lucky = rng.random(len(contacts.slot)) < REFUND_SHARE
    in_time = contacts.day + REFUND_DELAY_DAYS < OBSERVED_DAYS
    given = np.flatnonzero(outcome.real & about_a_bill & contacts.resolved & lucky & in_time)
    customer = contacts.customer[given]
    share = rng.uniform(REFUND_LOW, REFUND_HIGH, len(given))
    return Transactions(
        customer=customer,
        day=contacts.day[given] + REFUND_DELAY_DAYS,
        second=np.full(len(given), BILL_SECOND),
        cents=-np.rint(100 * share * centre.population.monthly_price[customer]).astype(np.int64),
        refund=np.ones(len(given), dtype=bool),
    )
