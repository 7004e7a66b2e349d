"""The truth of a trial, from both potential outcomes of every customer in it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from impact.simulation.calendar import HORIZON_DAYS
from impact.simulation.centre import (
    NEVER,
    Centre,
    Outcome,
    first_contact_days,
    run,
    uniform,
    with_arm,
)
from impact.simulation.handling import Arms
from impact.simulation.policies import Trial

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """Treatment minus control on the intention-to-treat scale, of those who were asked for.

    Retention is the share still there `horizon_days` after the customer's own first contact in
    the trial, RMST the mean number of days until then. Being assigned is what differs: agents
    who do not comply are part of both arms.
    """

    trial: str
    horizon_days: int
    customers: int
    retention_control: float
    retention_treatment: float
    rmst_control: float
    rmst_treatment: float

    @property
    def retention_difference(self) -> float:
        """Difference of the shares still there at the horizon."""
        return self.retention_treatment - self.retention_control

    @property
    def rmst_difference_days(self) -> float:
        """Difference of the restricted mean times, in days."""
        return self.rmst_treatment - self.rmst_control


def truth(centre: Centre, trial: Trial, arms: Arms) -> Truth:
    """Run everybody under both arms of `trial`, the other trials as in `arms`, and compare.

    >>> from impact.simulation.centre import draw_centre
    >>> centre = draw_centre(300, np.random.default_rng(1))
    >>> arms = {trial.key: uniform(centre, treated=False) for trial in centre.trials}
    >>> found = truth(centre, centre.trials[0], arms)
    >>> found.horizon_days, 0 < found.customers <= 300, found.rmst_difference_days >= 0
    (180, True, True)
    """
    control = run(centre, with_arm(arms, trial, uniform(centre, treated=False)))
    treatment = run(centre, with_arm(arms, trial, uniform(centre, treated=True)))
    return compare(centre, trial, control=control, treatment=treatment)


def compare(centre: Centre, trial: Trial, *, control: Outcome, treatment: Outcome) -> Truth:
    """Compare two runs of the same centre over the customers who came into the trial.

    A policy acts only from a customer's first contact in its trial on, so who comes in, and
    when, is the same in both runs.

    >>> from impact.simulation.centre import draw_centre
    >>> centre = draw_centre(300, np.random.default_rng(1))
    >>> arms = {trial.key: uniform(centre, treated=False) for trial in centre.trials}
    >>> outcome = run(centre, arms)
    >>> compare(centre, centre.trials[0], control=outcome, treatment=outcome).retention_difference
    0.0
    """
    start = first_contact_days(centre, control, trial)
    without = durations(control, start)
    given = durations(treatment, start)
    return Truth(
        trial=trial.key,
        horizon_days=HORIZON_DAYS,
        customers=len(without),
        retention_control=_retention(without),
        retention_treatment=_retention(given),
        rmst_control=_rmst(without),
        rmst_treatment=_rmst(given),
    )


def durations(outcome: Outcome, start: Integers) -> Integers:
    """Return whole days from start to churn of the customers who have a start.

    >>> from impact.simulation.centre import draw_centre
    >>> centre = draw_centre(3, np.random.default_rng(1))
    >>> arms = {trial.key: uniform(centre, treated=False) for trial in centre.trials}
    >>> outcome = run(centre, arms)
    >>> days = durations(outcome, np.array([100, NEVER, 90]))
    >>> (days + [100, 90] == outcome.churn_day[[0, 2]]).tolist()
    [True, True]
    """
    came = start != NEVER
    return np.asarray(outcome.churn_day[came] - start[came])


def _retention(days: Integers) -> float:
    return float(np.mean(days > HORIZON_DAYS)) if len(days) else 1.0


def _rmst(days: Integers) -> float:
    return float(np.mean(np.minimum(days, HORIZON_DAYS))) if len(days) else float(HORIZON_DAYS)
