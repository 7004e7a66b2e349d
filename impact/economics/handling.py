"""What a unit brings and costs, as sums of what was measured: revenue, handling cost, their net."""

from collections.abc import Mapping
from decimal import Decimal

REVENUE, MINUTES = "revenue", "handle_minutes"


def money_per_unit(cost_per_handle_minute: Decimal) -> Mapping[str, Mapping[str, float]]:
    """Return each measure of money as the weights of what was measured per unit.

    Revenue is in the plan's currency, handling in minutes. Revenue and minutes come from the same
    customers, so the net needs their covariance: its weights go over their joint moments.

    >>> money_per_unit(Decimal("0.50"))["net_value"]
    {'revenue': 1.0, 'handle_minutes': -0.5}
    """
    cost = float(cost_per_handle_minute)
    return {
        "revenue": {REVENUE: 1.0},
        "handling_cost": {MINUTES: cost},
        "net_value": {REVENUE: 1.0, MINUTES: -cost},
    }
