"""What becomes of potential contacts under given arms: handled, resolved, repeated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from impact.simulation.demand import CHAIN, Demand
from impact.simulation.policies import Trial
from impact.simulation.workforce import Workforce

Booleans = NDArray[np.bool_]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Arms = Mapping[str, Booleans]

TARGET_SECONDS = 300.0
HURRY = 0.65  # share of the time above the target that a hurried agent cuts off
LONGEST_CUT = 0.8  # of the talk
RESOLVED_BY_QUEUE = np.array([0.80, 0.72, 0.78, 0.88])
RESOLUTION_LOST_A_SECOND = 0.04 / 60  # an assumption: four points for a minute cut off
REPEAT_UNRESOLVED, REPEAT_ABANDONED = 0.5, 0.7


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Contacts:
    """Contacts that happen if their customer is still there, one entry each, in order of time.

    `slot` is the place in the flattened grid of the demand. `taking_part` and `applied` say per
    trial whether the contact is one of it, and whether the treatment was applied to it.
    Durations are seconds.
    """

    slot: Integers
    customer: Integers
    day: Integers
    wait: Floats
    abandoned: Booleans
    talk: Floats
    resolved: Booleans
    goodwill: Floats
    taking_part: Mapping[str, Booleans]
    applied: Mapping[str, Booleans]


def handle(demand: Demand, workforce: Workforce, trials: Sequence[Trial], arms: Arms) -> Contacts:
    """Return the contacts under `arms`: per trial, treatment or not for each potential contact.

    Each array of `arms` has the shape of the demand's grid, or one that broadcasts to it.

    >>> from impact.simulation.centre import draw_centre, uniform
    >>> centre = draw_centre(200, np.random.default_rng(1))
    >>> arms = {trial.key: uniform(centre, treated=False) for trial in centre.trials}
    >>> found = handle(centre.demand, centre.workforce, centre.trials, arms)
    >>> bool((np.diff(found.day) >= 0).all()), bool((found.resolved & found.abandoned).any())
    (True, False)
    """
    taking_part = {trial.key: _takes_part(demand, trial) for trial in trials}
    applied = {
        trial.key: _applied(demand, workforce, trial, taking_part[trial.key] & arms[trial.key])
        for trial in trials
    }
    abandoned = demand.patience < demand.wait
    cut = _cut(demand, _any_unhurried(demand, trials, applied))
    resolved = ~abandoned & (demand.resolution < _resolution(demand, workforce, cut))
    flat = _in_order(demand, _happens(demand, resolved, abandoned))
    return Contacts(
        slot=flat,
        customer=demand.customer[flat // CHAIN],
        day=demand.day.ravel()[flat],
        wait=np.minimum(demand.wait, demand.patience).ravel()[flat],
        abandoned=abandoned.ravel()[flat],
        talk=(demand.talk - cut + _extra_talk(demand, trials, applied)).ravel()[flat],
        resolved=resolved.ravel()[flat],
        goodwill=(_goodwill(demand, trials, applied) * ~abandoned).ravel()[flat],
        taking_part={key: grid.ravel()[flat] for key, grid in taking_part.items()},
        applied={key: grid.ravel()[flat] for key, grid in applied.items()},
    )


def _takes_part(demand: Demand, trial: Trial) -> Booleans:
    in_queue = np.isin(demand.queue, trial.queues)
    return in_queue[:, np.newaxis] & (demand.day >= trial.first_day)


def _applied(demand: Demand, workforce: Workforce, trial: Trial, told: Booleans) -> Booleans:
    """Machines apply what was assigned; agents do as they are inclined, told or not."""
    if not trial.by_agents:
        return told
    inclined = np.where(told, workforce.compliance[demand.agent], workforce.habit[demand.agent])
    return np.asarray(demand.compliance < inclined)


def _any_unhurried(demand: Demand, trials: Sequence[Trial], applied: Arms) -> Booleans:
    unhurried = np.zeros(demand.shape, dtype=bool)
    for trial in trials:
        unhurried |= trial.effect.unhurried & applied[trial.key]
    return unhurried


def _cut(demand: Demand, unhurried: Booleans) -> Floats:
    above = np.maximum(demand.talk + demand.hold + demand.wrap - TARGET_SECONDS, 0)
    return np.minimum(HURRY * above, LONGEST_CUT * demand.talk) * ~unhurried


def _resolution(demand: Demand, workforce: Workforce, cut: Floats) -> Floats:
    able = RESOLVED_BY_QUEUE[demand.queue][:, np.newaxis] + workforce.skill[demand.agent]
    return np.asarray(np.clip(able - RESOLUTION_LOST_A_SECOND * cut, 0.05, 0.98))


def _happens(demand: Demand, resolved: Booleans, abandoned: Booleans) -> Booleans:
    again = ~resolved & (demand.repeat < np.where(abandoned, REPEAT_ABANDONED, REPEAT_UNRESOLVED))
    first = np.ones((len(demand.customer), 1), dtype=bool)
    return np.logical_and.accumulate(np.hstack([first, again[:, :-1]]), axis=1)


def _in_order(demand: Demand, happens: Booleans) -> Integers:
    flat = np.flatnonzero(happens)
    return flat[np.lexsort((demand.second.ravel()[flat], demand.day.ravel()[flat]))]


def _extra_talk(demand: Demand, trials: Sequence[Trial], applied: Arms) -> Floats:
    extra = np.zeros(demand.shape)
    for trial in trials:
        extra += trial.effect.extra_talk_seconds * applied[trial.key]
    return extra


def _goodwill(demand: Demand, trials: Sequence[Trial], applied: Arms) -> Floats:
    goodwill = np.zeros(demand.shape)
    for trial in trials:
        np.maximum(goodwill, trial.effect.goodwill * applied[trial.key], out=goodwill)
    return goodwill
