"""What a simulation assumes beyond what a formula asks: follow-up, spreads, and who is alike."""

from dataclasses import dataclass, field
from enum import StrEnum

from experiments.design.bounds import (
    check_between,
    check_fewest,
    check_positive,
    check_share,
    refuse,
)

MOST_A_DAY = 24  # slots of an hour


class Law(StrEnum):
    """How the numbers of units are spread around their mean."""

    LOGNORMAL = "lognormal"
    NORMAL = "normal"


class Drawn(StrEnum):
    """What gets an arm where units are alike: the cluster as a whole, or each of its units."""

    CLUSTERS = "clusters"
    UNITS = "units"


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """Units that are alike.

    `size_variation` is the coefficient of variation of the clusters' sizes, `drawn` what gets an
    arm.

    Raises:
        InvalidRequest: a number out of its range.
    """

    size_variation: float = 0.0
    drawn: Drawn = Drawn.CLUSTERS

    def __post_init__(self) -> None:
        check_fewest("size_variation", self.size_variation, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternation:
    """How windows of time differ, of a switchback.

    Of the variance between windows the share `day_share` lies between days; what is left of it is
    correlated by `serial` from each window of a day to the next. The share `carried` of a window's
    contacts still shows the variant of the window before.

    Raises:
        InvalidRequest: a number out of its range.
    """

    windows_a_day: int = 12
    day_share: float = 0.0
    serial: float = 0.0
    carried: float = 0.0

    def __post_init__(self) -> None:
        if not 1 <= self.windows_a_day <= MOST_A_DAY:
            refuse("windows_a_day", self.windows_a_day, f"must be 1 to {MOST_A_DAY}")
        for name in ("day_share", "carried"):
            check_share(name, getattr(self, name))
        check_between("serial", self.serial, -1, 1)


class Through(StrEnum):
    """By what a policy changes lifetime revenue: what customers pay, or how long they stay."""

    PAYMENTS = "payments"
    CHURN = "churn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Billing:
    """Customers pay `every` so many days, and a policy acts `through` what they pay, or by churn.

    Raises:
        InvalidRequest: less than a day.
    """

    every: int = 30
    through: Through = Through.PAYMENTS

    def __post_init__(self) -> None:
        check_fewest("every", self.every, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contracts:
    """From when customers can leave, where a plan asks: the share `bound` from a date of its own.

    Dates lie evenly on the first `opening` days of each customer; who is not bound can leave from
    the start.

    Raises:
        InvalidRequest: a number out of its range.
    """

    opening: float = 365.0
    bound: float = 1.0

    def __post_init__(self) -> None:
        check_positive("opening", self.opening)
        check_share("bound", self.bound)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What no formula asks.

    Units join evenly over `accrual` days and the report is made on day `days`. `shape` is that of
    a Weibull law of churn with the same share gone in a month: below 1 the first days are the
    worst. `zeros` is the share of units whose number is 0, `law` that of the others. `level` is
    today's level of a mean or ratio, in whose unit a margin is; all are drawn with a level of 1.

    Raises:
        InvalidRequest: a number out of its range.
    """

    accrual: float = 30.0
    days: float = 180.0
    shape: float = 1.0
    zeros: float = 0.0
    law: Law = Law.LOGNORMAL
    level: float | None = None
    groups: Groups = field(default_factory=Groups)
    windows: Alternation = field(default_factory=Alternation)
    contracts: Contracts = field(default_factory=Contracts)
    payments: Billing = field(default_factory=Billing)

    def __post_init__(self) -> None:
        check_fewest("accrual", self.accrual, 0)
        check_positive("days", self.days)
        if self.accrual > self.days:
            refuse("accrual", self.accrual, f"must not be above the {self.days:g} days in all")
        check_between("shape", self.shape, 0, 20)
        if self.zeros:
            check_between("zeros", self.zeros, 0, 1)
        if self.level is not None:
            check_positive("level", self.level)
