"""One customer of one arm, and what may happen to it: for tests of single numbers."""

from collections.abc import Sequence
from decimal import Decimal

from experiments.plan.document import Plan
from tests.impact.join.tables import AS_OF, Row, compute, moments, plan_of

START = {"unit_id": "1", "variant": "a", "assigned_at": "2026-06-01T10:00"}


EUROS = "economics: {currency: EUR, window: 10}"


def metric(fields: str, head: str = "") -> Plan:
    return plan_of("- {key: m, role: primary, " + fields + "}", head=head)


def mean(
    plan: Plan, *, units: Sequence[Row] | None = None, **tables: Sequence[Row]
) -> tuple[int, float]:
    return moments(compute(plan, units or [START], AS_OF, **tables).moments["m"], "a")


def contact(number: int, arrived_at: str, **further: object) -> Row:
    return {
        "contact_id": f"c{number}",
        "customer_id": "1",
        "arrived_at": arrived_at,
        **further,
    }


def paid(number: int, occurred_at: str, amount: str, currency: str = "EUR", **more: object) -> Row:
    return {
        "transaction_id": f"t{number}",
        "customer_id": "1",
        "occurred_at": occurred_at,
        "amount": Decimal(amount),
        "currency": currency,
        **more,
    }


COUNT = metric("kind: mean, source: contacts, window: 10")


REVENUE = metric("kind: mean, source: revenue.amount, window: 10", EUROS)
