"""What only a time to event can be asked for, beyond its curve, its test and its Cox model.

Every field is empty unless a plan gives it, so that plans which do not keep their lock.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FlemingHarrington:
    """Weights of a log-rank test: S(t-)^rho (1 - S(t-))^gamma, fixed before anybody looks.

    rho > 0 looks at early differences, gamma > 0 at late ones.
    """

    rho: float
    gamma: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeToEvent:
    """Further answers about a time to event that a plan asks for.

    `robust` asks for standard errors of Cox's model that hold when hazards are not proportional.
    `causes` are the reasons for churn that compete with each other, each answered for by itself.
    """

    robust: bool | None = None
    log_rank_weights: FlemingHarrington | None = None
    causes: tuple[str, ...] = ()


NOTHING = TimeToEvent()
