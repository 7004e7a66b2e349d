"""What the window before still does: with a third arm between, and with windows that are empty."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from impact.analysis.estimates import Estimate
from impact.analysis.evaluate import evaluate
from impact.analysis.storage import dump, load
from tests.impact.join.tables import AS_OF, Row, compute, plan_of
from tests.impact.stats.answers import known

BEGIN = datetime(2026, 3, 2, 8, tzinfo=UTC)
EFFECTS = {"a": 0.0, "b": 30.0, "c": 10.0}
LINGERS = {"a": 0.0, "b": 25.0, "c": 60.0}
MINUTES = (0, 5, 20, 40)  # two of four within the burn-in
WINDOWS = 8
Kept = Callable[[int, int, int], bool]


def contacts(variants: str, days: int = 20, kept: Kept = lambda *_: True) -> list[Row]:
    """Draw contacts of eight windows of an hour a day: what the window before adds lingers."""
    rng = np.random.default_rng(8)
    made: list[Row] = []
    for day in range(days):
        arms = rng.choice(list(variants), WINDOWS)
        for place, arm in enumerate(arms):
            before = arms[place - 1] if place else "a"
            level = 60 + 5 * (day % 7) + EFFECTS[arm] + LINGERS[before]
            for minute in MINUTES:
                if kept(day, place, minute):
                    at = BEGIN + timedelta(days=day, hours=place, minutes=minute)
                    made.append(
                        {
                            "contact_id": f"{day:02}-{place}-{minute:02}",
                            "customer_id": "1",
                            "arrived_at": at.isoformat(),
                            "wait_seconds": round(float(level + rng.normal(0, 0.5)), 3),
                            "variant": arm,
                            "window_id": f"w{day:02}{place}",
                        }
                    )
    return made


def carried(made: Sequence[Row], variants: str = "ab") -> dict[str, Estimate]:
    """Return the carry-over row of every variant."""
    plan = plan_of(
        "- {key: m, role: primary, kind: mean, source: contacts.wait_seconds, window: 1}",
        head="switchback: {window: window_id, burn_in: 15}",
        unit="contact",
    )
    plan = replace(plan, weights=tuple((name, 5000) for name in variants))
    assigned = [
        {
            "unit_id": row["contact_id"],
            "variant": row["variant"],
            "assigned_at": row["arrived_at"],
            "window_id": row["window_id"],
        }
        for row in made
    ]
    facts = [
        {name: row[name] for name in row if name not in {"variant", "window_id"}} for row in made
    ]
    rows = evaluate(plan, load(dump(compute(plan, assigned, contacts=facts))), as_of=AS_OF)
    return {row.variant: row for row in rows.estimates if row.method == "carry_over"}


def assert_found(row: Estimate, truth: float) -> None:
    assert known(row.value) == pytest.approx(truth, abs=1.0)
    assert known(row.std_error) < 1.0
    assert known(row.ci_low) < truth < known(row.ci_high)


def test_with_a_third_arm_the_window_before_is_the_one_before_in_time() -> None:
    found = carried(contacts("abc", days=40), "abc")

    assert_found(found["b"], LINGERS["b"])
    assert_found(found["c"], LINGERS["c"])
    assert "windows after one of neither variant left out" in found["b"].note


def test_a_window_without_contacts_hides_what_came_before() -> None:
    empty = carried(contacts("ab", kept=lambda day, place, _: (day + place) % 5 != 2))

    assert_found(empty["b"], LINGERS["b"])


def test_a_window_whose_contacts_all_fell_into_the_burn_in_still_came_before() -> None:
    brief = carried(contacts("ab", kept=lambda day, place, at: (day + place) % 5 != 2 or at < 15))

    assert_found(brief["b"], LINGERS["b"])
