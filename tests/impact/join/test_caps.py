"""Winsorising in the join: one cap for all arms, and what a run keeps of it."""

import pytest

from impact.analysis.storage import dump, load
from tests.impact.join.tables import Row, compute, plan_of

MEAN = "- {key: calls, role: primary, kind: mean, source: contacts.talk_seconds, window: 10, "


def assigned(unit: str, variant: str = "a") -> Row:
    return {"unit_id": unit, "variant": variant, "assigned_at": "2026-03-01"}


def called(unit: str, seconds: float) -> Row:
    return {
        "contact_id": unit,
        "customer_id": unit,
        "arrived_at": "2026-03-02",
        "talk_seconds": seconds,
    }


def test_the_cap_is_the_quantile_of_all_arms_together() -> None:
    units = [assigned("p"), assigned("q"), assigned("r", "b"), assigned("s", "b")]

    found = compute(
        plan_of(MEAN + "winsorising: {quantile: 0.5}}"),
        units,
        contacts=[called("p", 4.0), called("q", 10.0), called("r", 6.0), called("s", 90.0)],
    )

    assert found.caps == {"calls": 8.0}
    means = {arm.variant: arm.moments.means.tolist() for arm in found.moments["calls"]}
    assert means == {"a": [7.0, 6.0], "b": [48.0, 7.0]}
    assert load(dump(found)).caps == found.caps


def test_a_cap_of_the_plan_needs_no_data() -> None:
    found = compute(
        plan_of(MEAN + "winsorising: {cap: 5}}"), [assigned("p"), assigned("q", "b")], contacts=[]
    )

    assert found.caps == {"calls": 5.0}
    assert [arm.moments.names for arm in found.moments["calls"]] == [("y", "w")] * 2


@pytest.mark.parametrize("window", [10, 300])
def test_a_metric_that_no_unit_has_yet_has_no_cap(window: int) -> None:
    plan = plan_of(MEAN.replace("10", str(window)) + "winsorising: {quantile: 0.5}}")

    found = compute(plan, [assigned("p"), assigned("q", "b")], contacts=[])

    assert found.caps == ({"calls": 0.0} if window == 10 else {})
