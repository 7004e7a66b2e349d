"""Worlds of segments: one effect for all, or one of its own in each; and of effects once believed.

What is shrunken, or believed, holds on average over effects: they are drawn in every experiment.
"""

from dataclasses import replace

import numpy as np

from experiments.plan.bayesian import Bayesian
from experiments.plan.document import Kind, Metric, Role, Source, Table
from impact.analysis.estimates import Analysis, Estimate
from impact.analysis.segments.shrinking import SHRUNKEN
from impact.analysis.sufficient import ArmMoments, PastEffect, SufficientStatistics
from tests.calibration.rows import holds
from tests.calibration.worlds import (
    ARMS,
    Looks,
    Question,
    Truth,
    World,
    assigned,
    counted,
    moments,
    moments_of,
    once,
    plan_of,
)

GAIN = ("spend", "mean_difference")
LIFT = 0.3
BASE = 5.0
PAST = 8  # experiments that a prior is learnt from
PRIOR_SD, PAST_MEAN, PAST_SD, PAST_ERROR = 0.1, 0.03, 0.05, 0.03


def regions(levels: int, apart: float) -> World:
    """So many regions, each a fifth smaller than the last; effects in them lie `apart`."""
    weight = 0.8 ** np.arange(levels)
    share = weight / weight.sum()

    def draw(rng: np.random.Generator, n: int, effect: bool) -> Looks:  # noqa: FBT001
        arm, region = assigned(rng, n), rng.choice(levels, n, p=share)
        own = rng.normal(LIFT, apart, levels) * effect
        spend = BASE + 0.2 * region + rng.normal(0, 1, n) + own[region] * (arm == 1)
        arms, checks = counted(arm)
        found = [*moments(arm, ("y",), spend[:, None])]
        for level in range(levels):
            for place, variant in enumerate(ARMS):
                rows = spend[(region == level) & (arm == place), None]
                part = moments_of(("y",), rows)
                found.append(ArmMoments(variant=variant, segment=_name(level), moments=part))
        truth: dict[tuple[str, ...], float] = {
            (*GAIN, "welch", _name(level)): float(own[level]) for level in range(levels)
        }
        truth[*GAIN, "welch", "all"] = float(share @ own)
        statistics = SufficientStatistics(arms=arms, checks=checks, moments={"spend": tuple(found)})
        return once(statistics, truth)

    plan = replace(plan_of(METRIC), segments=("region",))
    kind = "alike" if not apart else "apart"
    name = f"{levels} regions, effects {kind}"
    return World(name=name, plan=plan, draw=draw, questions=(after_shrinkage(*GAIN, "welch"),))


def believed(name: str, *, learnt: bool) -> World:
    """Relative effects as the prior has them: as the plan says, or as past experiments show."""

    def draw(rng: np.random.Generator, n: int, effect: bool) -> Looks:  # noqa: FBT001
        arm = assigned(rng, n)
        mean, sd = (PAST_MEAN, PAST_SD) if learnt else (0.0, PRIOR_SD)
        relative = rng.normal(mean, sd) * effect
        spend = BASE * (1 + relative * (arm == 1)) + rng.gamma(4.0, 1.0, n) - 4
        arms, checks = counted(arm)
        statistics = SufficientStatistics(
            arms=arms,
            checks=checks,
            moments={"spend": moments(arm, ("y",), spend[:, None])},
            past=tuple(_past(rng, number) for number in range(PAST)) if learnt else (),
        )
        truth = {GAIN: BASE * relative, ("spend", "relative_difference"): relative}
        return once(statistics, truth)

    bayesian = Bayesian(worthwhile=0.02, prior_sd=None if learnt else PRIOR_SD)
    plan = replace(plan_of(METRIC), bayesian=bayesian)
    return World(name=name, plan=plan, draw=draw, questions=(POSTERIOR,))


def _past(rng: np.random.Generator, number: int) -> PastEffect:
    effect = rng.normal(PAST_MEAN, PAST_SD) + rng.normal(0, PAST_ERROR)
    return PastEffect(experiment=f"past_{number}", effect=float(effect), std_error=PAST_ERROR)


def _name(level: int) -> str:
    return f"region={level}"


def after_shrinkage(metric: str, quantity: str, raw: str) -> Question:
    """Ask of the effect in one region; that of `raw`, the method before it, is known."""

    def missed(found: Analysis, truth: Truth, rng: np.random.Generator) -> bool | None:
        rows: list[Estimate] = [row for row in found.estimates if row.method == SHRUNKEN]
        if not rows:
            return None
        row = rows[rng.integers(len(rows))]
        effect = dict(truth.items())[metric, quantity, raw, row.segment]
        return not holds(row, effect)

    return Question(
        name=quantity,
        method=f"{SHRUNKEN}, a region drawn by lot",
        wrong=missed,
        with_effect=True,
        holds=True,
    )


def _posterior_missed(found: Analysis, truth: Truth, _rng: np.random.Generator) -> bool | None:
    effect = dict(truth.items())["spend", "relative_difference"]
    for view in found.bayesian:
        return not view.ci_low <= effect <= view.ci_high
    return None


POSTERIOR = Question(
    name="relative effect",
    method="posterior",
    wrong=_posterior_missed,
    with_effect=True,
    holds=True,
)
METRIC = Metric(
    key="spend",
    role=Role.PRIMARY,
    kind=Kind.MEAN,
    source=Source(table=Table.OBSERVATIONS, column="spend"),
)
SEGMENTS = (
    regions(4, 0.0),
    regions(4, 0.2),
    regions(12, 0.0),
    regions(12, 0.2),
    believed("effects as the plan believes", learnt=False),
    believed("effects as in past experiments", learnt=True),
)
