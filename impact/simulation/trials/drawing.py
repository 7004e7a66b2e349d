"""Units drawn from what is expected before a start: the assumptions of a size, made to happen."""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from experiments.design.bounds import check_between, check_fewest, check_positive, refuse
from experiments.design.expectations import Expectation
from experiments.design.follow_up import MONTH, daily_hazard
from experiments.design.spreads import baseline_of, deviation_of
from experiments.plan.document import Kind, Metric, Plan
from impact.simulation.trials.outcomes import Floats, Outcomes, Ranked, Times, Values
from impact.simulation.trials.running import Population, Split

CONTACTS = 2.0  # of a unit of a ratio, on average: at least one each


class Law(StrEnum):
    """How the numbers of units are spread around their mean."""

    LOGNORMAL = "lognormal"
    NORMAL = "normal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What no formula asks.

    Units join evenly over `accrual` days and the report is made on day `days`. `shape` is that of
    a Weibull law of churn with the same share gone in a month: below 1 the first days are the
    worst. `zeros` is the share of units whose number is 0, `law` that of the others. `level` is
    today's level of a mean or ratio, in whose unit a margin is; all are drawn with a level of 1.

    Raises:
        InvalidRequest: a number out of its range.
    """

    accrual: float = 30.0
    days: float = 180.0
    shape: float = 1.0
    zeros: float = 0.0
    law: Law = Law.LOGNORMAL
    level: float | None = None

    def __post_init__(self) -> None:
        check_fewest("accrual", self.accrual, 0)
        check_positive("days", self.days)
        if self.accrual > self.days:
            refuse("accrual", self.accrual, f"must not be above the {self.days:g} days in all")
        check_between("shape", self.shape, 0, 20)
        if self.zeros:
            check_between("zeros", self.zeros, 0, 1)
        if self.level is not None:
            check_positive("level", self.level)


def population_of(
    plan: Plan, metric: Metric, expected: Expectation, scenario: Scenario, *, units: int
) -> Population:
    """Return how so many units of one metric are drawn, all as they are under control.

    Raises:
        InvalidRequest: a spread that the share of zeros rules out.
    """
    match metric.kind:
        case Kind.TIME_TO_EVENT:
            return lambda rng: _customers(metric, expected, scenario, units, rng)
        case Kind.PROPORTION:
            baseline = baseline_of(metric, expected)
            return lambda rng: _valued(metric, (rng.random(units) < baseline).astype(float))
        case Kind.RATIO:
            deviation = deviation_of(plan, metric, expected)
            return lambda rng: _ratio(metric, deviation, units, rng)
        case Kind.QUANTILE:
            spread = _spread_of_others(expected.variation, scenario.zeros)
            return lambda rng: _ranked(metric, _numbers(spread, scenario, units, rng))
        case _:
            spread = _spread_of_others(deviation_of(plan, metric, expected), scenario.zeros)
            return lambda rng: _valued(metric, _numbers(spread, scenario, units, rng))


def weighted_split(plan: Plan) -> Split:
    """Return how units are split at random by the weights of a plan."""
    shares = np.array([weight for _, weight in plan.weights], dtype=np.float64)
    cuts = np.cumsum(shares / shares.sum())[:-1]
    return lambda size, rng: np.searchsorted(cuts, rng.random(size), side="right")


def _customers(
    metric: Metric,
    expected: Expectation,
    scenario: Scenario,
    units: int,
    rng: np.random.Generator,
) -> Outcomes:
    watched = scenario.days - scenario.accrual * rng.random(units)
    if expected.monthly_loss:
        lost = rng.exponential(1 / daily_hazard(expected.monthly_loss), units)
        watched = np.minimum(watched, lost)
    a_month = daily_hazard(expected.monthly_churn) * MONTH
    passed = rng.exponential(size=units) / a_month
    churn = np.floor(MONTH * passed ** (1 / scenario.shape))
    end = np.floor(watched)
    days = np.arange(1.0, scenario.days + 2)
    times = Times(
        time=np.minimum(churn, end).astype(np.int64),
        event=(churn <= end).astype(np.int64),
        end=end.astype(np.int64),
        hazard=a_month * (days / MONTH) ** scenario.shape,
    )
    return Outcomes(size=units, times={metric.key: times})


def _spread_of_others(variation: float, zeros: float) -> float:
    """Return the spread, relative to their own mean, of those whose number is not 0."""
    square = (variation**2 + 1) * (1 - zeros) - 1
    if square <= 0:
        least = math.sqrt(zeros / (1 - zeros))
        refuse("variation", variation, f"must be above {least:.3g} where {zeros:g} have nothing")
    return math.sqrt(square)


def _numbers(spread: float, scenario: Scenario, units: int, rng: np.random.Generator) -> Floats:
    """Draw numbers of mean 1 over all units."""
    if scenario.law is Law.NORMAL:
        drawn = rng.normal(1.0, spread, units)
    else:
        sigma = math.sqrt(math.log1p(spread**2))
        drawn = rng.lognormal(-(sigma**2) / 2, sigma, units)
    if not scenario.zeros:
        return drawn
    return np.where(rng.random(units) < scenario.zeros, 0.0, drawn / (1 - scenario.zeros))


def _ratio(metric: Metric, deviation: float, units: int, rng: np.random.Generator) -> Outcomes:
    """Draw contacts per unit, and for each unit their sum: the ratio is 1."""
    contacts = 1 + rng.poisson(CONTACTS - 1, units)
    variance = deviation**2 * CONTACTS / contacts  # of a unit's mean over its contacts
    sigma = np.sqrt(np.log1p(variance))
    means = rng.lognormal(-(sigma**2) / 2, sigma)
    numbers = np.column_stack([contacts * means, contacts.astype(np.float64)])
    return _outcomes(metric, ("y", "d"), numbers)


def _ranked(metric: Metric, numbers: Floats) -> Outcomes:
    """Give every unit one value."""
    size = len(numbers)
    everybody = np.ones(size, dtype=np.bool_)
    ranked = Ranked(values=numbers, unit=np.arange(size), counts=everybody)
    return Outcomes(size=size, ranked={metric.key: ranked})


def _valued(metric: Metric, numbers: Floats) -> Outcomes:
    return _outcomes(metric, ("y",), numbers[:, np.newaxis])


def _outcomes(metric: Metric, names: tuple[str, ...], numbers: Floats) -> Outcomes:
    size = len(numbers)
    values = Values(names=names, numbers=numbers, counts=np.ones(size, dtype=np.bool_))
    return Outcomes(size=size, values={metric.key: values})
