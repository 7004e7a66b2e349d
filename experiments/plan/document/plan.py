"""The plan as a whole: what is randomised and what will be measured."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from experiments.plan.bayesian import Bayesian
from experiments.plan.compliance import Compliance
from experiments.plan.document.economics import Economics
from experiments.plan.document.metric import Metric, Role
from experiments.plan.family import Family
from experiments.plan.looks import Looks
from experiments.plan.switchback import Switchback

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
