"""Customers over time: their churn, and their revenue until a horizon."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from impact.analysis.sufficient.parts import ALL, Floats, Integers

STAYED, OTHER_CAUSE = "", "(other)"  # no cause, and one that the plan does not name


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SurvivalCounts:
    """Customers of one time-to-event metric, counted by identical rows.

    All arrays have one entry per cell. `time` is whole days since the start, `event` 1 for churn
    and 0 for censoring, `n` how many units the cell holds. `covariates` and `strata` map a
    column's name to its label per cell (numeric covariates as float arrays). `clusters` numbers the
    groups of units that are alike, -1 for units without one: numbers, so that no id is kept.
    `cause` is why a cell churned, "" where it did not, None where the plan does not ask.
    A cell is at risk on the days after its `entry`, None where all are from the start (an entry of
    -1, so that churn on day 0 counts).
    """

    segment: str = ALL
    variant: NDArray[np.str_]
    time: Integers
    event: Integers
    n: Integers
    covariates: dict[str, NDArray[np.str_] | Floats] = field(default_factory=dict)
    strata: dict[str, NDArray[np.str_]] = field(default_factory=dict)
    clusters: dict[str, Integers] = field(default_factory=dict)
    cause: NDArray[np.str_] | None = None
    entry: Integers | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ArmLifetime:
    """Revenue until a horizon (days) of one arm and segment, for weighting by observation.

    Per cell: `time` (days, at most the horizon), `complete` (churned, or seen to the horizon),
    `churned`, `n` customers, and of their revenue, each payment over the chance to be observed
    for so long, the mean `earned` and the centred `squares`. Per day `known`: what was `paid`.
    """

    variant: str
    segment: str = ALL
    horizon: int
    time: Integers
    complete: NDArray[np.bool_]
    churned: NDArray[np.bool_]
    n: Integers
    earned: Floats
    squares: Floats
    known: Integers
    paid: Floats
