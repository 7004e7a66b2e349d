"""Worlds whose truth is known: what a plan's data would be, drawn again and again.

A world draws the sufficient statistics of an experiment on so many units, with or without an
effect, and says what the true effect is, by metric and quantity of the estimate rows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from experiments.plan.document import Plan
from impact.analysis.sufficient import (
    ArmCount,
    ArmMoments,
    CheckCounts,
    Moments,
    SufficientStatistics,
)

ARMS = ("control", "patient")
Truth = Mapping[tuple[str, str], float]
Draw = Callable[[np.random.Generator, int, bool], SufficientStatistics]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A plan, how its data come about, and the truth when there is an effect.

    `draw` takes a generator, how many units there are, and whether the effect is at work.
    """

    name: str
    plan: Plan
    draw: Draw
    truth: Truth


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
