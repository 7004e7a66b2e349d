"""How much the units of a simulation say to a formula: strangers, clusters, windows of time.

Where clusters are drawn as a whole their units say less by the design effect; where each unit is
drawn by itself, what clusters have in common is in both arms and costs nothing.
"""

import math
from dataclasses import dataclass
from statistics import fmean

from experiments.design import switchbacks
from experiments.design.clusters import cluster_deviation, design_effect
from experiments.design.comparisons import smallest_comparison
from experiments.design.spreads import baseline_of, deviation_of, of_contacts
from experiments.design.switchbacks import Windows, pair_deviation
from experiments.plan.document import Direction, Kind
from impact.analysis.clusters.units import clusters_of_units
from impact.simulation.trials.drawing.assumed import Assumed
from impact.simulation.trials.drawing.scenario import Drawn

HOUR = Windows(minutes=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sized:
    """Units `compared` of both arms, the variant's `share` of them, and how much they differ."""

    compared: float
    share: float
    alpha: float
    deviation: float = 0.0


def strangers(assumed: Assumed) -> Sized:
    """Return as many independent units as say as much.

    >>> from experiments.design.expectations import Expectation
    >>> from experiments.plan.reading import read_plan
    >>> from impact.simulation.trials.drawing.scenario import Scenario
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: solved, role: primary, kind: proportion, source: contacts, window: 30}]}''')
    >>> assumed = Assumed(plan=plan, metric=plan.primary, units=1000,
    ...     expected=Expectation(per_day=100.0), scenario=Scenario())
    >>> found = strangers(assumed)
    >>> found.compared, found.share, round(found.alpha, 9)
    (1000.0, 0.5, 0.05)
    """
    expected, alike = assumed.expected, 1.0
    if _in_whole_clusters(assumed):
        variation = assumed.scenario.groups.size_variation
        alike = design_effect(expected.cluster_size, expected.icc, variation=variation)
    return _sized(assumed, assumed.units / alike)


def of_means(assumed: Assumed) -> Sized:
    """Return the units whose means are compared: clusters, with the few that they are.

    >>> from experiments.design.expectations import Expectation
    >>> from experiments.plan.reading import read_plan
    >>> from impact.simulation.trials.drawing.scenario import Scenario
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: visits, role: primary, kind: mean, source: contacts, window: 30}]}''')
    >>> assumed = Assumed(plan=plan, metric=plan.primary, units=1000,
    ...     expected=Expectation(per_day=100.0, variation=0.5), scenario=Scenario())
    >>> found = of_means(assumed)
    >>> found.compared, found.deviation
    (1000.0, 0.5)
    """
    expected, units = assumed.expected, float(assumed.units)
    size, variation = expected.cluster_size, assumed.scenario.groups.size_variation
    sizes = variation if of_contacts(assumed.metric) else 0.0
    deviation = deviation_of(assumed.plan, assumed.metric, expected, size_variation=sizes)
    groups = clusters_of_units(assumed.plan, assumed.metric)
    if groups or _in_whole_clusters(assumed):
        spread = expected.variation if groups else deviation
        deviation = cluster_deviation(spread, size, expected.icc, variation=variation)
        units = units if groups else units / size
    return _sized(assumed, units, deviation)


def window_power(assumed: Assumed, change: float) -> float | None:
    """Return the power of the paired t-test, with as many pairs as comparing within days leaves.

    A day of k windows, each in either arm, says as much of their difference as (k - 1) / 2 pairs on
    average; what its windows share costs nothing. None where windows go on from each other, and for
    a share that cannot change by so much.
    """
    windows, spreads = assumed.scenario.windows, _spreads(assumed, change)
    if windows.serial or spreads is None:
        return None
    a_day, sized = windows.windows_a_day, _sized(assumed, float(assumed.units))
    pairs = sized.compared * 2 * sized.share * (1 - sized.share)
    pairs *= (a_day - 1) / a_day if a_day > 1 else 1.0
    if pairs < switchbacks.FEWEST:
        return None
    apart = fmean(_pair_deviation(assumed, *spread) ** 2 for spread in spreads)
    shown = change * (1 - windows.carried)
    return switchbacks.power(pairs, shown, math.sqrt(apart), alpha=sized.alpha)


def _spreads(assumed: Assumed, change: float) -> tuple[tuple[float, float], ...] | None:
    """Return the deviation between contacts of each arm, of a level of 1 in control, and their icc.

    A share that rises comes to those for whom it had not happened, one that falls goes from those
    for whom it had: windows then differ less in what is left, by the ratio of the odds. Means are
    taken to spread alike in both arms.
    """
    expected, metric = assumed.expected, assumed.metric
    if metric.kind is not Kind.PROPORTION:
        return ((expected.variation, expected.icc),)
    control = baseline_of(metric, expected)
    variant = control * (1 + change if metric.direction is Direction.INCREASE else 1 - change)
    if not 0 < variant < 1:
        return None
    odds = [share / (1 - share) for share in (control, variant)]
    return tuple(
        (math.sqrt(share * (1 - share)) / control, icc)
        for share, icc in (
            (control, expected.icc),
            (variant, expected.icc * min(odds) / max(odds)),
        )
    )


def _pair_deviation(assumed: Assumed, deviation: float, icc: float) -> float:
    """Return the deviation of a difference of windows, less what those of one day share."""
    size, windows = assumed.expected.cluster_size, assumed.scenario.windows
    variation = assumed.scenario.groups.size_variation
    alike = 0.0
    if windows.windows_a_day > 1:
        alike = windows.day_share * icc * size / design_effect(size, icc, variation=variation)
    return pair_deviation(deviation, HOUR, size, icc, variation=variation, correlation=alike)


def _sized(assumed: Assumed, units: float, deviation: float = 0.0) -> Sized:
    comparison = smallest_comparison(assumed.plan.weights, assumed.plan.control)
    return Sized(
        compared=comparison.part * units,
        share=comparison.share,
        alpha=1 - assumed.plan.confidence_level,
        deviation=deviation,
    )


def _in_whole_clusters(assumed: Assumed) -> bool:
    whole = assumed.scenario.groups.drawn is Drawn.CLUSTERS
    return bool(assumed.metric.cluster) and whole
