"""Worlds of customers who are alike within teams, and of agents who do as they please."""

from dataclasses import replace

import numpy as np

from experiments.plan.compliance import Compliance
from experiments.plan.document import Kind, Metric, Role, Source, Table
from impact.analysis.sufficient import ClusterCounts, SufficientStatistics
from tests.calibration.worlds import (
    ARMS,
    Looks,
    World,
    assigned,
    counted,
    moments,
    once,
    plan_of,
)

OBSERVED = Source(table=Table.OBSERVATIONS, column="score")
ALIKE = 0.05  # intraclass correlation
LIFT = 0.3
FORMER, LATTER = 0.2, 0.7  # share that gets the treatment in control, and in the other arm


def teams(size: int) -> World:
    """So many teams of unequal size, half of them in each arm as a whole."""

    def draw(rng: np.random.Generator, n: int, effect: bool) -> Looks:  # noqa: FBT001
        arm_of_team = rng.permutation(np.arange(size) % 2)
        share = rng.dirichlet(np.full(size, 8.0))
        team = np.concatenate([np.arange(size), rng.choice(size, n - size, p=share)])
        level = rng.normal(0, np.sqrt(ALIKE), size)
        lift = LIFT * effect * (arm_of_team[team] == 1)
        score = 5 + level[team] + lift + rng.normal(0, np.sqrt(1 - ALIKE), n)
        arms, checks = counted(arm_of_team[team])
        counts = ClusterCounts(
            names=("y",),
            cluster=np.arange(size),
            variant=np.array(ARMS)[arm_of_team],
            n=np.bincount(team, minlength=size),
            sums=np.bincount(team, weights=score, minlength=size)[:, None].astype(np.float64),
        )
        return once(SufficientStatistics(arms=arms, checks=checks, clusters={"score": (counts,)}))

    plan = plan_of(replace(METRIC, cluster="team"))
    truth = {("score", "mean_difference"): LIFT}
    return World(name=f"score by customer, {size} teams", plan=plan, draw=draw, truth=truth)


def compliers() -> World:
    """Half get the treatment because they were assigned to it; it acts on those who get it."""

    def draw(rng: np.random.Generator, n: int, effect: bool) -> Looks:  # noqa: FBT001
        arm, kind = assigned(rng, n), rng.random(n)
        received = kind < np.where(arm == 1, LATTER, FORMER)
        score = 5 + kind + rng.normal(0, 1, n) + LIFT * effect * received
        arms, checks = counted(arm)
        rows = np.column_stack([score - score.mean(), received - received.mean()])
        found = SufficientStatistics(
            arms=arms,
            checks=checks,
            moments={"score": moments(arm, ("y",), score[:, None])},
            compliance={"score": moments(arm, ("y", "received"), rows)},
        )
        return once(found)

    plan = replace(plan_of(METRIC), compliance=Compliance(received="received"))
    truth = {
        ("score", "mean_difference"): LIFT * (LATTER - FORMER),
        ("score", "complier_average_effect"): LIFT,
    }
    always = {("score", "coefficient"): LATTER - FORMER}
    return World(name="score, half comply", plan=plan, draw=draw, truth=truth, always=always)


METRIC = Metric(key="score", role=Role.PRIMARY, kind=Kind.MEAN, source=OBSERVED)
GROUPS = (teams(12), teams(24), teams(60), compliers())
