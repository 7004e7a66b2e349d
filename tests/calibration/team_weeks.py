"""Worlds of customers of whole teams who leave, counted by week: ties, and a tier to adjust for."""

import numpy as np

from experiments.plan.document import Covariate
from impact.analysis.sufficient import SufficientStatistics, SurvivalCounts
from tests.calibration.retention import METRIC, TIERS, retention_plan
from tests.calibration.worlds import ARMS, Looks, World, counted, once

UNLIKE = 0.3  # spread of the teams' log hazards
HORIZON, HAZARD = 12, 0.03  # weeks
SIZES = (200, 2_000)


def weekly(teams: int) -> World:
    """Customers of so many teams, each team in one arm with a hazard and a mix of tiers of its own.

    No effect; nor does the tier have one.
    """

    def draw(rng: np.random.Generator, n: int, _effect: bool) -> Looks:  # noqa: FBT001
        arm_of_team = rng.permutation(np.arange(teams) % 2)
        team = rng.integers(teams, size=n)
        rate = HAZARD * np.exp(rng.normal(0, UNLIKE, teams))[team]
        tier = (rng.random(n) < rng.beta(2.0, 2.0, teams)[team]).astype(np.int64)
        churn = np.ceil(rng.exponential(1 / rate))
        end = rng.integers(HORIZON + 1, 2 * HORIZON + 1, size=n)
        columns = (np.minimum(churn, end).astype(np.int64), (churn <= end), tier, team)
        arms, checks = counted(arm_of_team[team])
        cells = _cells(columns, arm_of_team)
        return once(SufficientStatistics(arms=arms, checks=checks, survival={METRIC: (cells,)}))

    plan = retention_plan(HORIZON, covariates=(Covariate(name="tier"),), cluster="team")
    nothing = ("survival_probability_difference", "rmst_difference", "coefficient")
    ratios = ("hazard_ratio", "rmst_ratio", "lost_time_ratio")
    truth = {(METRIC, name): 0.0 for name in nothing} | {(METRIC, name): 1.0 for name in ratios}
    name = f"retention by week, customers of {teams} teams"
    return World(name=name, plan=plan, draw=draw, truth=truth, sizes=SIZES)


def _cells(columns: tuple[np.ndarray, ...], arm_of_team: np.ndarray) -> SurvivalCounts:
    """Count identical customers: of time, event, tier and team."""
    shape = (2 * HORIZON + 1, 2, 2, arm_of_team.size)
    counts = np.bincount(np.ravel_multi_index(columns, shape))
    filled = np.flatnonzero(counts)
    time, event, tier, team = np.unravel_index(filled, shape)
    return SurvivalCounts(
        variant=np.array(ARMS)[arm_of_team[team]],
        time=time.astype(np.int64),
        event=event.astype(np.int64),
        n=counts[filled].astype(np.int64),
        covariates={"tier": np.array(TIERS)[tier]},
        clusters={"team": team.astype(np.int64)},
    )


TEAM_WEEKS = (weekly(24), weekly(60))
