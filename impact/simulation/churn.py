"""Churn: a daily hazard per customer that contacts raise or lower for a while."""

import numpy as np
from numpy.typing import NDArray

from impact.simulation.calendar import SIMULATED_DAYS
from impact.simulation.handling import Contacts
from impact.simulation.population import Population

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

UNRESOLVED_HARM = 1.0  # the hazard doubles after an unresolved contact
ABANDONED_HARM = 0.5
LONG_WAIT_HARM, LONG_WAIT_SECONDS = 0.25, 180.0
HARM_LEFT_AFTER_A_DAY = 0.05 ** (1 / 60)  # one twentieth is left after 60 days
GOODWILL_LEFT_AFTER_A_DAY = 0.5 ** (1 / 360)


def churn_days(population: Population, contacts: Contacts) -> Integers:
    """Return the day on whose evening each customer leaves; SIMULATED_DAYS for who stays.

    The hazard of a day is base * (1 + harm) * (1 - goodwill). Harm and goodwill jump with a
    contact to its level if that is higher, and decay by a fixed share a day. A customer leaves
    when the cumulative hazard passes its threshold, so the same threshold serves every arm.

    >>> from impact.simulation.centre import draw_centre, run, uniform
    >>> centre = draw_centre(300, np.random.default_rng(1))
    >>> arms = {trial.key: uniform(centre, treated=False) for trial in centre.trials}
    >>> day = churn_days(centre.population, run(centre, arms).contacts)
    >>> len(day), int(day.max()) == SIMULATED_DAYS
    (300, True)
    """
    harm, goodwill, passed = np.zeros((3, population.size))
    harms = _harms(contacts)
    bounds = np.searchsorted(contacts.day, np.arange(SIMULATED_DAYS + 1))
    stayed = np.zeros(population.size, dtype=np.int64)
    for day in range(SIMULATED_DAYS):
        today = slice(bounds[day], bounds[day + 1])
        harm *= HARM_LEFT_AFTER_A_DAY
        goodwill *= GOODWILL_LEFT_AFTER_A_DAY
        np.maximum.at(harm, contacts.customer[today], harms[today])
        np.maximum.at(goodwill, contacts.customer[today], contacts.goodwill[today])
        passed += population.daily_hazard * (1 + harm) * (1 - goodwill)
        stayed += passed <= population.churn_threshold
    return stayed


def _harms(contacts: Contacts) -> Floats:
    waited = LONG_WAIT_HARM * (contacts.wait > LONG_WAIT_SECONDS)
    unresolved = np.where(contacts.abandoned, ABANDONED_HARM, UNRESOLVED_HARM)
    return np.asarray(unresolved * ~contacts.resolved + waited)
