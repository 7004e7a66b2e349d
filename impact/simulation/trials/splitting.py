"""Which arm each unit gets: drawn for each by itself, or for all that are drawn as one."""

from collections.abc import Callable
from datetime import date

import numpy as np

from experiments.assignment.schedule import FEWEST_WEEKS, MOST_BLOCK_WEEKS, Schedule
from experiments.assignment.slots import DAYS_PER_WEEK, block_counts
from experiments.design.bounds import refuse
from experiments.errors import InvalidDefinition, InvalidRequest, Violation
from experiments.plan.document import Plan
from impact.simulation.trials.outcomes import Integers, Outcomes

ANY_MONDAY = date(2000, 1, 3)
Split = Callable[[Outcomes, np.random.Generator], Integers]


def weighted_split(plan: Plan) -> Split:
    """Return how units are split at random by the weights of a plan.

    Units that the outcomes say are drawn `together` get one arm.

    >>> from experiments.plan.document import Unit
    >>> plan = Plan(key="calls", unit=Unit.TEAM, control="a", metrics=(),
    ...     weights=(("a", 5000), ("b", 5000)))
    >>> teams = Outcomes(size=4, together=np.array([0, 0, 1, 1]))
    >>> arms = weighted_split(plan)(teams, np.random.default_rng(1))
    >>> bool(arms[0] == arms[1]), bool(arms[2] == arms[3])
    (True, True)
    """
    shares = np.array([weight for _, weight in plan.weights], dtype=np.float64)
    cuts = np.cumsum(shares / shares.sum())[:-1]

    def split(outcomes: Outcomes, rng: np.random.Generator) -> Integers:
        if outcomes.together is None:
            return np.searchsorted(cuts, rng.random(outcomes.size), side="right")
        groups = int(outcomes.together.max(initial=-1)) + 1
        return np.searchsorted(cuts, rng.random(groups), side="right")[outcomes.together]

    return split


def alternating_split(plan: Plan, windows_a_day: int, windows: int) -> Split:
    """Return how windows of time are split: as a schedule of slots draws them.

    Among the windows of one weekday and hour of some weeks in a row every variant gets its share
    exactly.

    Raises:
        InvalidRequest: so many windows are no whole number of those weeks, or the weights do not
            divide any number of weeks into whole ones.

    >>> from experiments.plan.document import Unit
    >>> plan = Plan(key="calls", unit=Unit.TIME_SLOT, control="a", metrics=(),
    ...     weights=(("a", 5000), ("b", 5000)))
    >>> arms = alternating_split(plan, 2, 28)(Outcomes(size=28), np.random.default_rng(1))
    >>> (arms[:14] + arms[14:]).tolist()
    [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]
    >>> alternating_split(plan, 2, 20)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    experiments.errors.InvalidRequest: units = 20: must be a multiple of 28: 2 ...
    """
    weeks, deck = _deck(plan)
    a_week = DAYS_PER_WEEK * windows_a_day
    if windows % (weeks * a_week):
        rule = (
            f"must be a multiple of {weeks * a_week}: {weeks} weeks of {windows_a_day} windows a "
            "day are drawn together"
        )
        refuse("units", windows, rule)

    def split(outcomes: Outcomes, rng: np.random.Generator) -> Integers:
        blocks = np.tile(deck[:, np.newaxis], (windows // (weeks * a_week), 1, a_week))
        arms = rng.permuted(blocks, axis=1).ravel()
        return arms if outcomes.slots is None else arms[outcomes.slots.of_unit]

    return split


def blocks_of(plan: Plan, windows_a_day: int, windows: int) -> Integers:
    """Return a code per window of those that `alternating_split` draws together.

    Raises:
        InvalidRequest: as there, of the weights.

    >>> from experiments.plan.document import Unit
    >>> plan = Plan(key="calls", unit=Unit.TIME_SLOT, control="a", metrics=(),
    ...     weights=(("a", 5000), ("b", 5000)))
    >>> blocks_of(plan, 1, 28).tolist()
    [0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 7, 8, 9, 10, 11, 12, 13]
    """
    weeks, _ = _deck(plan)
    a_week, place = DAYS_PER_WEEK * windows_a_day, np.arange(windows)
    return place // (weeks * a_week) * a_week + place % a_week


def _deck(plan: Plan) -> tuple[int, Integers]:
    """Return the fewest weeks of which the weights give every arm whole ones, and the arms."""
    places = [(place, weight) for place, (_, weight) in enumerate(plan.weights)]
    for weeks in range(FEWEST_WEEKS, MOST_BLOCK_WEEKS + 1):
        schedule = Schedule(starts_on=ANY_MONDAY, weeks=weeks, block_weeks=weeks)
        try:
            counts = block_counts(schedule, places)
        except InvalidDefinition:
            continue
        if not all(count for _, count in counts):
            continue
        return weeks, np.array([place for place, count in counts for _ in range(count)])
    given = ", ".join(str(weight) for _, weight in plan.weights)
    rule = f"must divide a number of weeks up to {MOST_BLOCK_WEEKS} into whole ones"
    raise InvalidRequest(Violation(field="weights", value=given, rule=rule))
