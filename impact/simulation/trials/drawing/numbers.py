"""Numbers per unit: means, shares, ratios of sums and values of a quantile, all of mean 1."""

import math

import numpy as np

from experiments.design.bounds import refuse
from experiments.design.clusters import cluster_deviation
from experiments.design.spreads import baseline_of, deviation_of, of_contacts
from experiments.design.unit_notes import CLUSTERS
from impact.simulation.trials.drawing.assumed import Assumed
from impact.simulation.trials.drawing.likeness import Alike, sizes_of
from impact.simulation.trials.drawing.scenario import Law, Scenario
from impact.simulation.trials.outcomes import Floats, Integers, Outcomes, Ranked, Values

CONTACTS = 2.0  # of a unit of a ratio, on average: at least one each


def means(assumed: Assumed, rng: np.random.Generator) -> Outcomes:
    """Draw one number per unit.

    >>> from experiments.design.expectations import Expectation
    >>> from experiments.plan.reading import read_plan
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: visits, role: primary, kind: mean, source: contacts, window: 30}]}''')
    >>> assumed = Assumed(plan=plan, metric=plan.primary, units=20000,
    ...     expected=Expectation(per_day=100.0, variation=0.5), scenario=Scenario())
    >>> values = means(assumed, np.random.default_rng(1)).values["visits"].column("y")
    >>> round(float(values.mean()), 1), round(float(values.std()), 1)
    (1.0, 0.5)
    """
    alike = assumed.alike(rng)
    spread = deviation_of(assumed.plan, assumed.metric, assumed.expected)
    numbers = alike_numbers(assumed, spread, alike, assumed.units, rng)
    return _valued(assumed, ("y",), numbers[:, np.newaxis], alike)


def unit_numbers(assumed: Assumed, rng: np.random.Generator) -> Floats:
    """Draw one number per unit, of mean 1 and the variation expected, where nobody is alike.

    >>> from experiments.design.expectations import Expectation
    >>> from experiments.plan.reading import read_plan
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: visits, role: primary, kind: mean, source: contacts, window: 30}]}''')
    >>> assumed = Assumed(plan=plan, metric=plan.primary, units=20000,
    ...     expected=Expectation(per_day=100.0, variation=2.0), scenario=Scenario(zeros=0.7))
    >>> values = unit_numbers(assumed, np.random.default_rng(1))
    >>> round(float((values == 0).mean()), 1), round(float(values.mean()), 1)
    (0.7, 1.0)
    """
    return _numbers(assumed.expected.variation, assumed.scenario, assumed.units, rng)


def shares(assumed: Assumed, rng: np.random.Generator) -> Outcomes:
    """Draw for whom it happens.

    >>> from experiments.design.expectations import Expectation
    >>> from experiments.plan.reading import read_plan
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: solved, role: primary, kind: proportion, source: contacts, window: 30}]}''')
    >>> assumed = Assumed(plan=plan, metric=plan.primary, units=20000,
    ...     expected=Expectation(per_day=100.0, baseline=0.7), scenario=Scenario())
    >>> happened = shares(assumed, np.random.default_rng(1)).values["solved"].column("y")
    >>> sorted(set(happened.tolist())), round(float(happened.mean()), 2)
    ([0.0, 1.0], 0.7)
    """
    alike = assumed.alike(rng)
    happened = chances(assumed, alike) > rng.random(assumed.units)
    return _valued(assumed, ("y",), happened.astype(np.float64)[:, np.newaxis], alike)


def chances(assumed: Assumed, alike: Alike | None) -> Floats | float:
    """Return the chance of each unit, or the one of all."""
    baseline = baseline_of(assumed.metric, assumed.expected)
    return baseline if alike is None else alike.shares(baseline, assumed.expected.icc)


def quantiles(assumed: Assumed, rng: np.random.Generator) -> Outcomes:
    """Draw one value per unit, of agents, teams and queues one per contact."""
    expected, units = assumed.expected, assumed.units
    if assumed.plan.unit in CLUSTERS and of_contacts(assumed.metric):
        variation = assumed.scenario.groups.size_variation
        sizes = sizes_of(units, expected.cluster_size, variation, rng)
        alike = Alike(of_unit=np.repeat(np.arange(units), sizes), levels=rng.normal(size=units))
        size = len(alike.of_unit)
        values = alike_numbers(assumed, expected.variation, alike, size, rng)
        return _ranked(assumed, values, alike.of_unit)
    spread = expected.variation
    if assumed.plan.unit in CLUSTERS:
        spread = cluster_deviation(spread, expected.cluster_size, expected.icc)
    return _ranked(assumed, _numbers(spread, assumed.scenario, units, rng), np.arange(units))


def _ranked(assumed: Assumed, values: Floats, unit: Integers) -> Outcomes:
    everybody = np.ones(assumed.units, dtype=np.bool_)
    ranked = Ranked(values=values, unit=unit, counts=everybody)
    return Outcomes(size=assumed.units, ranked={assumed.metric.key: ranked})


def ratios(assumed: Assumed, rng: np.random.Generator) -> Outcomes:
    """Draw contacts per unit, and for each unit their sum: the ratio is 1.

    The deviation is that of the linearised value, of which likeness takes more than its share
    where units have different numbers of contacts.
    """
    alike, units = assumed.alike(rng), assumed.units
    contacts = (1 + rng.poisson(CONTACTS - 1, units)).astype(np.float64)
    variance = deviation_of(assumed.plan, assumed.metric, assumed.expected) ** 2
    between = variance * assumed.expected.icc if alike is not None else 0.0
    uneven = 1 + (CONTACTS - 1) / CONTACTS**2  # mean square of contacts over their squared mean
    rest = variance - uneven * between
    if rest <= 0:
        refuse("icc", assumed.expected.icc, f"must be below {1 / uneven:g} for a ratio of sums")
    within = rest / (1 + between) * CONTACTS / contacts  # of a unit's mean over its contacts
    means_of_units = _lognormal(within, rng)
    if alike is not None:
        means_of_units = means_of_units * alike.factors(between, Law.LOGNORMAL)
    numbers = np.column_stack([contacts * means_of_units, contacts])
    return _valued(assumed, ("y", "d"), numbers, alike)


def ratios_of_groups(assumed: Assumed, rng: np.random.Generator) -> Outcomes:
    """Draw agents, teams or queues with all of their contacts: the units are the clusters."""
    expected, units = assumed.expected, assumed.units
    variance = expected.variation**2
    between = variance * expected.icc
    alike = Alike(of_unit=np.arange(units), levels=rng.normal(size=units))
    variation = assumed.scenario.groups.size_variation
    contacts = sizes_of(units, expected.cluster_size, variation, rng).astype(np.float64)
    within = ((1 + variance) / (1 + between) - 1) / contacts
    means_of_units = _lognormal(within, rng) * alike.factors(between, Law.LOGNORMAL)
    numbers = np.column_stack([contacts * means_of_units, contacts])
    return _valued(assumed, ("y", "d"), numbers, alike)


def alike_numbers(
    assumed: Assumed, spread: float, alike: Alike | None, size: int, rng: np.random.Generator
) -> Floats:
    """Draw numbers of mean 1 and this spread, of which the icc lies between groups."""
    if alike is None:
        return _numbers(spread, assumed.scenario, size, rng)
    between = spread**2 * assumed.expected.icc
    within = math.sqrt((1 + spread**2) / (1 + between) - 1)
    factors = alike.factors(between, assumed.scenario.law)
    if not within:
        return factors
    return factors * _numbers(within, assumed.scenario, size, rng)


def _valued(
    assumed: Assumed, names: tuple[str, ...], numbers: Floats, alike: Alike | None
) -> Outcomes:
    """Return units with these numbers, of which all count."""
    size = len(numbers)
    values = Values(
        names=names,
        numbers=numbers,
        counts=np.ones(size, dtype=np.bool_),
        cluster=None if alike is None else alike.of_unit,
    )
    together = assumed.together(alike)
    return Outcomes(size=size, values={assumed.metric.key: values}, together=together)


def _numbers(spread: float, scenario: Scenario, size: int, rng: np.random.Generator) -> Floats:
    """Draw numbers of mean 1, with the share of zeros."""
    others = _spread_of_others(spread, scenario.zeros) if scenario.zeros else spread
    if scenario.law is Law.NORMAL:
        drawn = rng.normal(1.0, others, size)
    else:
        drawn = _lognormal(np.full(size, others**2), rng)
    if not scenario.zeros:
        return drawn
    return np.where(rng.random(size) < scenario.zeros, 0.0, drawn / (1 - scenario.zeros))


def _lognormal(variance: Floats, rng: np.random.Generator) -> Floats:
    sigma = np.sqrt(np.log1p(variance))
    return rng.lognormal(-(sigma**2) / 2, sigma)


def _spread_of_others(variation: float, zeros: float) -> float:
    """Return the spread, relative to their own mean, of those whose number is not 0."""
    square = (variation**2 + 1) * (1 - zeros) - 1
    if square <= 0:
        least = math.sqrt(zeros / (1 - zeros))
        refuse("variation", variation, f"must be above {least:.3g} where {zeros:g} have nothing")
    return math.sqrt(square)
