"""One outcome: what it is for, how it is measured and how it is estimated."""

from dataclasses import dataclass
from enum import StrEnum

from experiments.plan.document.covariates import Covariate, Cuped, Lin
from experiments.plan.document.sources import Source
from experiments.plan.time_to_event import TimeToEvent
from experiments.plan.winsorising import Winsorising


class Role(StrEnum):
    """What a metric is for."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    GUARDRAIL = "guardrail"


class Kind(StrEnum):
    """How a metric is measured."""

    TIME_TO_EVENT = "time_to_event"
    MEAN = "mean"
    PROPORTION = "proportion"
    RATIO = "ratio"
    QUANTILE = "quantile"


class Direction(StrEnum):
    """Which way is good."""

    INCREASE = "increase"
    DECREASE = "decrease"


class Maturity(StrEnum):
    """Which units a window metric uses: those whose window is over, or all."""

    COMPLETE = "complete"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One outcome, its role and how it is estimated.

    `window` is whole days, `horizon` days. `window` is None for time_to_event, for
    observations that carry the final value, and for a mean of revenue until a horizon.
    `denominator` only for ratio.
    `quantile` is the share at or below it, only for kind quantile.
    `margin` is the largest acceptable harm of a guardrail, on the scale of the difference
    (of the hazard ratio for time_to_event: 1.1 means ten per cent more hazard).
    `cluster` names the column whose values hold units that are alike: villages, teams, agents.
    `crossed_with` names a column of the contacts whose values cross the units: a customer meets
    several agents, an agent several customers.
    """

    key: str
    role: Role
    kind: Kind
    source: Source
    denominator: Source | None = None
    title: str = ""
    unit: str = "1"
    window: int | None = None
    horizon: float | None = None
    maturity: Maturity = Maturity.COMPLETE
    covariates: tuple[Covariate, ...] = ()
    strata: tuple[str, ...] = ()
    cluster: str = ""
    crossed_with: str = ""
    adjustment: Cuped | None = None
    lin: Lin | None = None
    winsorising: Winsorising | None = None
    quantile: float | None = None
    direction: Direction = Direction.INCREASE
    margin: float | None = None
    time_to_event: TimeToEvent | None = None

    @property
    def label(self) -> str:
        """The title, or the key where there is none."""
        return self.title or self.key.replace("_", " ").capitalize()

    @property
    def is_lifetime(self) -> bool:
        """Whether it adds up revenue until a horizon: a mean with one in place of a window."""
        return self.kind is Kind.MEAN and self.horizon is not None

    @property
    def is_windowed(self) -> bool:
        """Whether it is a mean, a share or a ratio per unit, of rows inside of a window."""
        return self.kind in {Kind.MEAN, Kind.PROPORTION, Kind.RATIO} and not self.is_lifetime
