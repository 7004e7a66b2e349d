"""Worlds of whole teams whose customers are of several tiers: is the effect the same in all?"""

from dataclasses import replace

import numpy as np

from impact.analysis.sufficient import ClusterCounts, SufficientStatistics
from tests.calibration.groups import METRIC
from tests.calibration.team_retention import shares
from tests.calibration.worlds import ARMS, SIZES, Looks, World, counted, once, plan_of

ALIKE, ALIKE_WITHIN = 0.03, 0.05  # shares of variance: of the team, of the team in one tier
BASE, LIFT = 5.0, 0.3
TIERS = ("basic", "plus", "pro")


def tiers_of(teams: int, *, giant: float = 0.0) -> World:
    """So many teams in whole arms; each does better with one tier than with another."""

    def draw(rng: np.random.Generator, n: int, effect: bool) -> Looks:  # noqa: FBT001
        arm_of_team = rng.permutation(np.arange(teams) % 2)
        team = rng.choice(teams, n, p=shares(teams, giant))
        tier = rng.choice(len(TIERS), n, p=[0.5, 0.3, 0.2])
        level = rng.normal(0, np.sqrt(ALIKE), (teams, 1))
        level = level + rng.normal(0, np.sqrt(ALIKE_WITHIN), (teams, len(TIERS)))
        own = rng.normal(0, np.sqrt(1 - ALIKE - ALIKE_WITHIN), n)
        arm = arm_of_team[team]
        score = BASE + level[team, tier] + own + LIFT * effect * (arm == 1)
        arms, checks = counted(arm)
        parts = [("all", np.ones(n, dtype=bool))]
        parts += [(f"tier={name}", tier == place) for place, name in enumerate(TIERS)]
        counts = tuple(_counts(name, team[in_], arm_of_team, score[in_]) for name, in_ in parts)
        return once(SufficientStatistics(arms=arms, checks=checks, clusters={METRIC.key: counts}))

    plan = replace(plan_of(replace(METRIC, cluster="team")), segments=("tier",))
    said = f", one with {giant:.0%}" if giant else ""
    name = f"score in three tiers, {teams} teams{said}"
    truth = {
        (METRIC.key, "mean_difference"): LIFT,
        (METRIC.key, "relative_difference"): LIFT / BASE,
    }
    sizes = SIZES[:1] if giant else SIZES[:2]
    return World(name=name, plan=plan, draw=draw, truth=truth, sizes=sizes)


def _counts(
    segment: str, team: np.ndarray, arm_of_team: np.ndarray, score: np.ndarray
) -> ClusterCounts:
    codes, place = np.unique(team, return_inverse=True)
    return ClusterCounts(
        segment=segment,
        names=("y",),
        cluster=codes,
        variant=np.array(ARMS)[arm_of_team[codes]],
        n=np.bincount(place),
        sums=np.bincount(place, score)[:, None].astype(np.float64),
        shared=True,
    )


TEAM_SEGMENTS = (
    tiers_of(12),
    tiers_of(24),
    tiers_of(60),
    tiers_of(60, giant=0.1),
    tiers_of(60, giant=0.3),
)
