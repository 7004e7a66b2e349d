"""Times to churn: when each unit leaves, from when it can, and for how long it is watched."""

import numpy as np

from experiments.design.follow_up import MONTH, daily_hazard
from experiments.plan.time_to_event import NOTHING
from impact.simulation.trials.drawing.assumed import Assumed
from impact.simulation.trials.drawing.likeness import Alike
from impact.simulation.trials.outcomes import Floats, Outcomes, Times


def customers(assumed: Assumed, rng: np.random.Generator) -> Outcomes:
    """Draw a time to churn per unit, by a law whose cumulative hazard is known.

    >>> from experiments.design.expectations import Expectation
    >>> from experiments.plan.reading import read_plan
    >>> from impact.simulation.trials.drawing.scenario import Scenario
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: kept, role: primary, kind: time_to_event, source: churn, horizon: 90}]}''')
    >>> assumed = Assumed(plan=plan, metric=plan.primary, units=20000,
    ...     expected=Expectation(per_day=100.0, monthly_churn=0.02),
    ...     scenario=Scenario(accrual=0.0, days=30.0))
    >>> times = customers(assumed, np.random.default_rng(1)).times["kept"]
    >>> round(float(times.event.mean()), 2), int(times.time.max())
    (0.02, 30)
    """
    alike = assumed.alike(rng)
    times = times_of(assumed, alike, rng)
    together = assumed.together(alike)
    return Outcomes(size=assumed.units, times={assumed.metric.key: times}, together=together)


def times_of(assumed: Assumed, alike: Alike | None, rng: np.random.Generator) -> Times:
    """Draw the times of units that are alike, or of strangers.

    >>> from experiments.design.expectations import Expectation
    >>> from experiments.plan.reading import read_plan
    >>> from impact.simulation.trials.drawing.scenario import Scenario
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: kept, role: primary, kind: time_to_event, source: churn, horizon: 90}]}''')
    >>> assumed = Assumed(plan=plan, metric=plan.primary, units=1000,
    ...     expected=Expectation(per_day=100.0), scenario=Scenario(accrual=0.0, days=30.0))
    >>> times = times_of(assumed, None, np.random.default_rng(1))
    >>> bool((times.time <= times.end).all()), times.entry is None, times.clusters
    (True, True, {})
    """
    opens, until = _at_risk(assumed, _watched(assumed, rng), rng)
    before, shape = _cumulated(assumed, opens), assumed.scenario.shape
    frailty = _frailties(assumed, alike, np.maximum(_cumulated(assumed, until) - before, 0))
    passed = before + rng.exponential(size=assumed.units) / frailty
    churn = np.floor(MONTH * (passed / _a_month(assumed)) ** (1 / shape))
    end = np.floor(until).astype(np.int64)
    return Times(
        time=np.minimum(churn, end).astype(np.int64),
        event=(churn <= end).astype(np.int64),
        end=end,
        clusters={} if alike is None else {assumed.metric.cluster: alike.of_unit},
        entry=opens.astype(np.int64) - 1 if _asks_for_dates(assumed) else None,
        hazard=_cumulated(assumed, np.arange(1.0, assumed.scenario.days + 2)),
    )


def _watched(assumed: Assumed, rng: np.random.Generator) -> Floats:
    """Draw for how long each unit is watched: until the report, or until it is lost from sight."""
    scenario, expected = assumed.scenario, assumed.expected
    watched = scenario.days - scenario.accrual * rng.random(assumed.units)
    if not expected.monthly_loss:
        return np.asarray(watched)
    lost = rng.exponential(1 / daily_hazard(expected.monthly_loss), assumed.units)
    return np.minimum(watched, lost)


def _at_risk(assumed: Assumed, watched: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return the day from which each unit can leave, and until when that would be seen.

    Who is bound by a contract has a date on any of the days of `opening`, and is at risk from it
    on, where the plan says so for so many days.
    """
    if not _asks_for_dates(assumed):
        return np.zeros(assumed.units), watched
    contracts = assumed.scenario.contracts
    bound = rng.random(assumed.units) < contracts.bound
    opens = np.where(bound, np.floor(contracts.opening * rng.random(assumed.units)), 0.0)
    asked = (assumed.metric.time_to_event or NOTHING).at_risk
    if asked is None or asked.days is None:
        return opens, watched
    return opens, np.where(bound, np.minimum(watched, opens + asked.days - 1), watched)


def _asks_for_dates(assumed: Assumed) -> bool:
    return (assumed.metric.time_to_event or NOTHING).at_risk is not None


def _a_month(assumed: Assumed) -> float:
    return daily_hazard(assumed.expected.monthly_churn) * MONTH


def _cumulated(assumed: Assumed, days: Floats) -> Floats:
    """Return the cumulative hazard after so many days."""
    months = np.maximum(days, 0) / MONTH
    return np.asarray(_a_month(assumed) * months**assumed.scenario.shape)


def _frailties(assumed: Assumed, alike: Alike | None, passed: Floats) -> Floats:
    """Return what clusters do to the hazard: who has left by the end is then alike by the icc."""
    if alike is None:
        return np.ones(assumed.units)
    return alike.frailties(float(-np.expm1(-passed).mean()), assumed.expected.icc)
