"""A world of three reasons to leave, two of them rare."""

import numpy as np

from experiments.plan.time_to_event import TimeToEvent
from impact.analysis.sufficient import SufficientStatistics, SurvivalCounts
from tests.calibration.retention import METRIC, retention_plan
from tests.calibration.worlds import ARMS, Looks, World, assigned, counted, once

HORIZON = 120
HAZARDS = {"moved": 0.002, "unpaid": 0.0002, "deceased": 0.0001}
FEWER = 0.6  # hazard ratio of the first cause with the effect; the others stay


def three_causes() -> World:
    """Reasons that compete; the policy acts on the first, and so on how many meet the others."""
    rates = np.array(list(HAZARDS.values()))

    def draw(rng: np.random.Generator, n: int, effect: bool) -> Looks:  # noqa: FBT001
        arm = assigned(rng, n)
        own = np.tile(rates, (n, 1))
        own[:, 0] *= np.where(effect & (arm == 1), FEWER, 1.0)
        every = rng.exponential(1 / own)
        first = every.argmin(axis=1)
        churn = np.ceil(every.min(axis=1))
        end = rng.integers(HORIZON + 1, 2 * HORIZON + 1, size=n)
        left = churn <= end
        arms, checks = counted(arm)
        cells = SurvivalCounts(
            variant=np.array(ARMS)[arm],
            time=np.minimum(churn, end).astype(np.int64),
            event=left.astype(np.int64),
            n=np.ones(n, dtype=np.int64),
            cause=np.where(left, np.array(tuple(HAZARDS))[first], ""),
        )
        return once(SufficientStatistics(arms=arms, checks=checks, survival={METRIC: (cells,)}))

    plan = retention_plan(HORIZON, covariates=(), time_to_event=TimeToEvent(causes=tuple(HAZARDS)))
    truth = {(METRIC, "cumulative_incidence_difference", name): _gain(name) for name in HAZARDS}
    name = "retention, three causes, two of them rare"
    return World(name=name, plan=plan, draw=draw, truth=truth)


def _gain(name: str) -> float:
    """Return how much the effect changes the share that left for a cause by the horizon."""
    shares = []
    for ratio in (FEWER, 1.0):
        rates = HAZARDS | {"moved": HAZARDS["moved"] * ratio}
        total = sum(rates.values())
        shares.append(rates[name] / total * (1 - np.exp(-total * HORIZON)))
    return float(shares[0] - shares[1])


RARE_CAUSES = (three_causes(),)
