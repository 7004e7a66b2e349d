"""Lifetime revenue through the command: files go in, R's numbers come out."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.impact.management.analysing import Row, analyze, estimate, read_csv, run
from tests.impact.stats.oracle import quantity
from tests.reference import SHARED, needs_reference

START = datetime(2015, 1, 1, tzinfo=UTC)
PLAN = """\
key: known
unit: customer
control: a
weights: {a: 5000, b: 5000}
as_of: 2026-06-01
time_unit: {name: month, days: 100}
metrics:
  - {key: lifetime, role: primary, kind: mean, source: revenue.amount, horizon: 12}
"""


def on(day: int) -> str:
    return (START + timedelta(days=day)).date().isoformat()


def customers_of_the_case() -> dict[str, list[Row]]:
    """Return files of the case: a month is a hundred days and paid at its end, or at churn."""
    assert SHARED is not None
    tables: dict[str, list[Row]] = {
        name: [] for name in ("assignments", "customers", "churn", "revenue")
    }
    for number, row in enumerate(read_csv(SHARED / "oracle" / "s8_ltv.csv")):
        unit, days = f"{number:04}", round(float(row["time"]) * 100)
        tables["assignments"].append(
            {"unit_id": unit, "variant": "ab"[int(row["arm"])], "assigned_at": on(0)}
        )
        if row["event"] == "1":
            tables["churn"].append({"customer_id": unit, "churned_at": on(days)})
        else:
            tables["customers"].append({"customer_id": unit, "observed_until": on(days)})
        for month in range(1, 13):
            amount, at = row[f"m{month}"], on(min(100 * month - 1, days))
            if float(amount):
                tables["revenue"].append(payment(f"{unit}-{month}", unit, at, amount))
    return tables


def payment(key: str, unit: str, at: str, amount: str) -> Row:
    return {
        "transaction_id": key,
        "customer_id": unit,
        "occurred_at": at,
        "amount": amount,
        "currency": "EUR",
    }


@needs_reference
def test_the_known_case_comes_out_of_files(tmp_path: Path) -> None:
    document = analyze(tmp_path, PLAN, **customers_of_the_case())

    for variant, arm in (("a", "arm0"), ("b", "arm1")):
        expected, rtol = quantity("s8_ltv", arm)
        row = estimate(document, quantity="lifetime_revenue", variant=variant)
        assert row["value"] == pytest.approx(expected["zt"], rel=rtol)
        assert (row["at"], row["unit"]) == (12, "EUR")
        check_nothing_naive(document, expected)
    difference = estimate(document, quantity="lifetime_revenue_difference")
    assert difference["ci_low"] < difference["value"] < difference["ci_high"]
    assert document["decision"]["verdict"] == "ship"


def check_nothing_naive(document: dict[str, Any], expected: dict[str, float]) -> None:
    values = [row["value"] for row in document["estimates"] if row["value"] is not None]
    for name in ("naive_complete", "naive_all"):
        assert not [value for value in values if value == pytest.approx(expected[name], rel=1e-6)]


def test_a_horizon_that_nobody_reached_is_said_and_the_rest_stands(tmp_path: Path) -> None:
    fortnight = [(str(number), "ab"[number % 2]) for number in range(40)]
    plan = PLAN.replace("2026-06-01", date(2015, 6, 1).isoformat())
    second = "  - {key: spent, role: secondary, kind: mean, source: revenue.amount, window: 1}\n"

    tables: dict[str, list[Row]] = {
        "assignments": [
            {"unit_id": unit, "variant": arm, "assigned_at": on(0)} for unit, arm in fortnight
        ],
        "churn": [{"customer_id": "3", "churned_at": on(9)}],
        "revenue": [payment(unit, unit, on(5), f"{number}.50") for number, (unit, _) in
                    enumerate(fortnight)],
    }  # fmt: skip
    document = analyze(tmp_path, plan + second, **tables)

    row = estimate(document, quantity="lifetime_revenue_difference")
    assert row["value"] is None
    assert row["note"].startswith("too few customers could be observed until the horizon: 0.0%")
    assert estimate(document, quantity="mean_difference", metric="spent")["value"] is not None
    assert "too few customers" in run(tmp_path, plan + second, "html", **tables)
