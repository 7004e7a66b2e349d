"""Worlds of customers who come under risk late, leave at renewals, or differ by contract."""

from typing import Any

import numpy as np

from experiments.plan.document import Plan
from experiments.plan.time_to_event import AtRisk, RiskColumn, TimeToEvent
from impact.analysis.sufficient import SufficientStatistics, SurvivalCounts
from tests.calibration.retention import HAZARD_RATIO, METRIC, retention_plan
from tests.calibration.worlds import ARMS, Looks, World, assigned, counted, once

HORIZON = 120
CONTRACTS, HAZARDS = ("postpaid", "prepaid"), (0.002, 0.01)
LATEST = 30  # day of the last entry
MONTH, AT_RENEWAL = 30, 0.08


def entering_late() -> World:
    """Half of the customers are at risk from the start, the others from a later day on."""

    def draw(rng: np.random.Generator, n: int, effect: bool) -> Looks:  # noqa: FBT001
        arm = assigned(rng, n)
        entry = np.where(rng.random(n) < 1 / 2, -1, rng.integers(0, LATEST, n))
        rate = 0.004 * (HAZARD_RATIO**arm if effect else np.ones(n))
        churn = np.maximum(entry, 0) + np.ceil(rng.exponential(1 / rate))
        return _found(rng, arm, churn, entry=entry)

    return World(name="retention, at risk late", plan=_plan(), draw=draw, truth=_truth())


def renewing() -> World:
    """Everybody can leave on a renewal alone, every thirty days from one of their own."""

    def draw(rng: np.random.Generator, n: int, effect: bool) -> Looks:  # noqa: FBT001
        arm = assigned(rng, n)
        first = rng.choice(np.array([10, 20, 30]), n)
        stay = (1 - AT_RENEWAL) ** (HAZARD_RATIO**arm if effect else np.ones(n))
        renewals = rng.geometric(1 - stay)
        churn = (first + MONTH * (renewals - 1)).astype(np.float64)
        return _found(rng, arm, churn, entry=first - 1)

    truth = {(METRIC, "hazard_ratio"): HAZARD_RATIO}
    return World(name="retention, leaving at renewals", plan=_plan(), draw=draw, truth=truth)


def by_contract() -> World:
    """Two contracts whose hazards are nothing alike, each with a baseline of its own."""

    def draw(rng: np.random.Generator, n: int, effect: bool) -> Looks:  # noqa: FBT001
        arm, contract = assigned(rng, n), rng.integers(2, size=n)
        rate = np.array(HAZARDS)[contract] * (HAZARD_RATIO**arm if effect else np.ones(n))
        churn = np.ceil(rng.exponential(1 / rate))
        return _found(rng, arm, churn, strata={"contract": np.array(CONTRACTS)[contract]})

    plan = retention_plan(HORIZON, covariates=(), strata=("contract",))
    truth = {(METRIC, "hazard_ratio"): HAZARD_RATIO}
    return World(name="retention, stratified by contract", plan=plan, draw=draw, truth=truth)


def _plan() -> Plan:
    asked = TimeToEvent(at_risk=AtRisk(columns=(RiskColumn.AT_RISK_FROM,)))
    return retention_plan(HORIZON, covariates=(), time_to_event=asked)


def _truth() -> dict[tuple[str, str], float]:
    """Return what is true of somebody at risk from the start with a constant hazard by day."""
    stay = np.exp(-0.004 * np.array([1.0, HAZARD_RATIO]))
    survival = stay**HORIZON
    means = (stay[:, None] ** np.arange(HORIZON)).sum(axis=1)
    return {
        (METRIC, "hazard_ratio"): HAZARD_RATIO,
        (METRIC, "survival_probability_difference"): float(survival[1] - survival[0]),
        (METRIC, "rmst_difference"): float(means[1] - means[0]),
    }


def _found(rng: np.random.Generator, arm: np.ndarray, churn: np.ndarray, **columns: Any) -> Looks:  # noqa: ANN401  # columns of the counts
    end = rng.integers(HORIZON + 1, 2 * HORIZON + 1, size=arm.size)
    arms, checks = counted(arm)
    cells = SurvivalCounts(
        variant=np.array(ARMS)[arm],
        time=np.minimum(churn, end).astype(np.int64),
        event=(churn <= end).astype(np.int64),
        n=np.ones(arm.size, dtype=np.int64),
        **columns,
    )
    return once(SufficientStatistics(arms=arms, checks=checks, survival={METRIC: (cells,)}))


RISK_INTERVALS = (entering_late(), renewing(), by_contract())
