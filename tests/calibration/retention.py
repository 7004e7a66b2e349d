"""Worlds of customers who leave: often, rarely, or all on the same few days."""

import numpy as np

from experiments.plan.document import Covariate, Kind, Metric, Plan, Role, Source, Table
from impact.analysis.sufficient import SufficientStatistics, SurvivalCounts
from tests.calibration.worlds import ARMS, Looks, World, assigned, counted, once, plan_of

HAZARD_RATIO = 0.8
METRIC = "retention"
TIERS = ("basic", "pro")


def retention(name: str, *, hazard: float, horizon: int) -> World:
    """Customers who leave with the same chance at each of the times 1, 2, 3 ...

    Observation ends at a random time between the horizon and twice the horizon. With the effect
    every chance to stay is raised to the power of the hazard ratio, so that hazards are
    proportional though time is discrete. The tier plays no part.
    """

    def draw(rng: np.random.Generator, n: int, effect: bool) -> Looks:  # noqa: FBT001
        arm = assigned(rng, n)
        ratio = np.where(arm == 1, HAZARD_RATIO, 1.0) if effect else np.ones(n)
        churn = np.ceil(rng.exponential(1 / (-np.log1p(-hazard) * ratio)))
        end = rng.integers(horizon + 1, 2 * horizon + 1, size=n)
        time = np.minimum(churn, end).astype(np.int64)
        arms, checks = counted(arm)
        cells = _cells(arm, time, (churn <= end).astype(np.int64), rng.integers(2, size=n))
        return once(SufficientStatistics(arms=arms, checks=checks, survival={METRIC: (cells,)}))

    stay = np.array([1 - hazard, (1 - hazard) ** HAZARD_RATIO])
    survival = stay**horizon
    restricted = (stay[:, None] ** np.arange(horizon)).sum(axis=1)
    truth = {
        (METRIC, "hazard_ratio"): HAZARD_RATIO,
        (METRIC, "survival_probability_difference"): float(survival[1] - survival[0]),
        (METRIC, "rmst_difference"): float(restricted[1] - restricted[0]),
        (METRIC, "rmst_ratio"): float(restricted[1] / restricted[0]),
        (METRIC, "coefficient"): 0.0,
    }
    return World(name=name, plan=_plan(horizon), draw=draw, truth=truth)


def _plan(horizon: int) -> Plan:
    metric = Metric(
        key=METRIC,
        role=Role.PRIMARY,
        kind=Kind.TIME_TO_EVENT,
        source=Source(table=Table.CHURN),
        horizon=horizon,
        covariates=(Covariate(name="tier"),),
    )
    return plan_of(metric)


def _cells(
    arm: np.ndarray, time: np.ndarray, event: np.ndarray, tier: np.ndarray
) -> SurvivalCounts:
    shape = (int(time.max()) + 1, 2, 2, 2)
    counts = np.bincount(np.ravel_multi_index((time, event, arm, tier), shape))
    filled = np.flatnonzero(counts)
    times, events, arms, tiers = np.unravel_index(filled, shape)
    return SurvivalCounts(
        variant=np.array(ARMS)[arms],
        time=times.astype(np.int64),
        event=events.astype(np.int64),
        n=counts[filled].astype(np.int64),
        covariates={"tier": np.array(TIERS)[tiers]},
    )


RETENTION = (
    retention("retention, a third leaves", hazard=0.004, horizon=120),
    retention("retention, one in fifty leaves", hazard=0.0002, horizon=120),
    retention("retention, counted by month", hazard=0.08, horizon=5),
)
