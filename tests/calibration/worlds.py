"""Worlds whose truth is known: what a plan's data would be, drawn again and again.

A world draws the sufficient statistics of an experiment on so many units, with or without an
effect, at every look at it, and says what the true effect is, by metric and quantity of the
estimate rows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np

from experiments.plan.document import Metric, Plan, Unit
from impact.analysis.sufficient import (
    ArmCount,
    ArmMoments,
    CheckCounts,
    Moments,
    SufficientStatistics,
)

SIZES = (200, 2_000, 20_000)
ARMS = ("control", "patient")
AS_OF = datetime(2026, 11, 1, tzinfo=UTC)
Truth = Mapping[tuple[str, str], float]
Looks = tuple[tuple[datetime, SufficientStatistics], ...]
Draw = Callable[[np.random.Generator, int, bool], Looks]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A plan, how its data come about, and the truth when there is an effect.

    `draw` takes a generator, how many units there are, and whether the effect is at work. It
    returns what is seen at every look, which is one for most. `always` is true without the effect
    as well: its tests are not in error when they reject.
    """

    name: str
    plan: Plan
    draw: Draw
    truth: Truth
    always: Truth = field(default_factory=dict)
    sizes: tuple[int, ...] = SIZES


def plan_of(metric: Metric) -> Plan:
    """Return a plan of one metric, half of the customers in each arm."""
    weights = tuple((name, 5000) for name in ARMS)
    return Plan(
        key="calibration", unit=Unit.CUSTOMER, control=ARMS[0], weights=weights, metrics=(metric,)
    )


def once(statistics: SufficientStatistics) -> Looks:
    """Return the only look at an experiment."""
    return ((AS_OF, statistics),)


def assigned(rng: np.random.Generator, n: int) -> np.ndarray:
    """Return the arm of each unit, 0 or 1, each drawn by itself."""
    return rng.integers(2, size=n)


def counted(arm: np.ndarray) -> tuple[tuple[ArmCount, ...], CheckCounts]:
    """Return what every analysis is told of its arms."""
    sizes = np.bincount(arm, minlength=2).tolist()
    pairs = tuple(zip(ARMS, sizes, strict=True))
    arms = tuple(ArmCount(variant=name, n_units=n, n_eligible=n, n_mature=n) for name, n in pairs)
    return arms, CheckCounts(assigned=pairs)


def moments(arm: np.ndarray, names: tuple[str, ...], rows: np.ndarray) -> tuple[ArmMoments, ...]:
    """Return the moments of the columns of `rows`, of shape (units, names), by arm."""
    return tuple(
        ArmMoments(variant=name, moments=_moments(names, rows[arm == place]))
        for place, name in enumerate(ARMS)
    )


def _moments(names: tuple[str, ...], rows: np.ndarray) -> Moments:
    means = rows.mean(axis=0) if len(rows) else np.zeros(len(names))
    centred = rows - means
    return Moments(names=names, n=len(rows), means=means, cross=centred.T @ centred)
