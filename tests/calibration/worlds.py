"""Worlds whose truth is known: what a plan's data would be, drawn again and again.

A world draws the sufficient statistics of an experiment on so many units, with or without an
effect, at every look at it, and says what the true effect is, by metric and quantity of the
estimate rows, and by method, segment or variant where that makes another truth.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np

from experiments.plan.document import Metric, Plan, Unit
from impact.analysis.estimates import Analysis
from impact.analysis.sufficient import (
    ArmCount,
    ArmMoments,
    CheckCounts,
    Moments,
    SufficientStatistics,
)

SIZES = (200, 2_000, 20_000)
ARMS = ("control", "patient")
WHOLE = 10_000
AS_OF = datetime(2026, 11, 1, tzinfo=UTC)
SIZE = 0.05  # a test rejects below it, an interval is meant to miss as often
Truth = (
    Mapping[tuple[str, str], float]
    | Mapping[tuple[str, str, str], float]
    | Mapping[tuple[str, ...], float]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """What is seen of one experiment at every look, and what is true of it and of no other."""

    seen: tuple[tuple[datetime, SufficientStatistics], ...]
    truth: Truth = field(default_factory=dict)


Draw = Callable[[np.random.Generator, int, bool], Looks]
Wrong = Callable[[Analysis, Truth, np.random.Generator], bool | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of an analysis as a whole, such as whether any of its claims is false.

    `wrong` is None where the analysis gives no answer; what concerns one of several rows is asked
    of one that is drawn by lot, so that each experiment is one answer. Asked `at_every_look`, it is
    wrong when it is at any of them, else at the last. It is asked `with_effect`
    or without, of limits that hold a truth (`holds`) or of a claim, and may be wrong at most at
    the `rate`.
    """

    name: str
    method: str
    wrong: Wrong
    with_effect: bool = False
    holds: bool = False
    at_every_look: bool = False
    rate: float = SIZE


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A plan, how its data come about, and the truth when there is an effect.

    `draw` takes a generator, how many units there are, and whether the effect is at work. It
    returns what is seen at every look, which is one for most. `always` is true without the effect
    as well: its tests are not in error when they reject. Nor are those of no change of the metrics
    in `changed`, which stand at their margin with and without the effect.
    """

    name: str
    plan: Plan
    draw: Draw
    truth: Truth = field(default_factory=dict)
    always: Truth = field(default_factory=dict)
    changed: frozenset[str] = frozenset()
    questions: tuple[Question, ...] = ()
    sizes: tuple[int, ...] = SIZES


def plan_of(*metrics: Metric, arms: tuple[str, ...] = ARMS) -> Plan:
    """Return a plan of these metrics, as many of the customers in each arm."""
    share, rest = divmod(WHOLE, len(arms))
    weights = tuple((name, share + (place < rest)) for place, name in enumerate(arms))
    return Plan(
        key="calibration", unit=Unit.CUSTOMER, control=arms[0], weights=weights, metrics=metrics
    )


def once(statistics: SufficientStatistics, truth: Truth | None = None) -> Looks:
    """Return the only look at an experiment."""
    return Looks(seen=((AS_OF, statistics),), truth=truth or {})


def assigned(rng: np.random.Generator, n: int) -> np.ndarray:
    """Return the arm of each unit, 0 or 1, each drawn by itself."""
    return rng.integers(2, size=n)


def counted(
    arm: np.ndarray, names: tuple[str, ...] = ARMS
) -> tuple[tuple[ArmCount, ...], CheckCounts]:
    """Return what every analysis is told of its arms."""
    sizes = np.bincount(arm, minlength=len(names)).tolist()
    pairs = tuple(zip(names, sizes, strict=True))
    arms = tuple(ArmCount(variant=name, n_units=n, n_eligible=n, n_mature=n) for name, n in pairs)
    return arms, CheckCounts(assigned=pairs)


def moments(
    arm: np.ndarray, names: tuple[str, ...], rows: np.ndarray, arms: tuple[str, ...] = ARMS
) -> tuple[ArmMoments, ...]:
    """Return the moments of the columns of `rows`, of shape (units, names), by arm."""
    return tuple(
        ArmMoments(variant=name, moments=moments_of(names, rows[arm == place]))
        for place, name in enumerate(arms)
    )


def moments_of(names: tuple[str, ...], rows: np.ndarray) -> Moments:
    """Return the moments of the columns of `rows`, of shape (units, names)."""
    means = rows.mean(axis=0) if len(rows) else np.zeros(len(names))
    centred = rows - means
    return Moments(names=names, n=len(rows), means=means, cross=centred.T @ centred)
