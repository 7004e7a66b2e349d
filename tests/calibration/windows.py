"""Worlds of numbers per customer in a window: money, handle time, problems solved."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import numpy as np

from experiments.plan.document import (
    Cuped,
    Economics,
    Kind,
    Metric,
    Role,
    Source,
    Table,
)
from impact.analysis.sufficient import ArmProportion, SufficientStatistics
from tests.calibration.worlds import ARMS, Looks, World, assigned, counted, moments, once, plan_of

CONTACTS = Source(table=Table.CONTACTS)
HANDLE_TIME = Metric(
    key="handle_time",
    role=Role.PRIMARY,
    kind=Kind.RATIO,
    source=CONTACTS,
    denominator=CONTACTS,
    unit="second",
    window=30,
)
RESOLVED = Metric(
    key="resolved", role=Role.PRIMARY, kind=Kind.PROPORTION, source=CONTACTS, window=30
)
LIFT = 0.1
COST = Decimal("0.5")
SECONDS = 300.0
LONGER = 12.0
LONGER_MINUTES = 0.5


def money(name: str, spend: Callable[[np.random.Generator, int], np.ndarray]) -> World:
    """Revenue of mean 20 with the same of the months before, and minutes of handling.

    With the effect revenue rises by a tenth of itself, and handling by half a minute.
    """

    def draw(rng: np.random.Generator, n: int, effect: bool) -> Looks:  # noqa: FBT001
        arm = assigned(rng, n)
        need = rng.gamma(4.0, 0.25, n)
        before = need * spend(rng, n)
        revenue = need * spend(rng, n) * np.where(effect & (arm == 1), 1 + LIFT, 1.0)
        minutes = rng.gamma(3.0, 2.0, n) * need + np.where(effect & (arm == 1), LONGER_MINUTES, 0.0)
        arms, checks = counted(arm)
        found = SufficientStatistics(
            arms=arms,
            checks=checks,
            moments={"spend": moments(arm, ("y", "x"), np.column_stack([revenue, before]))},
            money={
                "revenue_and_handling": moments(
                    arm, ("revenue", "handle_minutes"), np.column_stack([revenue, minutes])
                )
            },
            currency="EUR",
        )
        return once(found)

    metric = Metric(
        key="spend",
        role=Role.PRIMARY,
        kind=Kind.MEAN,
        source=CONTACTS,
        unit="EUR",
        window=90,
        adjustment=Cuped(pre_window=90),
    )
    economics = Economics(currency="EUR", cost_per_handle_minute=COST)
    gain = 20.0 * LIFT
    truth = {
        ("spend", "mean_difference"): gain,
        ("spend", "relative_difference"): LIFT,
        ("spend", "mean", "control"): 20.0,
        ("spend", "mean", "patient"): 20.0 + gain,
        ("net_value", "net_value"): gain - float(COST) * LONGER_MINUTES,
    }
    plan = replace(plan_of(metric), economics=economics)
    return World(name=name, plan=plan, draw=draw, truth=truth)


def share(name: str, *, control: float, patient: float) -> World:
    """Whether it happened, with one chance in each arm."""

    def draw(rng: np.random.Generator, n: int, effect: bool) -> Looks:  # noqa: FBT001
        arm = assigned(rng, n)
        chance = np.where(effect & (arm == 1), patient, control)
        happened = rng.random(n) < chance
        arms, checks = counted(arm)
        found = tuple(
            ArmProportion(
                variant=key,
                n=int((arm == place).sum()),
                successes=int(happened[arm == place].sum()),
            )
            for place, key in enumerate(ARMS)
        )
        return once(SufficientStatistics(arms=arms, checks=checks, proportions={"resolved": found}))

    truth = {
        ("resolved", "proportion_difference"): patient - control,
        ("resolved", "risk_ratio"): patient / control,
        ("resolved", "proportion", "control"): control,
        ("resolved", "proportion", "patient"): patient,
    }
    return World(name=name, plan=plan_of(RESOLVED), draw=draw, truth=truth)


def handling(name: str) -> World:
    """Seconds per contact: customers who call more also talk longer."""

    def draw(rng: np.random.Generator, n: int, effect: bool) -> Looks:  # noqa: FBT001
        arm = assigned(rng, n)
        contacts = 1.0 + rng.poisson(2 * rng.gamma(2.0, 0.5, n))
        longer = np.where(effect & (arm == 1), LONGER, 0.0)
        seconds = contacts * (SECONDS + longer + rng.normal(0, 90, n))
        arms, checks = counted(arm)
        found = moments(arm, ("y", "d"), np.column_stack([seconds, contacts]))
        return once(SufficientStatistics(arms=arms, checks=checks, moments={"handle_time": found}))

    truth = {
        ("handle_time", "ratio_difference"): LONGER,
        ("handle_time", "relative_difference"): LONGER / SECONDS,
    }
    return World(name=name, plan=plan_of(HANDLE_TIME), draw=draw, truth=truth)


def _skewed(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.gamma(2.0, 10.0, n)


def _mostly_nothing(rng: np.random.Generator, n: int) -> np.ndarray:
    """Seven of ten spend nothing, the others a lognormal amount; 20 on average."""
    buys = rng.random(n) < 0.3
    amount: np.ndarray = np.where(buys, rng.lognormal(np.log(20 / 0.3) - 0.5, 1.0, n), 0.0)
    return amount


WINDOWS = (
    money("revenue, skewed", _skewed),
    money("revenue, seven of ten spend nothing", _mostly_nothing),
    share("resolved, seven of ten", control=0.7, patient=0.75),
    share("resolved, one in a hundred", control=0.01, patient=0.015),
    handling("handle time per contact"),
)
