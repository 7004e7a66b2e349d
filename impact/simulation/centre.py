"""The centre as a whole: drawn once, then run under any arms."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from impact.simulation.calendar import OBSERVED_DAYS
from impact.simulation.churn import churn_days
from impact.simulation.demand import CHAIN, Demand, draw_demand
from impact.simulation.handling import Arms, Contacts, handle
from impact.simulation.policies import TRIALS, Trial
from impact.simulation.population import Population, draw_population
from impact.simulation.workforce import Workforce, draw_workforce

Booleans = NDArray[np.bool_]
Integers = NDArray[np.int64]

NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Centre:
    """Everything that is drawn before a policy is known."""

    population: Population
    workforce: Workforce
    demand: Demand
    trials: tuple[Trial, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcome:
    """What happened under one set of arms. `churn_day` as `churn.churn_days` gives it."""

    contacts: Contacts
    churn_day: Integers

    @property
    def real(self) -> Booleans:
        """Contacts of customers who are still there, within the observed year."""
        contacts = self.contacts
        there = contacts.day <= self.churn_day[contacts.customer]
        return there & (contacts.day < OBSERVED_DAYS)


def draw_centre(size: int, rng: np.random.Generator, trials: tuple[Trial, ...] = TRIALS) -> Centre:
    """Return a centre with `size` customers; each concern has a stream of its own.

    >>> centre = draw_centre(20, np.random.default_rng(1))
    >>> centre.population.size, len(centre.trials) == len(TRIALS)
    (20, True)
    >>> again = draw_centre(20, np.random.default_rng(1))
    >>> bool((centre.demand.talk == again.demand.talk).all())
    True
    """
    people, agents, calls = rng.spawn(3)
    population = draw_population(size, people)
    workforce = draw_workforce(agents)
    return Centre(
        population=population,
        workforce=workforce,
        demand=draw_demand(population, workforce, calls),
        trials=trials,
    )


def run(centre: Centre, arms: Arms) -> Outcome:
    """Run every customer under `arms`; two runs differ by what the arms do and nothing else.

    >>> centre = draw_centre(100, np.random.default_rng(1))
    >>> arms = {trial.key: uniform(centre, treated=False) for trial in centre.trials}
    >>> first, again = run(centre, arms), run(centre, arms)
    >>> bool((first.churn_day == again.churn_day).all())
    True
    """
    contacts = handle(centre.demand, centre.workforce, centre.trials, arms)
    return Outcome(contacts=contacts, churn_day=churn_days(centre.population, contacts))


def by_customer(centre: Centre, treated: Booleans) -> Booleans:
    """Return the arm of each potential contact where customers keep theirs.

    `treated` has one entry per customer; the answer has shape (m, 1).

    >>> centre = draw_centre(3, np.random.default_rng(1))
    >>> treated = by_customer(centre, np.array([True, False, True]))
    >>> bool((treated[centre.demand.customer == 1] == False).all()), treated.shape[1]
    (True, 1)
    """
    return treated[centre.demand.customer][:, np.newaxis]


def by_contact(centre: Centre, share: float, rng: np.random.Generator) -> Booleans:
    """Return arms drawn anew for each potential contact, treatment with probability `share`.

    >>> centre = draw_centre(500, np.random.default_rng(1))
    >>> arm = by_contact(centre, 0.25, np.random.default_rng(2))
    >>> arm.shape == centre.demand.shape, round(float(arm.mean()), 2)
    (True, 0.26)
    """
    return rng.random((len(centre.demand.customer), CHAIN)) < share


def uniform(centre: Centre, *, treated: bool) -> Booleans:
    """Return the arm that puts everybody into treatment, or everybody into control.

    >>> centre = draw_centre(3, np.random.default_rng(1))
    >>> bool(uniform(centre, treated=True).all())
    True
    """
    return np.full((len(centre.demand.customer), 1), treated)


def first_contact_days(centre: Centre, outcome: Outcome, trial: Trial) -> Integers:
    """Return the day of each customer's first contact in the trial, NEVER for who has none.

    >>> centre = draw_centre(50, np.random.default_rng(1))
    >>> arms = {trial.key: uniform(centre, treated=False) for trial in centre.trials}
    >>> trial = centre.trials[0]
    >>> days = first_contact_days(centre, run(centre, arms), trial)
    >>> len(days), bool((days >= trial.first_day).all())
    (50, True)
    """
    first = np.full(centre.population.size, NEVER)
    asked = outcome.real & outcome.contacts.taking_part[trial.key]
    np.minimum.at(first, outcome.contacts.customer[asked], outcome.contacts.day[asked])
    return first


def with_arm(arms: Arms, trial: Trial, arm: Booleans) -> Mapping[str, Booleans]:
    """Return the arms with those of `trial` replaced.

    >>> trial = TRIALS[0]
    >>> arms = with_arm({"other": np.array([True])}, trial, np.array([False]))
    >>> {key: arm.tolist() for key, arm in arms.items()}
    {'other': [True], 'care_over_clock': [False]}
    """
    return {**arms, trial.key: arm}
