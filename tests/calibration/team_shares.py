"""Worlds of teams randomised as a whole: shares of customers, often or rarely, alike by team."""

import numpy as np

from experiments.plan.document import Kind, Metric, Role, Source, Table
from impact.analysis.sufficient import ArmProportion, ClusterCounts, SufficientStatistics
from tests.calibration.worlds import ARMS, Looks, World, counted, once, plan_of

METRIC = Metric(
    key="resolved",
    role=Role.PRIMARY,
    kind=Kind.PROPORTION,
    source=Source(table=Table.CONTACTS),
    window=30,
    cluster="team",
)


def happening(
    name: str, teams: int, *, control: float, patient: float, alike: float = 0.05
) -> World:
    """So many teams of unequal size; each has a rate of its own around that of its arm.

    Rates follow a beta distribution by which two customers of a team have the intraclass
    correlation `alike`.
    """
    spread = (1 - alike) / alike

    def draw(rng: np.random.Generator, n: int, effect: bool) -> Looks:  # noqa: FBT001
        arm_of_team = rng.permutation(np.arange(teams) % 2)
        share = rng.dirichlet(np.full(teams, 20.0))
        team = np.concatenate([np.arange(teams), rng.choice(teams, n - teams, p=share)])
        mean = np.where(effect & (arm_of_team == 1), patient, control)
        rate = rng.beta(mean * spread, (1 - mean) * spread)
        happened = rng.random(n) < rate[team]
        arm = arm_of_team[team]
        arms, checks = counted(arm)
        counts = ClusterCounts(
            names=("y",),
            cluster=np.arange(teams),
            variant=np.array(ARMS)[arm_of_team],
            n=np.bincount(team, minlength=teams),
            sums=np.bincount(team, happened, teams)[:, None].astype(np.float64),
        )
        shares = tuple(
            ArmProportion(
                variant=key,
                n=int((arm == place).sum()),
                successes=int(happened[arm == place].sum()),
            )
            for place, key in enumerate(ARMS)
        )
        return once(
            SufficientStatistics(
                arms=arms,
                checks=checks,
                clusters={METRIC.key: (counts,)},
                proportions={METRIC.key: shares},
            )
        )

    truth = {
        (METRIC.key, "proportion_difference"): patient - control,
        (METRIC.key, "risk_ratio"): patient / control,
    }
    plan = plan_of(METRIC)
    return World(name=f"{name}, {teams} teams", plan=plan, draw=draw, truth=truth, sizes=(2_000,))


OFTEN, SELDOM, UNLIKE = (
    "resolved, seven of ten",
    "resolved, one in twenty",
    "resolved, unlike teams",
)
TEAM_SHARES = (
    *(happening(OFTEN, teams, control=0.7, patient=0.75) for teams in (12, 24, 60)),
    happening(SELDOM, 60, control=0.05, patient=0.08),
    happening(UNLIKE, 24, control=0.1, patient=0.15, alike=0.3),
)
