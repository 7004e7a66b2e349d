"""What customers pay until they leave: lifetime revenue of which not all is seen."""

import numpy as np

from impact.simulation.trials.drawing.assumed import Assumed
from impact.simulation.trials.drawing.churning import times_of
from impact.simulation.trials.drawing.numbers import unit_numbers
from impact.simulation.trials.outcomes import Outcomes, Payments


def payers(assumed: Assumed, rng: np.random.Generator) -> Outcomes:
    """Draw payments until the horizon, from a first day of each customer's own.

    Each pays the same every time, as if nobody ever left: what is paid after churn, or is not seen,
    is left out by who counts it. The mean of a payment is 1.

    >>> from experiments.design.expectations import Expectation
    >>> from experiments.plan.reading import read_plan
    >>> from impact.simulation.trials.drawing.scenario import Scenario
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: worth, role: primary, kind: mean, source: revenue.amount, horizon: 90}]}''')
    >>> assumed = Assumed(plan=plan, metric=plan.primary, units=4,
    ...     expected=Expectation(per_day=100.0), scenario=Scenario())
    >>> paid = payers(assumed, np.random.default_rng(1)).payments["worth"]
    >>> int(paid.day.max()) < 90, bool((np.bincount(paid.unit) >= 3).all())
    (True, True)
    """
    key, every = assumed.metric.key, assumed.scenario.payments.every
    times = times_of(assumed, None, rng)
    horizon = int(assumed.metric.horizon or 0)
    amounts = unit_numbers(assumed, rng)
    first = rng.integers(0, every, assumed.units)
    most = -(-horizon // every)
    day = first[:, np.newaxis] + every * np.arange(most)
    unit, place = np.nonzero(day < horizon)
    paid = Payments(
        horizon=horizon, times=times, unit=unit, day=day[unit, place], amount=amounts[unit]
    )
    return Outcomes(size=assumed.units, payments={key: paid})
