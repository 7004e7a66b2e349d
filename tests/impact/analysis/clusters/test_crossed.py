"""Customers crossed by agents: errors both ways, from rows of contacts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from numpy.typing import NDArray

from experiments.plan.document import Plan, Unit
from experiments.plan.looks import Looks
from impact.analysis.estimates import Estimate
from impact.analysis.evaluate import evaluate
from impact.analysis.headlines import effect_row
from impact.analysis.storage import dump, load
from tests.impact.join.tables import AS_OF, Row, compute, plan_of
from tests.impact.stats.answers import known

PLAN = plan_of(
    "- {key: m, role: primary, kind: ratio, source: contacts.handle_seconds,"
    " denominator: contacts.handled, window: 10, crossed_with: agent_id}"
)
BY_AGENT = replace(
    PLAN,
    unit=Unit.AGENT,
    metrics=tuple(replace(metric, crossed_with="customer_id") for metric in PLAN.metrics),
)


def calls(
    seed: int, customers: int = 60, agents: int = 12, spread: float = 40.0
) -> list[dict[str, object]]:
    """Draw calls: each of a random customer to a random agent who has a length of their own."""
    rng = np.random.default_rng(seed)
    length = rng.normal(300, spread, agents)
    made = rng.integers(0, customers, 4 * customers)
    taken = rng.integers(0, agents, made.size)
    return [
        {
            "contact_id": f"c{number}",
            "customer_id": f"u{customer:03}",
            "agent_id": f"g{agent:02}",
            "arrived_at": "2026-03-02T10:00",
            "answered_at": "2026-03-02T10:01",
            "talk_seconds": round(float(length[agent] + rng.normal(0, 20)), 3),
        }
        for number, (customer, agent) in enumerate(zip(made, taken, strict=True))
    ]


def assigned(units: Sequence[str]) -> list[Row]:
    return [
        {"unit_id": unit, "variant": "ab"[place % 2], "assigned_at": "2026-03-01T10:00"}
        for place, unit in enumerate(units)
    ]


def rows_of(plan: Plan, units: Sequence[str], contacts: Sequence[Row]) -> tuple[Estimate, ...]:
    counted = compute(plan, assigned(units), contacts=contacts)
    return evaluate(plan, load(dump(counted)), as_of=AS_OF).estimates


def row_by(rows: Sequence[Estimate], method: str) -> Estimate:
    (row,) = [row for row in rows if (row.quantity, row.method) == ("ratio_difference", method)]
    return row


def squared_errors(contacts: Sequence[Row], arm: dict[object, int]) -> dict[str, float]:
    """Add up each contact's score by customer, by agent and by both, contact by contact."""
    y = np.array([float(str(row["talk_seconds"])) for row in contacts])
    z = np.array([arm[row["customer_id"]] for row in contacts])
    score = np.zeros(len(y))
    for side, sign in ((1, 1), (0, -1)):
        score[z == side] = sign * (y[z == side] - y[z == side].mean()) / (z == side).sum()
    agents = [row["agent_id"] for row in contacts]
    pairs = [(row["customer_id"], row["agent_id"]) for row in contacts]
    customers = [row["customer_id"] for row in contacts]
    return {
        "agent": between(agents, score),
        "customer": sum(between(customers, np.where(z == side, score, 0.0)) for side in (0, 1)),
        "pair": sum(between(pairs, np.where(z == side, score, 0.0)) for side in (0, 1)),
    }


def between(labels: Sequence[object], score: NDArray[np.float64]) -> float:
    """Add up squares of each group's score, of the groups that have one, G / (G - 1)."""
    groups: dict[object, float] = {}
    for label, value in zip(labels, score, strict=True):
        if value:
            groups[label] = groups.get(label, 0.0) + value
    return sum(value**2 for value in groups.values()) * len(groups) / (len(groups) - 1)


def test_errors_by_both_are_those_of_contacts_one_by_one() -> None:
    contacts = calls(1)
    customers = sorted({str(row["customer_id"]) for row in contacts})
    arm: dict[object, int] = {name: place % 2 for place, name in enumerate(customers)}
    expected = squared_errors(contacts, arm)

    both = row_by(rows_of(PLAN, customers, contacts), "two_way")

    summed = expected["customer"] + expected["agent"] - expected["pair"]
    largest = max(summed, expected["customer"], expected["agent"])
    assert known(both.std_error) ** 2 == pytest.approx(largest, rel=1e-8)
    assert (
        f"alone {expected['customer'] ** 0.5:.3g} and {expected['agent'] ** 0.5:.3g}" in both.note
    )


def test_where_customers_were_drawn_it_stands_beside_the_answer() -> None:
    contacts = calls(2)
    customers = sorted({str(row["customer_id"]) for row in contacts})

    rows = rows_of(PLAN, customers, contacts)

    one_way, both = row_by(rows, "delta"), row_by(rows, "two_way")
    assert effect_row(PLAN.primary, "b", rows) == one_way
    assert both.value == pytest.approx(one_way.value)
    assert both.df == 11
    assert "by customer and by agent_id" in both.note


def test_where_agents_were_drawn_it_is_the_answer() -> None:
    contacts = calls(3, agents=30)
    agents = sorted({str(row["agent_id"]) for row in contacts})

    rows = rows_of(BY_AGENT, agents, contacts)

    both = effect_row(BY_AGENT.primary, "b", rows)
    assert both is not None
    assert both.method == "two_way"
    assert known(both.df) < 30
    assert not [row for row in rows if row.method == "cr2" and row.quantity == "ratio_difference"]


def test_a_handful_of_agents_is_refused() -> None:
    contacts = calls(4, agents=4)
    customers = sorted({str(row["customer_id"]) for row in contacts})

    both = row_by(rows_of(PLAN, customers, contacts), "two_way")

    assert (both.value, both.note) == (None, "too few groups cross the units: 4")


def test_a_look_does_not_say_how_large_the_errors_are() -> None:
    contacts = calls(1)
    customers = sorted({str(row["customer_id"]) for row in contacts})
    running = replace(PLAN, looks=Looks(planned_end=date(2026, 12, 1)))

    both = row_by(rows_of(running, customers, contacts), "two_way")

    assert both.std_error is None
    assert "errors by customer and by agent_id" in both.note
    assert "alone" not in both.note
