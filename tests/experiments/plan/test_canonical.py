"""The lock: what a plan means is hashed, not how it is written."""

import json

import pytest

from experiments.plan.canonical import canonical_text, plan_sha256
from experiments.plan.reading import read_plan
from experiments.plan.template import EXAMPLE

SHORT = """\
key: calm
unit: customer
control: a
weights: {a: 5000, b: 5000}
metrics: [{key: kept, role: primary, kind: time_to_event, source: churn, horizon: 14}]
economics: {currency: EUR, cost_per_handle_minute: 0.8}
"""
WRITTEN_OTHERWISE = """\
# the same, by somebody else
economics:
  cost_per_handle_minute: 0.80
  currency: EUR
metrics:
  - role: primary
    horizon: 2    # weeks
    source: {table: churn}
    kind: time_to_event
    key: kept
    unit: day
time_unit: {days: 7, name: week}
weights: {b: 5000, "a": 5000}
unit: customer
control: a
key: calm
timezone: UTC
"""


def test_comments_order_and_formatting_leave_the_hash_alone() -> None:
    same = WRITTEN_OTHERWISE.replace("{days: 7, name: week}", "day").replace(
        "horizon: 2 ", "horizon: 14 "
    )

    assert plan_sha256(read_plan(SHORT)) == plan_sha256(read_plan(same))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("horizon: 14", "horizon: 15"),
        ("0.8}", "0.81}"),
        ("{a: 5000, b: 5000}", "{a: 5001, b: 4999}"),
        ("control: a", "control: b"),
        ("key: kept", "key: held"),
    ],
)
def test_every_change_of_meaning_changes_the_hash(before: str, after: str) -> None:
    assert plan_sha256(read_plan(SHORT)) != plan_sha256(read_plan(SHORT.replace(before, after)))


def test_the_canonical_text_is_json_with_exact_decimals_as_text() -> None:
    form = json.loads(canonical_text(read_plan(EXAMPLE)))

    assert form["economics"]["cost_per_handle_minute"] == "0.8"
    assert form["looks"] == {"planned_end": "2026-12-31"}
    assert form["weights"] == {"take_time": 5000, "target_300s": 5000}


def test_the_hash_of_a_plan_is_fixed_for_ever() -> None:
    assert plan_sha256(read_plan(SHORT)) == (
        "78ccc8037006cc71e3e064eb8c850e8b582caac05e29a590e1dcebf9721b61af"
    )
