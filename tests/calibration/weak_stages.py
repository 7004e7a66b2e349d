"""Worlds in which assignment hardly changes what is received, and in which it changes minutes."""

from dataclasses import replace

import numpy as np

from experiments.plan.compliance import Compliance
from impact.analysis.sufficient import SufficientStatistics
from tests.calibration.groups import METRIC
from tests.calibration.worlds import Looks, World, assigned, counted, moments, once, plan_of

LIFT = 0.3
FORMER, LATTER = 0.30, 0.33  # share that gets the treatment in control, and in the other arm
LONGER, PER_MINUTE = 0.5, 0.2  # minutes that assignment adds, and what one of them does


def hardly_taken() -> World:
    """Three more of a hundred get the treatment: the set must hold, the ratio be withheld."""

    def draw(rng: np.random.Generator, n: int, effect: bool) -> Looks:  # noqa: FBT001
        arm, kind = assigned(rng, n), rng.random(n)
        received = kind < np.where(arm == 1, LATTER, FORMER)
        score = 5 + kind + rng.normal(0, 1, n) + LIFT * effect * received
        return _found(arm, score, received.astype(np.float64), "received")

    plan = replace(plan_of(METRIC), compliance=Compliance(received="received"))
    truth = {
        ("score", "mean_difference"): LIFT * (LATTER - FORMER),
        ("score", "complier_average_effect"): LIFT,
    }
    always = {("score", "coefficient"): LATTER - FORMER}
    name = "score, three of a hundred comply"
    return World(name=name, plan=plan, draw=draw, truth=truth, always=always)


def minutes() -> World:
    """Hard problems take long and score low; assignment adds half a minute to whatever it takes."""

    def draw(rng: np.random.Generator, n: int, effect: bool) -> Looks:  # noqa: FBT001
        arm, hard = assigned(rng, n), rng.gamma(2.0, 0.5, n)
        dose = 4 + 2 * hard + rng.normal(0, 1, n) + LONGER * (arm == 1)
        acting = PER_MINUTE * dose if effect else 0.0
        score = 5 - hard + rng.normal(0, 1, n) + acting
        return _found(arm, score, dose, "dose")

    compliance = Compliance(dose="handled_minutes", dose_unit="minute")
    plan = replace(plan_of(METRIC), compliance=compliance)
    truth = {
        ("score", "mean_difference"): PER_MINUTE * LONGER,
        ("score", "effect_per_minute"): PER_MINUTE,
    }
    always = {("score", "coefficient"): LONGER}
    return World(name="score per minute", plan=plan, draw=draw, truth=truth, always=always)


def _found(arm: np.ndarray, score: np.ndarray, treatment: np.ndarray, name: str) -> Looks:
    arms, checks = counted(arm)
    rows = np.column_stack([score - score.mean(), treatment - treatment.mean()])
    return once(
        SufficientStatistics(
            arms=arms,
            checks=checks,
            moments={"score": moments(arm, ("y",), score[:, None])},
            compliance={"score": moments(arm, ("y", name), rows)},
        )
    )


WEAK_STAGES = (hardly_taken(), minutes())
