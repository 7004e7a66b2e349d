"""Worlds of teams randomised as a whole: ratios, adjusted means, and one team that is a giant."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from experiments.plan.document import Cuped, Kind, Metric, Role, Source, Table
from impact.analysis.sufficient import ArmMoments, ClusterCounts, SufficientStatistics
from tests.calibration.groups import METRIC
from tests.calibration.team_retention import shares
from tests.calibration.worlds import ARMS, SIZES, Looks, World, counted, moments, once, plan_of

CONTACTS = Source(table=Table.CONTACTS)
ALIKE = 0.05  # intraclass correlation
BASE, LIFT = 5.0, 0.3
SECONDS, LONGER = 300.0, 12.0
Columns = tuple[tuple[str, ...], np.ndarray]
Outcome = Callable[[np.random.Generator, np.ndarray, np.ndarray], Columns]


def in_teams(metric: Metric, name: str, outcome: Outcome, teams: int, giant: float = 0.0) -> World:
    """So many teams in whole arms; `outcome` draws columns from team levels and who is treated."""

    def draw(rng: np.random.Generator, n: int, effect: bool) -> Looks:  # noqa: FBT001
        arm_of_team = rng.permutation(np.arange(teams) % 2)
        team = np.concatenate(
            [np.arange(teams), rng.choice(teams, n - teams, p=shares(teams, giant))]
        )
        level = rng.normal(0, 1, teams)[team]
        arm = arm_of_team[team]
        names, columns = outcome(rng, level, effect & (arm == 1))
        sums = np.stack([np.bincount(team, column, teams) for column in columns.T], axis=1)
        counts = ClusterCounts(
            names=names,
            cluster=np.arange(teams),
            variant=np.array(ARMS)[arm_of_team],
            n=np.bincount(team, minlength=teams),
            sums=sums.astype(np.float64),
        )
        arms, checks = counted(arm)
        return once(
            SufficientStatistics(
                arms=arms,
                checks=checks,
                clusters={metric.key: (counts,)},
                moments={metric.key: _moments(arm, names, columns)},
            )
        )

    plan = plan_of(replace(metric, cluster="team"))
    of_ratio = metric.kind is Kind.RATIO
    gain, base = (LONGER, SECONDS) if of_ratio else (LIFT, BASE)
    truth = {
        (metric.key, f"{metric.kind.value}_difference"): gain,
        (metric.key, "relative_difference"): gain / base,
    }
    said = f", one with {giant:.0%}" if giant else ""
    named = f"{name}, {teams} teams{said}"
    return World(name=named, plan=plan, draw=draw, truth=truth, sizes=SIZES[:2])


def score(rng: np.random.Generator, level: np.ndarray, treated: np.ndarray) -> Columns:
    """A score whose level a team shares."""
    own = rng.normal(0, np.sqrt(1 - ALIKE), level.size)
    return ("y",), (BASE + np.sqrt(ALIKE) * level + own + LIFT * treated)[:, None]


def adjusted(rng: np.random.Generator, level: np.ndarray, treated: np.ndarray) -> Columns:
    """A score and the one before, which share the team's level and the customer's own."""
    own = np.sqrt(ALIKE) * level + rng.normal(0, np.sqrt(0.5 - ALIKE), level.size)
    before = own + rng.normal(0, np.sqrt(0.5), level.size)
    after = BASE + own + rng.normal(0, np.sqrt(0.5), level.size) + LIFT * treated
    return ("y", "x", "xy", "xx"), np.column_stack([after, before, before * after, before**2])


def handling(rng: np.random.Generator, level: np.ndarray, treated: np.ndarray) -> Columns:
    """Seconds and contacts: teams differ in how long they take, customers in how often they call.

    Every customer calls at least once.
    """
    contacts = 1.0 + rng.poisson(2 * rng.gamma(2.0, 0.5, level.size))
    each = SECONDS + 15 * level + LONGER * treated + rng.normal(0, 90, level.size)
    return ("y", "d"), np.column_stack([contacts * each, contacts])


def _moments(
    arm: np.ndarray, names: tuple[str, ...], columns: np.ndarray
) -> tuple[ArmMoments, ...]:
    kept = [place for place, name in enumerate(names) if name in {"y", "d", "x"}]
    return moments(arm, tuple(names[place] for place in kept), columns[:, kept])


HANDLE_TIME = Metric(
    key="handle_time",
    role=Role.PRIMARY,
    kind=Kind.RATIO,
    source=CONTACTS,
    denominator=CONTACTS,
    unit="second",
    window=30,
)
ADJUSTED = replace(METRIC, adjustment=Cuped(covariate="score_before"))
TEAM_MEANS = (
    in_teams(METRIC, "score by customer", score, 24, giant=0.15),
    in_teams(METRIC, "score by customer", score, 60, giant=0.1),
    in_teams(METRIC, "score by customer", score, 60, giant=0.3),
    in_teams(ADJUSTED, "score by customer, adjusted", adjusted, 24),
    in_teams(ADJUSTED, "score by customer, adjusted", adjusted, 60),
    in_teams(HANDLE_TIME, "handle time per contact", handling, 12),
    in_teams(HANDLE_TIME, "handle time per contact", handling, 24),
    in_teams(HANDLE_TIME, "handle time per contact", handling, 60),
)
