"""Worlds in which the whole queue alternates between the arms, window by window."""

from dataclasses import replace

import numpy as np

from experiments.plan.document import Kind, Metric, Role, Source, Table, Unit
from experiments.plan.switchback import Switchback
from impact.analysis.sufficient import (
    ArmCount,
    CheckCounts,
    ClusterCounts,
    SufficientStatistics,
    WindowCounts,
)
from tests.calibration.worlds import ARMS, Looks, World, once, plan_of

SECONDS, LONGER = 300.0, 12.0
BY_DAY, BY_WINDOW, BY_CONTACT = 20.0, 8.0, 90.0  # spread of the seconds
CARRIED = 6.0  # what the variant in the window before still adds
EACH_DAY = 4  # windows
CONTACTS = Source(table=Table.CONTACTS)
METRIC = Metric(
    key="handle_time",
    role=Role.PRIMARY,
    kind=Kind.RATIO,
    source=CONTACTS,
    denominator=CONTACTS,
    unit="second",
    window=1,
)


def alternating(days: int, *, carried: float = 0.0) -> World:
    """So many days of four windows, half of each day's in each arm; busy days take longer.

    With `carried` what the window before had still acts, with and without the effect: the effect
    of a window's own arm is then biased, and the carry-over row is the one that must hold.
    """

    def draw(rng: np.random.Generator, n: int, effect: bool) -> Looks:  # noqa: FBT001
        day = np.repeat(np.arange(days), EACH_DAY)
        one_day = np.arange(EACH_DAY) % 2
        arm = np.concatenate([rng.permutation(one_day) for _ in range(days)])
        before = np.where(day == np.roll(day, 1), np.roll(arm, 1), -1)
        before[0] = -1
        contacts = 1 + rng.poisson(n / day.size, day.size)
        mean = (
            SECONDS
            + rng.normal(0, BY_DAY, days)[day]
            + rng.normal(0, BY_WINDOW, day.size)
            + LONGER * effect * (arm == 1)
            + carried * (before == 1)
        )
        total = contacts * mean + rng.normal(0, BY_CONTACT * np.sqrt(contacts))
        return once(windows_found(arm, day, before, np.stack([total, contacts], axis=1)))

    plan = replace(
        plan_of(METRIC), unit=Unit.CONTACT, switchback=Switchback(burn_in=15), shared_queue=False
    )
    name = f"handle time, switchback of {days} days"
    effects = ("ratio_difference", "switchback_effect")
    if carried:
        known = {(METRIC.key, "coefficient"): carried}
        name = f"{name}, with carry-over"
        moved = frozenset({METRIC.key})
        return World(name=name, plan=plan, draw=draw, always=known, changed=moved, sizes=(2_000,))
    truth = {(METRIC.key, effect): LONGER for effect in effects}
    truth[METRIC.key, "coefficient"] = 0.0
    return World(name=name, plan=plan, draw=draw, truth=truth, sizes=(2_000,))


def windows_found(
    arm: np.ndarray, day: np.ndarray, before: np.ndarray, sums: np.ndarray
) -> SufficientStatistics:
    """Return what is known of windows: `sums` (windows, 2) of seconds and contacts."""
    contacts = sums[:, 1].astype(np.int64)
    sizes = np.bincount(arm, weights=contacts).astype(int).tolist()
    pairs = tuple(zip(ARMS, sizes, strict=True))
    windows = WindowCounts(
        counts=ClusterCounts(
            names=("y", "d"),
            cluster=np.arange(arm.size),
            variant=np.array(ARMS)[arm],
            n=contacts,
            sums=sums.astype(np.float64),
        ),
        day=day,
        before=np.array(["", *ARMS])[before + 1],
    )
    return SufficientStatistics(
        arms=tuple(
            ArmCount(variant=name, n_units=n, n_eligible=n, n_mature=n) for name, n in pairs
        ),
        checks=CheckCounts(assigned=pairs),
        windows={METRIC.key: windows},
    )


SWITCHBACKS = (alternating(3), alternating(7), alternating(7, carried=CARRIED))
