"""Churn as the billing system reports it: with a reason, and now and then taken back."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from impact.simulation.calendar import OBSERVED_DAYS
from impact.simulation.centre import Outcome

Booleans = NDArray[np.bool_]
Integers = NDArray[np.int64]

INVOLUNTARY_SHARE = 0.12
WITHDRAWN_SHARE = 0.007
LONGEST_REGRET_DAYS = 10
NO_DAY = -1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Notices:
    """Reported churns; `reversed_day` is NO_DAY where the customer did leave."""

    customer: Integers
    day: Integers
    second_in_hour: Integers
    involuntary: Booleans
    reversed_day: Integers


def draw_notices(outcome: Outcome, rng: np.random.Generator) -> Notices:
    """Return the churns of the observed year and notices that were withdrawn within it.

    >>> from impact.simulation.centre import draw_centre, run, uniform
    >>> rng = np.random.default_rng(1)
    >>> centre = draw_centre(200, rng)
    >>> arms = {trial.key: uniform(centre, treated=False) for trial in centre.trials}
    >>> outcome = run(centre, arms)
    >>> found = draw_notices(outcome, rng)
    >>> kept = found.reversed_day == NO_DAY
    >>> bool((found.day[kept] == outcome.churn_day[found.customer[kept]]).all())
    True
    """
    left = np.flatnonzero(outcome.churn_day < OBSERVED_DAYS)
    regret_day = rng.integers(OBSERVED_DAYS - LONGEST_REGRET_DAYS, size=len(outcome.churn_day))
    regrets = rng.random(len(outcome.churn_day)) < WITHDRAWN_SHARE
    stays = outcome.churn_day > regret_day + LONGEST_REGRET_DAYS
    back = np.flatnonzero(regrets & stays)
    regret = rng.integers(2, LONGEST_REGRET_DAYS, size=len(back), endpoint=True)
    size = len(left) + len(back)
    return Notices(
        customer=np.concatenate([left, back]),
        day=np.concatenate([outcome.churn_day[left], regret_day[back]]),
        second_in_hour=rng.integers(3600, size=size),
        involuntary=(rng.random(size) < INVOLUNTARY_SHARE) & (np.arange(size) < len(left)),
        reversed_day=np.concatenate([np.full(len(left), NO_DAY), regret_day[back] + regret]),
    )
