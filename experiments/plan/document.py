"""The plan as a value: frozen, complete, every default filled in.

`reading` makes it from YAML, `canonical` hashes it, `impact` reads it.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from experiments.plan.bayesian import Bayesian
from experiments.plan.compliance import Compliance
from experiments.plan.family import Family
from experiments.plan.looks import Looks
from experiments.plan.switchback import Switchback
from experiments.plan.time_to_event import TimeToEvent
from experiments.plan.winsorising import Winsorising

ZERO_DECIMAL = Decimal(0)
DECIMALS = 12  # as many as a number of a plan can have


class Unit(StrEnum):
    """What is randomised: every estimate is per one of these."""

    CUSTOMER = "customer"
    CONTACT = "contact"
    AGENT = "agent"
    TEAM = "team"
    QUEUE = "queue"
    TIME_SLOT = "time_slot"


PER_CONTACT = frozenset({Unit.CONTACT, Unit.TIME_SLOT})  # each contact counts once, for itself


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


class CovariateKind(StrEnum):
    """How a covariate enters a model."""

    CATEGORICAL = "categorical"
    NUMERIC = "numeric"
    BINS = "bins"


class Direction(StrEnum):
    """Which way is good."""

    INCREASE = "increase"
    DECREASE = "decrease"


class Table(StrEnum):
    """Where outcomes come from."""

    CONTACTS = "contacts"
    CHURN = "churn"
    REVENUE = "revenue"
    SURVEYS = "surveys"
    OBSERVATIONS = "observations"


class Aggregate(StrEnum):
    """How a unit's rows inside the window become one number."""

    SUM = "sum"
    COUNT = "count"
    ANY = "any"
    MEAN = "mean"
    EACH = "each"  # every row for itself: a quantile is of rows, such as contacts


class Maturity(StrEnum):
    """Which units a window metric uses: those whose window is over, or all."""

    COMPLETE = "complete"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeUnit:
    """Only divides whole days for display and for horizons given in it.

    `days` need not be whole: a year may have 365.25.
    """

    name: str = "day"
    days: float = 1

    def of(self, days: float) -> float:
        """Return a length of so many days in this unit, as it was given in a plan.

        >>> TimeUnit(name="year", days=365.25).of(36.525)
        0.1
        """
        return round(days / self.days, DECIMALS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One number per unit: rows of `table` in the window, `column` of each, aggregated.

    `column` is empty for a count of rows and for churn. For observations it names the metric.
    `where` keeps rows whose column equals the value, as text.
    """

    table: Table
    column: str = ""
    aggregate: Aggregate = Aggregate.SUM
    where: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Covariate:
    """A column known before assignment. `edges` (ascending) only for bins: [e_i, e_i+1)."""

    name: str
    kind: CovariateKind = CovariateKind.CATEGORICAL
    edges: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cuped:
    """Adjust by the same source over the days before the start, or by a numeric column.

    Exactly one of `pre_window` (days) and `covariate` is given.
    """

    pre_window: int | None = None
    covariate: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lin:
    """Adjust by all of these, each with a slope of its own in every arm.

    `pre_window` (days) is the same source before the start. At least one of both is given.
    """

    pre_window: int | None = None
    covariates: tuple[Covariate, ...] = ()


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeRate:
    """Units of the plan's currency for one unit of `currency`, from `on` until the next rate."""

    currency: str
    on: date
    rate: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Economics:
    """What a minute of handling costs and in which currency all amounts are reported."""

    currency: str
    cost_per_handle_minute: Decimal = ZERO_DECIMAL
    exchange_rates: tuple[ExchangeRate, ...] = ()
    window: int = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What will be measured and how.

    `weights` are integers that sum to 10,000, in the order of the buckets, control included.
    `as_of` is None when the plan leaves it to the run. `shared_queue` is False where the plan
    says that the variants do not make each other wait; None where it says nothing, and they do.
    `saturation` names the column that says how many of a cluster's units were to be treated.
    `version_weights` has the weights of those versions of the experiment that had others.
    """

    key: str
    unit: Unit
    control: str
    weights: tuple[tuple[str, int], ...]
    metrics: tuple[Metric, ...]
    title: str = ""
    as_of: datetime | None = None
    timezone: str = "UTC"
    time_unit: TimeUnit = field(default_factory=TimeUnit)
    confidence_level: float = 0.95
    looks: Looks = field(default_factory=Looks)
    segments: tuple[str, ...] = ()
    families: tuple[Family, ...] = ()
    economics: Economics | None = None
    bayesian: Bayesian | None = None
    neighbours: tuple[str, ...] = ()
    compliance: Compliance | None = None
    switchback: Switchback | None = None
    saturation: str = ""
    shared_queue: bool | None = None
    version_weights: tuple[tuple[str, tuple[tuple[str, int], ...]], ...] = ()

    @property
    def variants(self) -> tuple[str, ...]:
        """All variants in the order of their weights."""
        return tuple(key for key, _ in self.weights)

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which instants become dates."""
        return ZoneInfo(self.timezone)

    @property
    def primary(self) -> Metric:
        """The metric that the answer is about."""
        return next(metric for metric in self.metrics if metric.role is Role.PRIMARY)

    def metric(self, key: str) -> Metric:
        """Return the metric with that key."""
        return next(metric for metric in self.metrics if metric.key == key)
