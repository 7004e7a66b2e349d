"""What only a time to event can be asked for, beyond its curve, its test and its Cox model.

Every field is empty unless a plan gives it, so that plans which do not keep their lock.
"""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class FlemingHarrington:
    """Weights of a log-rank test: S(t-)^rho (1 - S(t-))^gamma, fixed before anybody looks.

    rho > 0 looks at early differences, gamma > 0 at late ones.
    """

    rho: float
    gamma: float


class RiskColumn(StrEnum):
    """A date of the customers file from which on a customer can churn, or can be seen to."""

    AT_RISK_FROM = "at_risk_from"
    RENEWAL_AT = "renewal_at"
    OBSERVED_FROM = "observed_from"


@dataclass(frozen=True, slots=True, kw_only=True)
class AtRisk:
    """When a customer can churn at all: from the latest of these dates on, for so many days.

    A customer without such a date is at risk from the start. `days` is None for no end.
    """

    columns: tuple[RiskColumn, ...]
    days: int | None = None


class ExtrapolationModel(StrEnum):
    """A family of curves that can go on where the data end."""

    WEIBULL = "weibull"
    LOG_NORMAL = "log_normal"
    GENERALISED_GAMMA = "generalised_gamma"
    SPLINE = "spline"
    MIXTURE_CURE = "mixture_cure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extrapolation:
    """Carry the curves to `to` days by several models side by side: none of them is the answer."""

    to: float
    models: tuple[ExtrapolationModel, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeToEvent:
    """Further answers about a time to event that a plan asks for.

    `robust` asks for standard errors of Cox's model that hold when hazards are not proportional.
    `causes` are the reasons for churn that compete with each other, each answered for by itself.
    `at_risk` says when contracts let a customer go, `extrapolation` how far models look ahead.
    """

    robust: bool | None = None
    log_rank_weights: FlemingHarrington | None = None
    causes: tuple[str, ...] = ()
    at_risk: AtRisk | None = None
    extrapolation: Extrapolation | None = None


NOTHING = TimeToEvent()
