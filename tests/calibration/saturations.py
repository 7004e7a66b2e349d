"""Worlds of teams drawn to have none, half or most of their customers treated."""

from dataclasses import replace

import numpy as np

from impact.analysis.sufficient import ClusterCounts, SufficientStatistics
from tests.calibration.groups import METRIC
from tests.calibration.worlds import ARMS, Looks, World, counted, moments, once, plan_of

ALIKE = 0.05  # intraclass correlation
DIRECT, SPILLOVER = 0.3, 0.2  # per share treated: what the treated gain, and those beside them
COLUMN = "saturation"


def saturated(teams: int, *, highest: float = 0.75) -> World:
    """So many teams, a third at each saturation, customers drawn within their team.

    Where all of a team are treated nobody is left to compare them with.
    """
    saturations = (0.0, 0.5, highest)

    def draw(rng: np.random.Generator, n: int, effect: bool) -> Looks:  # noqa: FBT001
        level = rng.permutation(np.arange(teams) % len(saturations))
        team = np.concatenate([np.arange(teams), rng.integers(teams, size=n - teams)])
        share = np.array(saturations)[level][team]
        arm = (rng.random(n) < share).astype(np.int64)
        score = (
            5
            + rng.normal(0, np.sqrt(ALIKE), teams)[team]
            + rng.normal(0, np.sqrt(1 - ALIKE), n)
            + effect * (DIRECT * (arm == 1) + SPILLOVER * share)
        )
        arms, checks = counted(arm)
        places = (level[team] == place for place in range(len(saturations)))
        parts = [
            _counts(f"{COLUMN}={label}", team[inside], arm[inside], score[inside])
            for label, inside in zip(saturations, places, strict=True)
        ]
        whole = _counts("all", team, arm, score)
        found = SufficientStatistics(
            arms=arms,
            checks=checks,
            moments={METRIC.key: moments(arm, ("y",), score[:, None])},
            clusters={METRIC.key: (whole, *parts)},
        )
        return once(found)

    plan = replace(plan_of(replace(METRIC, cluster="team")), saturation=COLUMN)
    truth: dict[tuple[str, ...], float] = {}
    for saturation in saturations[1:]:
        segment = f"{COLUMN}={saturation}"
        truth[METRIC.key, "direct_effect", segment] = DIRECT
        truth[METRIC.key, "spillover_effect", segment] = SPILLOVER * saturation
    said = ", one of them whole" if highest == 1 else ""
    name = f"score, {teams} teams at three saturations{said}"
    return World(name=name, plan=plan, draw=draw, truth=truth, sizes=(2_000,))


def _counts(segment: str, team: np.ndarray, arm: np.ndarray, score: np.ndarray) -> ClusterCounts:
    pairs, place = np.unique(team * 2 + arm, return_inverse=True)
    return ClusterCounts(
        segment=segment,
        names=("y",),
        cluster=pairs // 2,
        variant=np.array(ARMS)[pairs % 2],
        n=np.bincount(place),
        sums=np.bincount(place, score)[:, None].astype(np.float64),
    )


SATURATED = (saturated(18, highest=1.0), saturated(36), saturated(90), saturated(135))
