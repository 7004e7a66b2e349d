"""What handling costs, and what other currencies are worth."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

ZERO_DECIMAL = Decimal(0)


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
