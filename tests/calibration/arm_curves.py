"""Worlds in which most customers leave: what is true of each arm, its median among it."""

from dataclasses import replace

import numpy as np

from experiments.plan.time_to_event import FlemingHarrington, TimeToEvent
from impact.analysis.sufficient import SufficientStatistics
from tests.calibration.retention import (
    CAUSES,
    HAZARD_RATIO,
    METRIC,
    REASONS,
    cells_of,
    retention,
    retention_plan,
)
from tests.calibration.rows import Known, merged
from tests.calibration.worlds import ARMS, Looks, World, assigned, counted, once

MOST, LONG = 0.004, 240  # a day's chance to leave, and the horizon
MANY, SHORT = 0.08, 10  # a month's
RUN = (200,)  # these take the longest of all
PRO_RATIO = 0.5
ASKED = TimeToEvent(robust=True, log_rank_weights=FlemingHarrington(rho=0, gamma=1))


def of_arms(hazard: float, horizon: int) -> dict[tuple[str, ...], float]:
    """Return what is true of each arm where the chance to leave is the same at all times."""
    truth: dict[tuple[str, ...], float] = {}
    at = f"{horizon:g}"
    medians = []
    for name, ratio in zip(ARMS, (1.0, HAZARD_RATIO), strict=True):
        stay = (1 - hazard) ** ratio
        kept = float((stay ** np.arange(horizon)).sum())
        medians.append(float(np.ceil(np.log(1 / 2) / np.log(stay))))
        truth[METRIC, "survival_probability", name, at] = stay**horizon
        truth[METRIC, "rmst", name] = kept
        truth[METRIC, "lost_time", name] = horizon - kept
        truth[METRIC, "median_survival", name] = medians[-1]
    truth[METRIC, "median_survival_difference"] = medians[1] - medians[0]
    return truth


def most_leave() -> World:
    """Five of eight leave within the horizon, on any day."""
    world = retention("retention, most leave", hazard=MOST, horizon=LONG)
    plan = retention_plan(LONG, time_to_event=ASKED)
    truth = merged(world.truth, of_arms(MOST, LONG))
    return replace(world, plan=plan, truth=truth, sizes=RUN)


def by_tier(name: str, *, stratified: bool) -> World:
    """Customers of two tiers, of whom one leaves half as fast: adjusted for, or a stratum.

    They leave at the end of a month. Where tiers are strata there are two reasons, as likely.
    """

    def draw(rng: np.random.Generator, n: int, effect: bool) -> Looks:  # noqa: FBT001
        arm, tier, cause = assigned(rng, n), rng.integers(2, size=n), rng.integers(2, size=n)
        ratio = PRO_RATIO**tier * (HAZARD_RATIO**arm if effect else np.ones(n))
        churn = rng.geometric(1 - (1 - MANY) ** ratio)
        end = rng.integers(SHORT + 1, 2 * SHORT + 1, size=n)
        time, event = np.minimum(churn, end).astype(np.int64), (churn <= end).astype(np.int64)
        arms, checks = counted(arm)
        cells = cells_of((time, event, arm, tier, cause))
        if stratified:
            strata = {"tier": cells.covariates["tier"].astype(str)}
            cells = replace(cells, covariates={}, strata=strata)
        return once(SufficientStatistics(arms=arms, checks=checks, survival={METRIC: (cells,)}))

    if stratified:
        plan = retention_plan(SHORT, **REASONS | {"strata": ("tier",)})
        truth = merged({(METRIC, "hazard_ratio"): HAZARD_RATIO}, _of_causes())
        return World(name=name, plan=plan, draw=draw, truth=truth, sizes=RUN)
    plan = retention_plan(SHORT, time_to_event=ASKED)
    adjusted = ("cox_adjusted", "cox_adjusted_robust")
    always: Known = {
        (METRIC, "coefficient"): float(np.log(PRO_RATIO)),
        (METRIC, "likelihood_ratio", "cox_adjusted"): np.nan,  # the tier is not without effect
    }
    truth = {(METRIC, "hazard_ratio", method): HAZARD_RATIO for method in adjusted}
    return World(name=name, plan=plan, draw=draw, truth=truth, always=always, sizes=RUN)


def _of_causes() -> Known:
    """Return the share of each arm that left for one of the causes by the horizon."""
    return {
        (METRIC, "cumulative_incidence", name, f"{SHORT:g}"): sum(
            1 - (1 - MANY) ** (SHORT * ratio * tier) for tier in (1.0, PRO_RATIO)
        )
        / (2 * len(CAUSES))
        for name, ratio in zip(ARMS, (1.0, HAZARD_RATIO), strict=True)
    }


ARM_CURVES = (
    most_leave(),
    by_tier("retention by month, pro customers stay longer", stratified=False),
    by_tier("retention by month, two causes, stratified by tier", stratified=True),
)
