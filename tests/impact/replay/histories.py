"""A small centre's history, made up from a seed."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa

from experiments.plan.document import Plan
from experiments.plan.reading import read_plan
from impact.engine import connect
from impact.join.inputs import columns_of, from_arrow
from impact.records.schema import canonical_schema
from impact.replay.history import History, Span, history_of
from tests.impact.join.tables import Row, table

START = datetime(2026, 1, 1, tzinfo=UTC)
UNTIL = START + timedelta(days=60)
BEFORE = START + timedelta(days=120)
PLAN_TEXT = """\
key: patience
unit: customer
control: clock
weights: {clock: 5000, care: 5000}
metrics:
  - {key: retention, role: primary, kind: time_to_event, source: churn, horizon: 60,
     strata: [region]}
  - {key: spent, role: secondary, kind: mean, source: revenue.amount, window: 30,
     adjustment: {method: cuped, pre_window: 30}}
  - {key: charged, role: secondary, kind: mean, source: revenue.amount, window: 30,
     winsorising: {quantile: 0.95}}
  - {key: resolved, role: secondary, kind: proportion, source: contacts.resolved, window: 30}
  - {key: handle, role: secondary, kind: ratio, source: contacts.handle_seconds,
     denominator: contacts.handled, window: 30, direction: decrease}
  - {key: wait, role: guardrail, kind: mean, source: contacts.wait_seconds, window: 30}
  - {key: slowest, role: secondary, kind: quantile, quantile: 0.9, source: contacts.talk_seconds,
     window: 30, direction: decrease}
  - {key: by_team, role: secondary, kind: mean, source: revenue.amount, window: 30, cluster: team,
     adjustment: {method: cuped, pre_window: 30}}
  - {key: renewed, role: secondary, kind: time_to_event, source: churn, horizon: 60,
     covariates: [{name: age, kind: numeric}], causes: [voluntary, involuntary], cluster: team}
  - {key: lifetime, role: secondary, kind: mean, source: revenue.amount, horizon: 90}
  - {key: crossed, role: secondary, kind: ratio, source: contacts.handle_seconds,
     denominator: contacts.handled, window: 30, crossed_with: agent_id}
  - {key: at_renewal, role: secondary, kind: time_to_event, source: churn,
     at_risk: {from: [renewal_at]}}
  - {key: in_renewal, role: secondary, kind: time_to_event, source: churn,
     at_risk: {from: [renewal_at], for: 40}}
"""
PLAN = read_plan(PLAN_TEXT)


SPAN = Span(since=START, until=UNTIL, before=BEFORE)


def history(span: Span = SPAN, plan: Plan = PLAN, **given: pa.Table) -> History:
    """Return the history in these tables, all of them unless told."""
    engine = connect()
    nobody = canonical_schema(columns_of("assignments")).empty_table()
    inputs = from_arrow(engine, {**(given or tables()), "assignments": nobody})
    return history_of(engine, inputs, plan, span)


def at(day: float) -> datetime:
    return START + timedelta(days=float(day))


def tables(customers: int = 300, seed: int = 5) -> dict[str, pa.Table]:
    """Return contacts, churn, revenue and customers of so many people."""
    rng = np.random.default_rng(seed)
    rows: dict[str, list[Row]] = {"customers": [], "contacts": [], "churn": [], "revenue": []}
    for number in range(customers):
        who = f"k{number:05d}"
        rows["customers"].append(
            {
                "customer_id": who,
                "region": "ns"[number % 2],
                "team": f"t{number % 30}",
                "age": str(18 + number % 50),
                "renewal_at": at(number % 70),
            }
        )
        spends = rng.gamma(4.0, 10.0)
        for month in range(-1, 4):
            rows["revenue"].append(
                {
                    "transaction_id": f"{who}_{month}",
                    "customer_id": who,
                    "occurred_at": at(30 * month + 15),
                    "amount": Decimal(str(round(spends + rng.gamma(2.0, 5.0), 2))),
                    "currency": "EUR",
                }
            )
        for call in range(1 + rng.poisson(1.0)):
            rows["contacts"].append(
                {
                    "contact_id": f"{who}_{call}",
                    "customer_id": who,
                    "agent_id": f"a{rng.integers(20)}" if call % 3 else None,
                    "arrived_at": at(rng.uniform(0, 75)),
                    "talk_seconds": round(rng.lognormal(5.7, 0.6)),
                    "wait_seconds": round(rng.exponential(40.0)),
                    "resolved": bool(rng.random() < 0.7),
                }
            )
        if rng.random() < 0.2:
            reason = ("voluntary", "involuntary")[number % 3 == 0]
            rows["churn"].append(
                {"customer_id": who, "churned_at": at(rng.uniform(76, 119)), "reason": reason}
            )
    return {name: table(columns_of(name), given) for name, given in rows.items()}
