"""Worlds of customers who leave: often, rarely, for two reasons, or all on the same few days."""

from typing import Any

import numpy as np

from experiments.plan.document import Covariate, Kind, Metric, Plan, Role, Source, Table
from experiments.plan.time_to_event import FlemingHarrington, TimeToEvent
from impact.analysis.sufficient import SufficientStatistics, SurvivalCounts
from tests.calibration.worlds import ARMS, Looks, World, assigned, counted, once, plan_of

HAZARD_RATIO = 0.8
METRIC = "retention"
TIERS = ("basic", "pro")
CAUSES = ("voluntary", "involuntary")


def retention(name: str, *, hazard: float, horizon: int, causes: bool = False) -> World:
    """Customers who leave with the same chance at each of the times 1, 2, 3 ...

    Observation ends at a random time between the horizon and twice the horizon. With the effect
    every chance to stay is raised to the power of the hazard ratio, so that hazards are
    proportional though time is discrete. The tier plays no part, and both reasons to leave are as
    likely.
    """

    def draw(rng: np.random.Generator, n: int, effect: bool) -> Looks:  # noqa: FBT001
        arm = assigned(rng, n)
        ratio = np.where(arm == 1, HAZARD_RATIO, 1.0) if effect else np.ones(n)
        churn = np.ceil(rng.exponential(1 / (-np.log1p(-hazard) * ratio)))
        end = rng.integers(horizon + 1, 2 * horizon + 1, size=n)
        time = np.minimum(churn, end).astype(np.int64)
        event = (churn <= end).astype(np.int64)
        arms, checks = counted(arm)
        cells = cells_of((time, event, arm, *rng.integers(2, size=(2, n))))
        return once(SufficientStatistics(arms=arms, checks=checks, survival={METRIC: (cells,)}))

    stay = np.array([1 - hazard, (1 - hazard) ** HAZARD_RATIO])
    survival = stay**horizon
    restricted = (stay[:, None] ** np.arange(horizon)).sum(axis=1)
    lost = horizon - restricted
    truth = {
        (METRIC, "hazard_ratio"): HAZARD_RATIO,
        (METRIC, "survival_probability_difference"): float(survival[1] - survival[0]),
        (METRIC, "rmst_difference"): float(restricted[1] - restricted[0]),
        (METRIC, "rmst_ratio"): float(restricted[1] / restricted[0]),
        (METRIC, "lost_time_ratio"): float(lost[1] / lost[0]),
    }
    if causes:
        left = float(survival[0] - survival[1]) / len(CAUSES)
        truth[METRIC, "cumulative_incidence_difference"] = left
        return World(name=name, plan=retention_plan(horizon, **REASONS), draw=draw, truth=truth)
    truth[METRIC, "coefficient"] = 0.0
    return World(name=name, plan=retention_plan(horizon), draw=draw, truth=truth)


def retention_plan(horizon: int, **fields: Any) -> Plan:  # noqa: ANN401  # fields of a metric
    """Return a plan of retention until the horizon, with further fields of its metric."""
    metric = Metric(
        key=METRIC,
        role=Role.PRIMARY,
        kind=Kind.TIME_TO_EVENT,
        source=Source(table=Table.CHURN),
        horizon=horizon,
        **{"covariates": (Covariate(name="tier"),), **fields},
    )
    return plan_of(metric)


def cells_of(columns: tuple[np.ndarray, ...]) -> SurvivalCounts:
    """Count identical customers: of time, event, arm, tier and reason to leave."""
    shape = (int(columns[0].max()) + 1, 2, 2, 2, 2)
    counts = np.bincount(np.ravel_multi_index(columns, shape))
    filled = np.flatnonzero(counts)
    time, event, arm, tier, reason = np.unravel_index(filled, shape)
    return SurvivalCounts(
        variant=np.array(ARMS)[arm],
        time=time.astype(np.int64),
        event=event.astype(np.int64),
        n=counts[filled].astype(np.int64),
        covariates={"tier": np.array(TIERS)[tier]},
        cause=np.where(event == 1, np.array(CAUSES)[reason], ""),
    )


REASONS: dict[str, Any] = {
    "covariates": (),
    "time_to_event": TimeToEvent(
        robust=True, log_rank_weights=FlemingHarrington(rho=0, gamma=1), causes=CAUSES
    ),
}
RETENTION = (
    retention("retention, a third leaves", hazard=0.004, horizon=120),
    retention("retention, one in fifty leaves", hazard=0.0002, horizon=120),
    retention("retention, counted by month", hazard=0.08, horizon=5),
    retention("retention, two causes", hazard=0.004, horizon=120, causes=True),
)
