"""Worlds of seconds per contact where few customers call, so that contacts are uncertain."""

import numpy as np

from experiments.plan.document import Kind, Metric, Role, Source, Table
from impact.analysis.sufficient import SufficientStatistics
from tests.calibration.windows import HANDLE_TIME
from tests.calibration.worlds import Looks, World, assigned, counted, moments, once, plan_of

SECONDS, APART, OF_CUSTOMER = 300.0, 90.0, 60.0
LONGER = 30.0


def seldom(name: str, calls: float) -> World:
    """Customers of whom a share calls; who does calls once or more, and talks as long as ever."""

    def draw(rng: np.random.Generator, n: int, effect: bool) -> Looks:  # noqa: FBT001
        arm = assigned(rng, n)
        contacts = (rng.random(n) < calls) * rng.geometric(0.6, n).astype(np.float64)
        each = SECONDS + rng.normal(0, OF_CUSTOMER, n) + LONGER * effect * (arm == 1)
        seconds = contacts * each + np.sqrt(contacts) * rng.normal(0, APART, n)
        arms, checks = counted(arm)
        found = moments(arm, ("y", "d"), np.column_stack([seconds, contacts]))
        return once(SufficientStatistics(arms=arms, checks=checks, moments={"handle_time": found}))

    truth = {
        ("handle_time", "ratio_difference"): LONGER,
        ("handle_time", "relative_difference"): LONGER / SECONDS,
        ("handle_time", "ratio", "control"): SECONDS,
        ("handle_time", "ratio", "patient"): SECONDS + LONGER,
    }
    return World(name=name, plan=plan_of(HANDLE_TIME), draw=draw, truth=truth)


def weak_control(name: str, level: float) -> World:
    """Revenue whose level in control is hard to tell from zero: its relative change is weak."""

    def draw(rng: np.random.Generator, n: int, effect: bool) -> Looks:  # noqa: FBT001
        arm = assigned(rng, n)
        margin = level * (1 + effect * (arm == 1)) + rng.normal(0, 1, n)
        arms, checks = counted(arm)
        found = moments(arm, ("y",), margin[:, None])
        return once(SufficientStatistics(arms=arms, checks=checks, moments={"margin": found}))

    metric = Metric(key="margin", role=Role.PRIMARY, kind=Kind.MEAN, source=OBSERVED)
    truth = {("margin", "mean_difference"): level, ("margin", "relative_difference"): 1.0}
    return World(name=name, plan=plan_of(metric), draw=draw, truth=truth)


OBSERVED = Source(table=Table.OBSERVATIONS, column="margin")
RATIOS = (
    seldom("handle time, three in ten call", 0.3),
    seldom("handle time, one in twenty calls", 0.05),
    weak_control("contribution, a tenth of its spread", 0.1),
)
