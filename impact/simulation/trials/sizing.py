"""How much the units of a simulation say to a formula: strangers, clusters, windows of time.

Where clusters are drawn as a whole their units say less by the design effect; where each unit is
drawn by itself, what clusters have in common is in both arms and costs nothing.
"""

import math
from dataclasses import dataclass

from experiments.design import switchbacks
from experiments.design.clusters import cluster_deviation, design_effect
from experiments.design.comparisons import smallest_comparison
from experiments.design.spreads import baseline_of, deviation_of
from experiments.design.switchbacks import Windows, pair_deviation
from experiments.plan.document import Kind
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
    """Return as many independent units as say as much."""
    expected, alike = assumed.expected, 1.0
    if _in_whole_clusters(assumed):
        variation = assumed.scenario.groups.size_variation
        alike = design_effect(expected.cluster_size, expected.icc, variation=variation)
    return _sized(assumed, assumed.units / alike)


def of_means(assumed: Assumed) -> Sized:
    """Return the units whose means are compared: clusters, with the few that they are."""
    expected, units = assumed.expected, float(assumed.units)
    deviation = deviation_of(assumed.plan, assumed.metric, expected)
    groups = clusters_of_units(assumed.plan, assumed.metric)
    if groups or _in_whole_clusters(assumed):
        size, variation = expected.cluster_size, assumed.scenario.groups.size_variation
        spread = expected.variation if groups else deviation
        deviation = cluster_deviation(spread, size, expected.icc, variation=variation)
        units = units if groups else units / size
    return _sized(assumed, units, deviation)


def window_power(assumed: Assumed, change: float) -> float | None:
    """Return the power of the paired t-test, with as many pairs as comparing within days leaves.

    A day of k windows, each in either arm, says as much of their difference as (k - 1) / 2 pairs on
    average; what its windows share costs nothing. None where windows go on from each other.
    """
    expected, windows = assumed.expected, assumed.scenario.windows
    if windows.serial:
        return None
    spread, size = expected.variation, expected.cluster_size
    if assumed.metric.kind is Kind.PROPORTION:
        baseline = baseline_of(assumed.metric, expected)
        spread = math.sqrt((1 - baseline) / baseline)
    variation, a_day = assumed.scenario.groups.size_variation, windows.windows_a_day
    alike = windows.day_share * expected.icc * size
    alike /= design_effect(size, expected.icc, variation=variation)
    within = a_day > 1
    deviation = pair_deviation(
        spread, HOUR, size, expected.icc, variation=variation, correlation=alike * within
    )
    sized = _sized(assumed, float(assumed.units))
    pairs = sized.compared * 2 * sized.share * (1 - sized.share)
    pairs *= (a_day - 1) / a_day if within else 1.0
    if pairs < switchbacks.FEWEST:
        return None
    return switchbacks.power(pairs, change * (1 - windows.carried), deviation, alpha=sized.alpha)


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
