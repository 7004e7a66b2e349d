"""Two stages from the definition to the log: the share that a cluster drew stands in each row."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from experiments import definitions, exposures, registry
from experiments.access import issue_key
from experiments.errors import InvalidDefinition
from tests.experiments.api.test_experiments import ONE, with_key
from tests.experiments.designs import NOW, draft, running

pytestmark = pytest.mark.django_db
LEVELS = [{"share": 0, "weight": 5000}, {"share": 10000, "weight": 5000}]
PLAN = """
key: longer_calls
unit: customer
control: target_300s
weights: {target_300s: 5000, take_time: 5000}
saturation: saturation
metrics:
  - {key: happy, role: primary, kind: mean, source: surveys.csat, window: 30, cluster: queue}
"""
DESIGN: dict[str, Any] = {
    "saturation": {"cluster": "queue", "levels": LEVELS},
    "plan_source": PLAN,
}


def ask(**named: str) -> dict[str, str]:
    _, secret = issue_key(name=f"router {len(named)} {named}", scopes=["assign"], now=NOW)
    registry.snapshot.forget()
    response = Client().post(
        "/api/v1/assign",
        {"experiments": ["longer_calls"], **named},
        content_type="application/json",
        headers={"X-API-Key": secret},
    )
    answer: dict[str, str] = response.json()
    return answer


def test_the_share_of_the_queue_is_recorded_with_the_exposure() -> None:
    running(**DESIGN)

    served = {
        queue: ask(customer_id="0012", contact_id=f"c {queue}", queue=queue)["variant"]
        for queue in map("q{}".format, range(8))
    }

    rows = list(exposures.log("longer_calls", until=timezone.now()))
    assert {row.queue: row.assigned_variant for row in rows} == served
    by_share = {(str(row.attributes["saturation"]), row.assigned_variant) for row in rows}
    assert by_share == {("0", "target_300s"), ("100", "take_time")}


def test_without_a_queue_the_unit_of_the_design_is_missing() -> None:
    running(**DESIGN)

    answer = ask(customer_id="0012")

    assert (answer["status"], answer["variant"]) == ("missing_unit", "target_300s")
    assert not list(exposures.log("longer_calls", until=timezone.now()))


def test_windows_that_draw_shares_publish_them() -> None:
    schedule = {"starts_on": "2026-01-12", "weeks": 2}
    running(
        saturation={"cluster": "window_id", "levels": LEVELS},
        schedule=schedule,
        plan_source=PLAN.replace("cluster: queue", "cluster: window_id"),
    )

    slots = with_key("read").get(f"{ONE}/schedule").data["slots"]
    arrived_at = datetime(2026, 1, 13, 9, tzinfo=UTC)
    answer = ask(customer_id="0012", contact_id="c-1", arrived_at=arrived_at.isoformat())

    (share,) = (slot["saturation"] for slot in slots if slot["slot"] == "2026-01-13T08:00")
    assert {slot["variant"] for slot in slots} == {""}
    assert all(slot["burn_in_until"] == slot["begins_at"] for slot in slots)
    assert answer["variant"] == {"0": "target_300s", "100": "take_time"}[share]
    (row,) = exposures.log("longer_calls", until=timezone.now())
    assert row.unit_id == "0012"
    assert row.attributes["window_id"] == "2026-01-13T08:00"
    assert row.attributes["saturation"] == share


def test_windows_that_draw_shares_have_no_burn_in() -> None:
    schedule = {"starts_on": "2026-01-12", "weeks": 2, "burn_in": 15}
    by_window = draft(
        saturation={"cluster": "window_id", "levels": LEVELS},
        schedule=schedule,
        plan_source=PLAN.replace("cluster: queue", "cluster: window_id"),
    )

    with pytest.raises(InvalidDefinition, match=r"schedule.burn_in = 15: must be 0"):
        definitions.check(by_window)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("saturation: saturation", "saturation: share", "plan.saturation"),
        ("cluster: queue", "cluster: team", "plan.metrics.cluster"),
    ],
)
def test_plan_and_saturation_must_agree(old: str, new: str, field: str) -> None:
    with pytest.raises(InvalidDefinition) as refused:
        definitions.check(draft(**{**DESIGN, "plan_source": PLAN.replace(old, new)}))

    assert [each.field for each in refused.value.violations] == [field]
