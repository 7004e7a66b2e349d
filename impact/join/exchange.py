"""Amounts in one currency: dated rates, and a refusal where there is none."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import ibis
from ibis.expr.types import DateValue, DecimalValue, Table

from experiments.plan.document import ExchangeRate, Plan
from impact.errors import UnknownCurrency
from impact.join.columns import local_date

RATE = "decimal(20, 8)"  # wider than the engine's whole numbers, so that products have room
AMOUNT = "decimal(18, 6)"


def with_rates(facts: Table, plan: Plan) -> Table:
    """Add `rate_` to rows of revenue: units of the plan's currency for one unit of the row's.

    The rate of a row is the latest dated on or before its date in the plan's zone; null where
    there is none. Without economics amounts stay as they are, in the one currency there is.
    """
    if plan.economics is None:
        return facts.mutate(rate_=ibis.literal(1, type=RATE))
    own = (facts.currency == plan.economics.currency, ibis.literal(1, type=RATE))
    on = local_date(facts.at_, plan.zone)
    latest_first = sorted(plan.economics.exchange_rates, key=lambda rate: rate.on, reverse=True)
    branches = [own, *(_branch(facts, on, rate) for rate in latest_first)]
    return facts.mutate(rate_=ibis.cases(*branches, else_=ibis.null(RATE)))


def converted(facts: Table) -> DecimalValue:
    """Return the amounts in the plan's currency, still decimal."""
    return facts.amount.cast(AMOUNT) * facts.rate_


def currency_of(revenue: Table | None, plan: Plan) -> str:
    """Return what all amounts stand in: the plan's currency, else the only one of the data.

    "" where there are none, or several of which at most one counts.

    >>> from experiments.plan.reading import read_plan
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: visits, role: primary, kind: mean, source: contacts, window: 30}],
    ... economics: {currency: CHF}}''')
    >>> currency_of(None, plan)
    'CHF'
    """
    if plan.economics is not None:
        return plan.economics.currency
    low, high = _first_and_last(revenue)
    return low if low == high else ""


def is_convertible(revenue: Table | None, plan: Plan) -> bool:
    """Can every amount be added to every other?

    >>> from experiments.plan.document import Unit
    >>> plan = Plan(key="calls", unit=Unit.CUSTOMER, control="a", metrics=(),
    ...     weights=(("a", 5000), ("b", 5000)))
    >>> is_convertible(None, plan)
    False
    """
    if revenue is None:
        return False
    if plan.economics is None:
        low, high = _first_and_last(revenue)
        return low == high
    rated = with_rates(revenue.mutate(at_=revenue.occurred_at), plan)
    unknown = rated.filter(rated.rate_.isnull()).limit(1).count().to_pyarrow().as_py()
    return int(unknown) == 0


def refuse_unknown_currencies(facts: Table, plan: Plan) -> None:
    """Refuse amounts that no rate converts, by currency and first date.

    `facts` are rows of revenue that count, with their rates.

    Raises:
        UnknownCurrency: there are such amounts.
    """
    currencies = facts.group_by("currency").aggregate(
        first=facts.at_.min(where=facts.rate_.isnull()),
        missing=facts.rate_.isnull().sum(),
    )
    rows = currencies.order_by("currency").to_pyarrow().to_pylist()
    if plan.economics is None and len(rows) > 1:
        names = ", ".join(row["currency"] for row in rows)
        message = f"amounts in {names}: the plan's economics name no currency to report them in"
        raise UnknownCurrency(message)
    unknown = [_describe(row, plan.zone) for row in rows if row["missing"]]
    if unknown:
        raise UnknownCurrency("no exchange rate dated on or before: " + "; ".join(unknown))


def _first_and_last(revenue: Table | None) -> tuple[str, str]:
    """Return the first and the last currency of the alphabet; "" where there are no amounts."""
    if revenue is None:
        return "", ""
    given = revenue.aggregate(low=revenue.currency.min(), high=revenue.currency.max())
    row = given.to_pyarrow().to_pylist()[0]
    return row["low"] or "", row["high"] or ""


def _branch(facts: Table, on: DateValue, rate: ExchangeRate) -> tuple[ibis.Value, ibis.Value]:
    dated = (facts.currency == rate.currency) & (on >= ibis.literal(rate.on))
    return dated, ibis.literal(rate.rate, type=RATE)


def _describe(row: Mapping[str, Any], zone: ZoneInfo) -> str:
    return f"{row['currency']} on {row['first'].astimezone(zone).date()}"
