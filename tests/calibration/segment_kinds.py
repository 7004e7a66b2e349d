"""Worlds of four regions whose effects lie apart, for effects of other kinds than a mean's."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from experiments.plan.document import Plan
from impact.analysis.sufficient import (
    ALL,
    ArmLifetime,
    ArmMoments,
    ArmProportion,
    ArmQuantile,
    SufficientStatistics,
)
from tests.calibration.lifetimes import METRIC, followed_customers, lifetimes_in, worth
from tests.calibration.quantiles import contacts_of, handle, quantile_in, true_quantile
from tests.calibration.segments import after_shrinkage
from tests.calibration.windows import HANDLE_TIME, RESOLVED
from tests.calibration.worlds import (
    ARMS,
    SIZES,
    Looks,
    World,
    assigned,
    counted,
    moments_of,
    once,
    plan_of,
)

SHARE = np.array([0.34, 0.27, 0.22, 0.17])
SOLVED, SECONDS, MEDIAN = 0.5, 300.0, 0.5
FIRST, LAST = 300, 780  # days between which observation ends
MIDDLE = true_quantile(MEDIAN, 1.0)  # seconds
InSegment = Callable[[np.ndarray, str], tuple[Any, ...]]  # what is known of some units, by arm


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One kind of effect: its quantity and method, how effects scatter, and what they do.

    `outcome` draws what happens in both arms to units whose own effects are given, and returns
    what the join makes of a segment. `true` says what an effect is in the rows.
    """

    quantity: str
    method: str
    table: str
    middle: float
    apart: float
    outcome: Callable[[np.random.Generator, np.ndarray, np.ndarray], InSegment]
    true: Callable[[float], float]


def four_regions(plan: Plan, effect: Effect, sizes: tuple[int, ...] = SIZES[:2]) -> World:
    """Four regions, each smaller than the last, with effects of their own."""
    key = plan.metrics[0].key

    def draw(rng: np.random.Generator, n: int, at_work: bool) -> Looks:  # noqa: FBT001
        arm, region = assigned(rng, n), rng.choice(len(SHARE), n, p=SHARE)
        own = rng.normal(effect.middle, effect.apart, len(SHARE)) * at_work
        found = effect.outcome(rng, arm, own[region] * (arm == 1))
        levels = range(len(SHARE))
        inside = [(ALL, region >= 0), *((_name(level), region == level) for level in levels)]
        parts = tuple(part for segment, rows in inside for part in found(rows, segment))
        arms, checks = counted(arm)
        tables: dict[str, Any] = {effect.table: {key: parts}}
        truth: dict[tuple[str, ...], float] = {
            (key, effect.quantity, effect.method, _name(level)): effect.true(float(own[level]))
            for level in levels
        }
        return once(SufficientStatistics(arms=arms, checks=checks, **tables), truth)

    return World(
        name=f"4 regions, {effect.quantity.replace('_', ' ')}s apart",
        plan=replace(plan, segments=("region",)),
        draw=draw,
        questions=(after_shrinkage(key, effect.quantity, effect.method),),
        sizes=sizes,
    )


def _name(level: int) -> str:
    return f"region={level}"


def _by_arm(arm: np.ndarray, made: Callable[[np.ndarray, str], Any]) -> InSegment:
    def found(rows: np.ndarray, segment: str) -> tuple[Any, ...]:
        arms = ((rows & (arm == place), name) for place, name in enumerate(ARMS))
        return tuple(replace(made(own, name), segment=segment) for own, name in arms)

    return found


def _shares(rng: np.random.Generator, arm: np.ndarray, own: np.ndarray) -> InSegment:
    happened = rng.random(len(arm)) < SOLVED + own

    def made(rows: np.ndarray, name: str) -> ArmProportion:
        return ArmProportion(variant=name, n=int(rows.sum()), successes=int(happened[rows].sum()))

    return _by_arm(arm, made)


def _ratios(rng: np.random.Generator, arm: np.ndarray, own: np.ndarray) -> InSegment:
    contacts = 1.0 + rng.poisson(2 * rng.gamma(2.0, 0.5, len(arm)))
    seconds = contacts * (SECONDS + own + rng.normal(0, 60, len(arm)))
    columns = np.column_stack([seconds, contacts])

    def made(rows: np.ndarray, name: str) -> ArmMoments:
        return ArmMoments(variant=name, moments=moments_of(("y", "d"), columns[rows]))

    return _by_arm(arm, made)


def _quantiles(rng: np.random.Generator, arm: np.ndarray, own: np.ndarray) -> InSegment:
    value, unit = contacts_of(rng, own)

    def made(rows: np.ndarray, name: str) -> ArmQuantile:
        inside = rows[unit]
        return quantile_in(name, value[inside], unit[inside], MEDIAN)

    return _by_arm(arm, made)


def _lifetimes(rng: np.random.Generator, arm: np.ndarray, own: np.ndarray) -> InSegment:
    followed = followed_customers(rng, np.exp(own), FIRST, LAST)

    def made(rows: np.ndarray, name: str) -> ArmLifetime:
        return lifetimes_in(name, *(column[rows] for column in followed))

    return _by_arm(arm, made)


SEGMENT_KINDS = (
    four_regions(
        plan_of(RESOLVED),
        Effect(
            quantity="proportion_difference",
            method="newcombe",
            table="proportions",
            middle=0.06,
            apart=0.05,
            outcome=_shares,
            true=lambda own: own,
        ),
    ),
    four_regions(
        plan_of(HANDLE_TIME),
        Effect(
            quantity="ratio_difference",
            method="delta",
            table="moments",
            middle=12.0,
            apart=8.0,
            outcome=_ratios,
            true=lambda own: own,
        ),
    ),
    four_regions(
        plan_of(handle(MEDIAN)),
        Effect(
            quantity="quantile_difference",
            method="woodruff",
            table="quantiles",
            middle=0.1,
            apart=0.06,
            outcome=_quantiles,
            true=lambda own: MIDDLE * float(np.expm1(own)),
        ),
    ),
    four_regions(
        plan_of(METRIC),
        Effect(
            quantity="lifetime_revenue_difference",
            method="partitioned_weighting",
            table="lifetimes",
            middle=-0.2,
            apart=0.1,
            outcome=_lifetimes,
            true=lambda own: worth(float(np.exp(own))) - worth(1.0),
        ),
        SIZES[1:2],  # regions of 200 have fewer than 30 units in an arm, which the rows say
    ),
)
