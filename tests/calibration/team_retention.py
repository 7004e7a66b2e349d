"""Worlds of customers who leave, whose teams are alike within and were randomised as a whole."""

import numpy as np

from impact.analysis.sufficient import SufficientStatistics, SurvivalCounts
from tests.calibration.retention import METRIC, retention_plan
from tests.calibration.worlds import ARMS, Looks, World, counted, once

UNLIKE = 0.3  # spread of the teams' log hazards
HORIZON, HAZARD = 120, 0.004


def in_teams(teams: int, *, giant: float = 0.0) -> World:
    """Customers of so many teams, each team in one arm and with a hazard of its own; no effect.

    The first team has the share `giant` of all customers, the others are of one size.
    """

    def draw(rng: np.random.Generator, n: int, _effect: bool) -> Looks:  # noqa: FBT001
        arm_of_team = rng.permutation(np.arange(teams) % 2)
        team = rng.choice(teams, n, p=shares(teams, giant))
        rate = HAZARD * np.exp(rng.normal(0, UNLIKE, teams))[team]
        churn = np.ceil(rng.exponential(1 / rate))
        end = rng.integers(HORIZON + 1, 2 * HORIZON + 1, size=n)
        arms, checks = counted(arm_of_team[team])
        cells = SurvivalCounts(
            variant=np.array(ARMS)[arm_of_team[team]],
            time=np.minimum(churn, end).astype(np.int64),
            event=(churn <= end).astype(np.int64),
            n=np.ones(n, dtype=np.int64),
            clusters={"team": team},
        )
        return once(SufficientStatistics(arms=arms, checks=checks, survival={METRIC: (cells,)}))

    plan = retention_plan(HORIZON, covariates=(), cluster="team")
    differences = ("survival_probability_difference", "rmst_difference")
    ratios = ("hazard_ratio", "rmst_ratio", "lost_time_ratio")
    truth = {(METRIC, name): 0.0 for name in differences} | {(METRIC, name): 1.0 for name in ratios}
    name = f"retention, customers of {teams} teams"
    if giant:
        name = f"{name}, one with {giant:.0%}"
    return World(name=name, plan=plan, draw=draw, truth=truth, sizes=(1_000 if giant else 2_000,))


def shares(teams: int, giant: float) -> np.ndarray:
    """Return each team's share of the customers: one size, but for the first."""
    if not giant:
        return np.full(teams, 1 / teams)
    return np.concatenate([[giant], np.full(teams - 1, (1 - giant) / (teams - 1))])


TEAM_RETENTION = (
    in_teams(12),
    in_teams(24),
    in_teams(60),
    in_teams(24, giant=0.15),
    in_teams(60, giant=0.3),
)
