"""Quantiles joined: the engine's passes give what the rows give."""

import numpy as np
import pytest

from impact.analysis.storage import dump, load
from impact.analysis.sufficient import ArmQuantile
from impact.stats.means.quantiles import quantile_of_rows
from tests.impact.join.tables import Row, compute, plan_of

CALLS = "- {key: slow, role: primary, kind: quantile, source: contacts.talk_seconds, window: 10,"
SEGMENTED = "segments: [tier]"


def of_arm(arms: tuple[ArmQuantile, ...], variant: str, segment: str = "all") -> ArmQuantile:
    return next(arm for arm in arms if (arm.variant, arm.segment) == (variant, segment))


def centre(seed: int, n: int = 60) -> tuple[list[Row], list[Row]]:
    """Draw customers of two arms and tiers, each with one to four calls."""
    rng = np.random.default_rng(seed)
    units: list[Row] = [
        {
            "unit_id": f"{number:03}",
            "variant": "ab"[number % 2],
            "assigned_at": "2026-03-01",
            "tier": ("pro", "basic")[number // 2 % 2],
        }
        for number in range(n)
    ]
    calls: list[Row] = [
        {
            "contact_id": f"{unit['unit_id']}-{call}",
            "customer_id": unit["unit_id"],
            "arrived_at": "2026-03-02",
            "talk_seconds": float(rng.gamma(2.0, 150.0)),
        }
        for unit in units
        for call in range(int(rng.integers(1, 5)))
    ]
    return units, calls


@pytest.mark.parametrize("segment", ["all", "tier=pro"])
@pytest.mark.parametrize("variant", ["a", "b"])
def test_the_engine_gives_what_the_rows_give(variant: str, segment: str) -> None:
    units, calls = centre(seed=8)
    kept = {
        unit["unit_id"]
        for unit in units
        if unit["variant"] == variant and segment in {"all", f"tier={unit['tier']}"}
    }
    mine = [call for call in calls if call["customer_id"] in kept]

    found = compute(
        plan_of(CALLS + " quantile: 0.5}", head=SEGMENTED), units, contacts=calls
    ).quantiles["slow"]

    arm = of_arm(found, variant, segment)
    expected = quantile_of_rows(
        [float(str(call["talk_seconds"])) for call in mine],
        [str(call["customer_id"]) for call in mine],
        0.5,
        level=0.95,
    )
    assert (arm.units, arm.rows) == (expected.units, expected.rows)
    for name in ("value", "low", "high"):
        assert getattr(arm, name) == pytest.approx(getattr(expected, name), rel=1e-8)


def test_a_quantile_may_be_of_the_sum_of_each_unit() -> None:
    units, calls = centre(seed=9, n=4)
    source = "{table: contacts, column: talk_seconds, aggregate: sum}"
    plan = plan_of(CALLS.replace("contacts.talk_seconds", source) + " quantile: 0.5}")

    found = compute(plan, units, contacts=calls)

    sums = [
        sum(float(str(c["talk_seconds"])) for c in calls if c["customer_id"] == unit["unit_id"])
        for unit in units
        if unit["variant"] == "a"
    ]
    arm = of_arm(found.quantiles["slow"], "a")
    assert (arm.units, arm.rows) == (2, 2)
    assert arm.value == pytest.approx(np.median(sums))
    assert (arm.low, arm.high) == (None, None)
    assert load(dump(found)).quantiles == found.quantiles


def test_units_without_a_call_count_as_units() -> None:
    units, _ = centre(seed=1, n=6)

    arm = of_arm(
        compute(plan_of(CALLS + " quantile: 0.9}"), units, contacts=[]).quantiles["slow"], "b"
    )

    assert (arm.units, arm.rows, arm.value) == (3, 0, None)
