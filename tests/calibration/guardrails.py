"""Worlds in which a guardrail stands exactly at its margin: as much harm as is just too much.

The primary metric gains a lot with the effect, so that only the guardrail keeps the variant from
shipping.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from experiments.plan.document import Direction, Kind, Metric, Role, Source, Table
from impact.analysis.estimates import Analysis, Verdict
from impact.analysis.sufficient import ArmProportion, SufficientStatistics, SurvivalCounts
from tests.calibration.rows import merged
from tests.calibration.worlds import (
    ARMS,
    SIZE,
    SIZES,
    Looks,
    Question,
    Truth,
    World,
    assigned,
    counted,
    moments,
    once,
    plan_of,
)

Harm = Callable[[np.random.Generator, np.ndarray], Mapping[str, Any]]  # statistics, by arm
GAIN = 2.0
NOTHING: dict[str, Any] = {}
HORIZON, HAZARD = 120, 0.004
ROWS = Source(table=Table.CONTACTS)


def at_margin(
    name: str, guardrail: Metric, harm: Harm, truth: Truth, sizes: tuple[int, ...] = SIZES
) -> World:
    """A primary metric that may gain, and a guardrail whose harm is its margin."""

    def draw(rng: np.random.Generator, n: int, effect: bool) -> Looks:  # noqa: FBT001
        arm = assigned(rng, n)
        score = 5 + rng.normal(0, 1, n) + GAIN * effect * (arm == 1)
        arms, checks = counted(arm)
        found: dict[str, Any] = {**harm(rng, arm)}
        own = {"score": moments(arm, ("y",), score[:, None])}
        of_means = own | found.pop("moments", NOTHING)
        return once(SufficientStatistics(arms=arms, checks=checks, moments=of_means, **found))

    return World(
        name=f"guardrail at its margin, {name}",
        plan=plan_of(PRIMARY, guardrail),
        draw=draw,
        truth=merged({("score", "mean_difference"): GAIN}, truth),
        changed=frozenset({guardrail.key}),
        questions=(SHIPS,),
        sizes=sizes,
    )


def costs(margin: float) -> World:
    """Skewed costs per customer that rise by the margin."""

    def harm(rng: np.random.Generator, arm: np.ndarray) -> Mapping[str, Any]:
        cost = rng.gamma(1.5, 4.0, len(arm)) + margin * (arm == 1)
        return {"moments": {"cost": moments(arm, ("y",), cost[:, None])}}

    metric = _guardrail("cost", Kind.MEAN, margin, Direction.DECREASE)
    return at_margin("mean", metric, harm, {("cost", "mean_difference"): margin})


def shares(name: str, control: float, margin: float) -> World:
    """Customers with a complaint: a share that rises by the margin."""

    def harm(rng: np.random.Generator, arm: np.ndarray) -> Mapping[str, Any]:
        happened = rng.random(len(arm)) < control + margin * (arm == 1)
        found = tuple(
            ArmProportion(
                variant=key,
                n=int((arm == place).sum()),
                successes=int(happened[arm == place].sum()),
            )
            for place, key in enumerate(ARMS)
        )
        return {"proportions": {"complained": found}}

    metric = _guardrail("complained", Kind.PROPORTION, margin, Direction.DECREASE)
    truth = {
        ("complained", "proportion_difference"): margin,
        ("complained", "risk_ratio"): 1 + margin / control,
    }
    return at_margin(name, metric, harm, truth)


def longer(margin: float) -> World:
    """Seconds per contact that rise by the margin."""

    def harm(rng: np.random.Generator, arm: np.ndarray) -> Mapping[str, Any]:
        contacts = 1.0 + rng.poisson(2 * rng.gamma(2.0, 0.5, len(arm)))
        seconds = contacts * (300 + margin * (arm == 1) + rng.normal(0, 90, len(arm)))
        found = moments(arm, ("y", "d"), np.column_stack([seconds, contacts]))
        return {"moments": {"handle_time": found}}

    metric = _guardrail("handle_time", Kind.RATIO, margin, Direction.DECREASE)
    return at_margin("ratio", metric, harm, {("handle_time", "ratio_difference"): margin})


def leaving(margin: float) -> World:
    """Customers whose hazard of leaving rises to the margin, which is a hazard ratio."""

    def harm(rng: np.random.Generator, arm: np.ndarray) -> Mapping[str, Any]:
        churn = np.ceil(rng.exponential(1 / (HAZARD * np.where(arm == 1, margin, 1.0))))
        end = rng.integers(HORIZON + 1, 2 * HORIZON + 1, size=len(arm))
        time = np.minimum(churn, end).astype(np.int64)
        left = (churn <= end).astype(np.int64)
        cells, n = np.unique(4 * time + 2 * arm + left, return_counts=True)
        found = SurvivalCounts(
            variant=np.array(ARMS)[cells // 2 % 2], time=cells // 4, event=cells % 2, n=n
        )
        return {"survival": {"churn": (found,)}}

    metric = _guardrail("churn", Kind.TIME_TO_EVENT, margin, Direction.DECREASE)
    return at_margin("time to event", metric, harm, {("churn", "hazard_ratio"): margin})


def _guardrail(key: str, kind: Kind, margin: float, direction: Direction) -> Metric:
    timed = kind is Kind.TIME_TO_EVENT
    return Metric(
        key=key,
        role=Role.GUARDRAIL,
        kind=kind,
        source=Source(table=Table.CHURN) if timed else ROWS,
        denominator=ROWS if kind is Kind.RATIO else None,
        window=None if timed else 90,
        horizon=HORIZON if timed else None,
        margin=margin,
        direction=direction,
    )


def _ships(found: Analysis, _truth: Truth, _rng: np.random.Generator) -> bool:
    return found.decision.verdict is Verdict.SHIP


SHIPS = Question(name="ships", method="verdict", wrong=_ships, with_effect=True, rate=SIZE / 2)
PRIMARY = Metric(key="score", role=Role.PRIMARY, kind=Kind.MEAN, source=ROWS, window=90)
GUARDRAILS = (
    costs(1.0),
    shares("proportion", control=0.3, margin=0.05),
    shares("rare proportion", control=0.02, margin=0.02),
    longer(15.0),
    leaving(1.25),
)
