"""Worlds in which a published schedule says when the whole queue has which arm."""

from dataclasses import replace

import numpy as np

from experiments.plan.document import Unit
from experiments.plan.switchback import Switchback
from impact.analysis.sufficient import SufficientStatistics
from tests.calibration.switchbacks import (
    BY_CONTACT,
    BY_DAY,
    BY_WINDOW,
    LONGER,
    METRIC,
    SECONDS,
    windows_found,
)
from tests.calibration.worlds import Looks, World, once, plan_of

BY_HOUR = 60.0  # spread of the seconds: hours differ more than days
EACH_DAY = 4  # windows
DAYS_PER_WEEK = 7


def scheduled(weeks: int) -> World:
    """So many weeks: of the windows of one weekday and hour of a fortnight one has each arm."""

    def draw(rng: np.random.Generator, n: int, effect: bool) -> Looks:  # noqa: FBT001
        a_week = DAYS_PER_WEEK * EACH_DAY
        place = np.arange(weeks * a_week)
        week, day, hour = place // a_week, place // EACH_DAY, place % EACH_DAY
        block = week // 2 * a_week + place % a_week
        first = rng.integers(2, size=block.max() + 1)
        arm = np.where(week % 2 == 0, first[block], 1 - first[block])
        before = np.where(hour > 0, np.roll(arm, 1), -1)
        contacts = 1 + rng.poisson(n / place.size, place.size)
        mean = (
            SECONDS
            + rng.normal(0, BY_HOUR, EACH_DAY)[hour]
            + rng.normal(0, BY_DAY, weeks * DAYS_PER_WEEK)[day]
            + rng.normal(0, BY_WINDOW, place.size)
            + LONGER * effect * (arm == 1)
        )
        total = contacts * mean + rng.normal(0, BY_CONTACT * np.sqrt(contacts))
        sums = np.stack([total, contacts], axis=1)
        return once(_in_blocks(windows_found(arm, day, before, sums), block))

    plan = replace(
        plan_of(METRIC), unit=Unit.CONTACT, switchback=Switchback(burn_in=15), shared_queue=False
    )
    effects = ("ratio_difference", "switchback_effect")
    truth = {(METRIC.key, effect): LONGER for effect in effects}
    truth[METRIC.key, "coefficient"] = 0.0
    name = f"handle time, switchback scheduled for {weeks} weeks"
    return World(name=name, plan=plan, draw=draw, truth=truth)


def _in_blocks(found: SufficientStatistics, block: np.ndarray) -> SufficientStatistics:
    windows = {key: replace(each, block=block) for key, each in found.windows.items()}
    return replace(found, windows=windows)


SCHEDULED = (scheduled(2),)
