"""Contacts in windows of time: a switchback before it begins."""

import numpy as np

from experiments.plan.document import Kind
from impact.simulation.trials.drawing.assumed import Assumed
from impact.simulation.trials.drawing.likeness import Alike, sizes_of
from impact.simulation.trials.drawing.numbers import alike_numbers, chances
from impact.simulation.trials.drawing.scenario import Alternation
from impact.simulation.trials.outcomes import Floats, Outcomes, Slots, Values
from impact.simulation.trials.splitting import blocks_of

MINUTES_A_DAY = 1440


def contacts_in_windows(assumed: Assumed, rng: np.random.Generator) -> Outcomes:
    """Draw the contacts that count of every window: the assumed units are windows.

    The icc is the share of the variance that lies between windows, of their day or of their own.
    """
    variation = assumed.scenario.groups.size_variation
    sizes = sizes_of(assumed.units, assumed.expected.cluster_size, variation, rng)
    of_unit = np.repeat(np.arange(assumed.units), sizes)
    alike = Alike(of_unit=of_unit, levels=_levels(assumed.units, assumed.scenario.windows, rng))
    numbers = _numbers(assumed, alike, rng)
    everybody = np.ones(len(numbers), dtype=np.bool_)
    names: tuple[str, ...] = ("y",)
    if assumed.metric.kind is Kind.RATIO:
        names, numbers = ("y", "d"), np.column_stack([numbers, np.ones(len(numbers))])
    values = Values(names=names, numbers=numbers, counts=everybody)
    return Outcomes(
        size=len(numbers),
        slots=_slots(assumed, alike),
        values={assumed.metric.key: values},
    )


def _numbers(assumed: Assumed, alike: Alike, rng: np.random.Generator) -> Floats:
    size = len(alike.of_unit)
    if assumed.metric.kind is Kind.PROPORTION:
        drawn = (chances(assumed, alike) > rng.random(size)).astype(np.float64)
    else:
        drawn = alike_numbers(assumed, assumed.expected.variation, alike, size, rng)
    return np.asarray(drawn[:, np.newaxis])


def _levels(windows: int, alternation: Alternation, rng: np.random.Generator) -> Floats:
    """Draw a level per window: of its day, and of its own, which goes on from the one before."""
    days = -(-windows // alternation.windows_a_day)
    own = rng.normal(size=(days, alternation.windows_a_day))
    for place in range(1, alternation.windows_a_day):
        fresh = np.sqrt(1 - alternation.serial**2) * own[:, place]
        own[:, place] = alternation.serial * own[:, place - 1] + fresh
    of_day = rng.normal(size=(days, 1))
    share = alternation.day_share
    return np.asarray((np.sqrt(share) * of_day + np.sqrt(1 - share) * own).ravel()[:windows])


def _slots(assumed: Assumed, alike: Alike) -> Slots:
    a_day = assumed.scenario.windows.windows_a_day
    place = np.arange(assumed.units)
    return Slots(
        of_unit=alike.of_unit,
        day=place // a_day,
        block=blocks_of(assumed.plan, a_day, assumed.units),
        began=np.asarray(place * (MINUTES_A_DAY / a_day), dtype=np.float64),
        settled=np.ones(len(alike.of_unit), dtype=np.bool_),
    )
