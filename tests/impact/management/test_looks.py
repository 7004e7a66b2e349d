"""`analyze` before the planned end: looks over files, with the information of earlier looks."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from impact.stats.sequential.group_sequential import bounds
from impact.stats.sequential.spending import Spending
from tests.impact.management.analysing import ANCHOR, Row, analyze, day, estimate, run

PLAN = """\
key: calm
unit: customer
control: quick
weights: {{quick: 5000, calm: 5000}}
as_of: {as_of}
looks: {{rule: {rule}, dates: [2026-03-01, 2026-06-01], planned_end: 2026-09-01,
  planned_units: 1000, planned_events: 300}}
metrics:
  - {{key: kept, role: primary, kind: time_to_event, source: churn, horizon: 60}}
  - {{key: calls, role: secondary, kind: mean, source: observations.calls}}
"""


def assignments(n: int = 600) -> list[Row]:
    """Assign half of the customers before the first look and half after it."""
    return [
        {
            "unit_id": f"{number:04}",
            "variant": ("quick", "calm")[number % 2],
            "assigned_at": day(150 if number < n // 2 else 80),
        }
        for number in range(n)
    ]


def churn(n: int = 600) -> list[Row]:
    """Let half of the customers churn after 20 days, the calm ones less often."""
    kept = {"quick": 4, "calm": 1}
    return [
        {"customer_id": row["unit_id"], "churned_at": day((150 if place < n // 2 else 80) - 20)}
        for place, row in enumerate(assignments(n))
        if place % 7 <= kept[str(row["variant"])]
    ]


def observations(n: int = 600) -> list[Row]:
    rng = np.random.default_rng(4)
    return [
        {"unit_id": f"{number:04}", "metric": "calls", "value": float(value)}
        for number, value in enumerate(rng.normal(5, 1, n))
    ]


def tables() -> dict[str, Sequence[Row]]:
    return {"assignments": assignments(), "churn": churn(), "observations": observations()}


def analysed(folder: Path, rule: str, as_of: str = "2026-06-01") -> dict[str, Any]:
    return analyze(folder, PLAN.format(rule=rule, as_of=as_of), **tables())


def test_a_look_spends_by_the_events_of_this_look_and_the_one_before(tmp_path: Path) -> None:
    found = estimate(analysed(tmp_path, "obrien_fleming"), quantity="hazard_ratio", method="cox")

    first = sum(1 for row in churn() if str(row["churned_at"]) < "2026-03-01")
    now = len(churn())
    expected = bounds(
        [first, now], planned=300, alpha=0.05, spending=Spending.OBRIEN_FLEMING, final=False
    )
    width = np.log(found["ci_high"] / found["value"])
    final = analyze(tmp_path, _without_rule(), **tables())
    error = estimate(final, quantity="hazard_ratio", method="cox")["std_error"]
    assert width / error == pytest.approx(expected[1], rel=1e-6)
    assert (found["look"], found["p_value"], found["std_error"]) == (2, None, None)


def _without_rule() -> str:
    text = PLAN.format(rule="pocock", as_of="2026-06-01")
    return text.replace(text[text.index("looks") : text.index("metrics")], "")


def test_a_crossed_bound_is_said_in_the_decision(tmp_path: Path) -> None:
    document = analysed(tmp_path, "pocock")

    assert document["decision"]["verdict"] == "ship"
    assert document["decision"]["reasons"][0].startswith("Look 2 of 3 is read by group-sequential")
    assert document["answer"].startswith("Stopped at a crossed bound before the planned end")


def test_a_confidence_sequence_may_be_read_on_any_day(tmp_path: Path) -> None:
    mean = estimate(
        analysed(tmp_path, "confidence_sequence", "2026-05-31"), quantity="mean_difference"
    )

    assert mean["look"] == 2
    assert mean["ci_low"] < mean["value"] < mean["ci_high"]
    assert mean["confidence_level"] == 0.95


def test_nothing_of_an_interim_document_gives_the_test_away(tmp_path: Path) -> None:
    day_before = (ANCHOR - timedelta(days=1)).date().isoformat()

    document = analysed(tmp_path, "obrien_fleming", day_before)

    for row in document["estimates"]:
        if row["kind"] != "check":
            assert {row[name] for name in ("p_value", "statistic", "std_error", "ci_low")} == {None}
    assert document["decision"]["verdict"] == "keep_running"


def test_the_report_of_a_look_can_be_drawn(tmp_path: Path) -> None:
    for rule in ("pocock", "confidence_sequence"):
        html = run(tmp_path, PLAN.format(rule=rule, as_of="2026-06-01"), "html", **tables())
        assert "hold whatever was looked at before" in html
