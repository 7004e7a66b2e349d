"""A switchback from its definition to the log: published whole, assigned by arrival time."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from experiments import definitions, exposures, registry
from experiments.access import issue_key
from experiments.errors import InvalidDefinition, InvalidPlan
from experiments.models import Experiment
from tests.experiments.api.test_experiments import LIST, ONE, with_key
from tests.experiments.designs import draft, running
from tests.experiments.ofrep.conftest import FLAGS

pytestmark = pytest.mark.django_db
SCHEDULE: dict[str, Any] = {
    "starts_on": "2026-01-12",
    "weeks": 2,
    "timezone": "Europe/Berlin",
    "slot_minutes": 120,
    "burn_in": 10,
}
PLAN = """
key: longer_calls
unit: time_slot
control: target_300s
weights: {target_300s: 5000, take_time: 5000}
timezone: Europe/Berlin
switchback: {burn_in: 10}
metrics:
  - {key: waiting, role: primary, kind: mean, source: contacts.wait_seconds, window: 1}
"""
DESIGN: dict[str, Any] = {"unit": "time_slot", "schedule": SCHEDULE, "plan_source": PLAN}
STARTED = datetime(2026, 1, 11, 23, 30, tzinfo=UTC) - timedelta(hours=1)  # the day before, Berlin
ARRIVED = datetime(2026, 1, 13, 9, 5, tzinfo=UTC)


@pytest.fixture
def switchback() -> Experiment:
    return running(now=STARTED, **DESIGN)


def ask(contact: str, arrived_at: datetime, **more: object) -> dict[str, str]:
    _, secret = issue_key(name=f"router {contact}", scopes=["assign"], now=STARTED)
    body = {
        "contact_id": contact,
        "arrived_at": arrived_at.isoformat(),
        "experiments": ["longer_calls"],
        **more,
    }
    registry.snapshot.forget()
    response = Client().post(
        "/api/v1/assign", body, content_type="application/json", headers={"X-API-Key": secret}
    )
    answer: dict[str, str] = response.json()
    return answer


def published() -> dict[str, str]:
    answer = with_key("read").get(f"{ONE}/schedule")
    assert answer.status_code == 200
    return {slot["slot"]: slot["variant"] for slot in answer.data["slots"]}


def test_the_whole_schedule_is_published_before_it_begins(switchback: Experiment) -> None:
    answer = with_key("read").get(f"{ONE}/schedule").data

    assert (answer["version"], answer["salt"]) == (1, switchback.salt)
    assert len(answer["slots"]) == 2 * 7 * 12
    assert answer["slots"][0] == {
        "slot": "2026-01-12T00:00",
        "block": "0-1T00:00",
        "begins_at": "2026-01-11T23:00:00Z",
        "burn_in_until": "2026-01-11T23:10:00Z",
        "ends_at": "2026-01-12T01:00:00Z",
        "variant": answer["slots"][0]["variant"],
        "saturation": "",
    }
    blocks = Counter((slot["block"], slot["variant"]) for slot in answer["slots"])
    assert set(blocks.values()) == {1}


def test_a_contact_is_served_as_published_for_its_arrival(switchback: Experiment) -> None:
    answer = ask("c-1", ARRIVED)

    assert (answer["status"], answer["enrolled"]) == ("ok", "true")
    assert answer["variant"] == published()["2026-01-13T10:00"]
    (row,) = exposures.log(switchback.key, until=timezone.now())
    assert (row.unit_id, row.contact_id, row.bucket) == ("2026-01-13T10:00", "c-1", None)
    assert row.attributes["window_id"] == "2026-01-13T10:00"
    assert row.attributes["window_minute"] == 5
    assert row.attributes["window_block"] == "0-2T10:00"


def test_a_question_that_comes_late_is_answered_for_the_arrival(switchback: Experiment) -> None:
    drawn = published()
    before, after = ((8, "2026-01-13T08:00"), (9, "2026-01-13T10:00"))

    answers = {
        slot: ask(f"c-{hour}", ARRIVED.replace(hour=hour, minute=59 if hour == 8 else 0))
        for hour, slot in (before, after)
    }

    assert {slot: answer["variant"] for slot, answer in answers.items()} == {
        slot: drawn[slot] for slot in answers
    }
    assert switchback.status == "running"


@pytest.mark.usefixtures("switchback")
def test_outside_of_the_schedule_control_is_served_and_nothing_is_enrolled() -> None:
    answer = ask("c-1", datetime(2026, 1, 30, 12, tzinfo=UTC))

    assert (answer["variant"], answer["enrolled"]) == ("target_300s", "false")
    assert (answer["source"], answer["status"]) == ("service", "ok")


@pytest.mark.usefixtures("switchback")
def test_no_id_is_needed_to_know_the_slot() -> None:
    _, secret = issue_key(name="flags", scopes=["assign"], now=STARTED)
    headers = {"X-API-Key": secret}
    registry.snapshot.forget()

    answers = [
        Client().post(path, {"context": context}, content_type="application/json", headers=headers)
        for path, context in (
            (f"{FLAGS}/longer_calls", {"targetingKey": "anybody", "contact_id": "c-9"}),
            (FLAGS, {"targetingKey": "anybody"}),
        )
    ]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json()["variant"] == answers[1].json()["flags"][0]["variant"]
    (row,) = exposures.log("longer_calls", until=timezone.now())
    assert (row.contact_id, row.eligible) == ("c-9", False)  # the two weeks are over


def test_a_schedule_of_a_day_that_has_begun_is_not_started() -> None:
    with pytest.raises(InvalidDefinition) as refused:
        running(now=STARTED + timedelta(hours=1), **DESIGN)

    assert [each.field for each in refused.value.violations] == ["schedule.starts_on"]


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("burn_in: 10", "burn_in: 15", "plan.switchback.burn_in"),
        ("burn_in: 10", "burn_in: 10, window: hour", "plan.switchback.window"),
        ("Europe/Berlin", "UTC", "plan.timezone"),
    ],
)
def test_plan_and_schedule_must_agree(old: str, new: str, field: str) -> None:
    with pytest.raises(InvalidDefinition) as refused:
        definitions.check(draft(**{**DESIGN, "plan_source": PLAN.replace(old, new)}))

    assert [each.field for each in refused.value.violations] == [field]


def test_a_plan_of_time_slots_needs_a_switchback() -> None:
    with pytest.raises(InvalidPlan, match="is required: the unit is a time slot"):
        definitions.check(
            draft(**{**DESIGN, "plan_source": PLAN.replace("switchback: {burn_in: 10}\n", "")})
        )


def test_a_broken_schedule_is_refused_over_http() -> None:
    body = {
        "key": "longer_calls",
        "title": "Take the time it needs",
        "unit": "time_slot",
        "schedule": {**SCHEDULE, "weeks": 3},
        "variants": [
            {"key": "target_300s", "weight": 5000, "is_control": True},
            {"key": "take_time", "weight": 5000},
        ],
    }

    refused = with_key("define").post(LIST, body, format="json")

    assert refused.status_code == 422
    (error,) = refused.data["errors"]
    assert (error["field"], error["value"]) == ("schedule.weeks", "3")
    assert error["rule"] == "must be a multiple of block_weeks, 2"


def test_an_experiment_without_slots_has_no_schedule() -> None:
    running()

    assert with_key("read").get(f"{ONE}/schedule").status_code == 404
