"""The life of an experiment over HTTP."""

import json
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from experiments import exposures
from experiments.access import ensure_roles, issue_key
from experiments.models import Experiment
from tests.experiments.designs import NOW, plan, running
from tests.experiments.exposures.test_recording import row

pytestmark = pytest.mark.django_db
LIST = "/api/v1/experiments"
ONE = f"{LIST}/longer_calls"
BODY: dict[str, Any] = {
    "key": "longer_calls",
    "title": "Take the time it needs",
    "variants": [
        {"key": "target_300s", "weight": 5000, "is_control": True, "policy": {"seconds": 300}},
        {"key": "take_time", "weight": 5000, "policy": {"seconds": 540, "note": None}},
    ],
    "targeting": {"attribute": "segment", "equals": "gold"},
    "plan_source": plan(),
}


def with_key(*scopes: str) -> APIClient:
    _, secret = issue_key(name="/".join(scopes), scopes=scopes, now=timezone.now())
    client = APIClient()
    client.credentials(HTTP_X_API_KEY=secret)
    return client


def signed_in(role: str) -> APIClient:
    ensure_roles()
    user = get_user_model().objects.create_user(role)
    user.groups.add(Group.objects.get(name=role))
    client = APIClient(enforce_csrf_checks=False)
    client.force_login(user)
    return client


@pytest.fixture
def writer() -> APIClient:
    return with_key("define")


def test_an_experiment_is_defined_started_and_ended(writer: APIClient) -> None:
    created = writer.post(LIST, BODY, format="json")
    assert created.status_code == 201
    assert created.data["status"] == "draft"
    assert created.data["variants"][1]["policy"] == {"seconds": 540, "note": None}
    assert created.data["moves"] == ["submit", "archive"]

    for move, status in (
        ("submit", "review"),
        ("start", "running"),
        ("pause", "paused"),
        ("resume", "running"),
        ("conclude", "concluded"),
        ("archive", "archived"),
    ):
        moved = writer.post(f"{ONE}/{move}")
        assert (moved.status_code, moved.data["status"]) == (200, status)

    changes = writer.get(f"{ONE}/changes").json()
    assert changes["count"] == 7
    assert changes["results"][0]["action"] == "archive"
    assert changes["results"][0]["actor"] == "key:define"
    assert changes["results"][0]["fields"] == {"status": ["concluded", "archived"]}


def test_a_draft_is_edited_with_its_edition(writer: APIClient) -> None:
    writer.post(LIST, BODY, format="json")

    edited = writer.patch(ONE, {"edition": 1, "title": "Shorter"}, format="json")
    late = writer.patch(ONE, {"edition": 1, "title": "Longer"}, format="json")
    missing = writer.patch(ONE, {"title": "Longer"}, format="json")

    assert (edited.status_code, edited.data["title"], edited.data["edition"]) == (200, "Shorter", 2)
    assert edited.data["targeting"] == BODY["targeting"]
    assert late.status_code == 409
    assert "somebody else changed it first" in late.json()["detail"]
    assert missing.status_code == 400
    (error,) = missing.json()["errors"]
    assert error == {"field": "edition", "value": "null", "rule": "This field is required."}


def test_broken_rules_are_named_with_field_value_and_rule(writer: APIClient) -> None:
    body = {**BODY, "key": "Longer", "variants": BODY["variants"][:1]}

    refused = writer.post(LIST, body, format="json")

    assert refused.status_code == 422
    assert refused["Content-Type"] == "application/problem+json"
    errors = {error["field"]: error for error in refused.json()["errors"]}
    assert errors["key"]["value"] == '"Longer"'
    assert errors["key"]["rule"] == "must match [a-z][a-z0-9_]{0,63}"
    assert "variants" in errors


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", 7),
        ("coverage", "5000"),
        ("coverage", 10_001),
        ("coverage", True),
        ("variants", [{"key": "a", "weight": "1"}]),
        ("variants", [{"key": "a", "weight": 1, "is_control": "yes"}]),
        ("targeting", ["gold"]),
        ("unit", "household"),
        ("plan", "key: a"),
    ],
)
def test_a_value_of_another_type_is_refused(writer: APIClient, field: str, value: object) -> None:
    refused = writer.post(LIST, {**BODY, field: value}, format="json")

    assert refused.status_code == 400
    (error,) = refused.json()["errors"]
    assert error["field"].startswith(field)
    assert error["value"] in json.dumps(value)
    assert error["rule"]


def test_a_plan_that_breaks_a_rule_is_refused_with_its_line(writer: APIClient) -> None:
    refused = writer.post(LIST, {**BODY, "plan_source": "key: 7\n"}, format="json")

    assert refused.status_code == 422
    assert refused.json()["errors"][0]["line"] == 1


def test_a_move_that_is_not_allowed_is_a_conflict(writer: APIClient) -> None:
    writer.post(LIST, BODY, format="json")

    refused = writer.post(f"{ONE}/start")

    assert refused.status_code == 409
    assert "allowed from here: submit, archive" in refused.json()["detail"]


@pytest.mark.parametrize("address", [ONE, f"{ONE}/exposures/counts"])
def test_an_unknown_experiment_is_not_found(writer: APIClient, address: str) -> None:
    assert writer.get(address).status_code == 404


def test_an_unknown_move_is_not_found(writer: APIClient) -> None:
    writer.post(LIST, BODY, format="json")

    refused = writer.post(f"{ONE}/restart")

    assert refused.status_code == 404
    assert "must be one of submit" in refused.json()["detail"]


def test_coverage_switch_and_forced_units_change_while_it_runs(writer: APIClient) -> None:
    running()

    ramped = writer.put(f"{ONE}/coverage", {"coverage": 2000}, format="json")
    killed = writer.post(f"{ONE}/kill")
    back = writer.post(f"{ONE}/unkill")
    writer.put(f"{ONE}/forced", {"unit_id": "0012", "variant": "take_time"}, format="json")
    listed = writer.get(f"{ONE}/forced").json()["results"]
    writer.put(f"{ONE}/forced", {"unit_id": "0012", "variant": None}, format="json")

    assert ramped.data["coverage"] == 2000
    assert (killed.data["killed"], back.data["killed"]) == (True, False)
    assert listed == [{"unit_id": "0012", "variant": "take_time"}]
    assert writer.get(f"{ONE}/forced").json()["results"] == []


def test_exposures_are_counted(writer: APIClient) -> None:
    running()
    exposures.record([row("1")._replace(experiment="longer_calls", exposed_at=NOW)])

    counted = writer.get(f"{ONE}/exposures/counts").json()

    assert counted == {
        "variants": [{"variant": "control", "units": 1, "rows": 1, "served": 1, "exposed": 1}],
        "ineligible": 0,
        "forced": 0,
    }


def test_layers_are_listed_and_made(writer: APIClient) -> None:
    made = writer.post("/api/v1/layers", {"key": "service"}, format="json")
    again = writer.post("/api/v1/layers", {"key": "service"}, format="json")

    assert (made.status_code, again.status_code) == (201, 422)
    assert [each["key"] for each in writer.get("/api/v1/layers").json()["results"]] == ["service"]


def test_a_finance_reviewer_only_reads() -> None:
    running()
    reviewer = signed_in("finance_reviewer")

    assert reviewer.get(ONE).status_code == 200
    assert reviewer.post(f"{ONE}/pause").status_code == 403
    assert reviewer.post(LIST, BODY, format="json").status_code == 403
    assert reviewer.put(f"{ONE}/coverage", {"coverage": 0}, format="json").status_code == 403
    assert Experiment.objects.get().status == "running"


def test_a_leader_defines_under_their_own_name() -> None:
    leader = signed_in("cx_leader")

    created = leader.post(LIST, BODY, format="json")

    assert created.status_code == 201
    assert created.data["owner"] == "cx_leader"


def test_a_key_needs_its_scope_and_none_is_a_401() -> None:
    running()

    assert with_key("read").get(ONE).status_code == 200
    assert with_key("read", "assign").post(f"{ONE}/pause").status_code == 403
    assert with_key("assign").get(ONE).status_code == 403
    assert APIClient().get(ONE).status_code == 401
    assert APIClient().get(ONE)["WWW-Authenticate"].startswith("Bearer")


def test_reading_the_list_costs_the_same_for_one_and_for_many(
    writer: APIClient, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(4):
        running(f"experiment_{number}")
    writer.get(LIST)

    with django_assert_max_num_queries(4):
        assert writer.get(LIST).json()["count"] == 4
