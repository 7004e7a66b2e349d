"""The admin site: it changes experiments through definitions, and shows a secret once."""

import json
import re
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from experiments import definitions, exposures
from experiments.access import ensure_roles, find_holder
from experiments.models import ApiKey, Change, Experiment, Layer
from tests.experiments.designs import NOW, draft, plan, running
from tests.experiments.exposures.test_recording import row

pytestmark = pytest.mark.django_db
LIST = "/admin/experiments/experiment/"
VARIANTS = [
    {"key": "target_300s", "weight": 5000, "is_control": True, "policy": {"seconds": 300}},
    {"key": "take_time", "weight": 5000},
]
FORM = {
    "key": "longer_calls",
    "title": "Take the time it needs",
    "hypothesis": "It pays.",
    "unit": "customer",
    "layer": "",
    "layer_start": 0,
    "layer_end": 10_000,
    "targeting": "{}",
    "coverage": 10_000,
    "plan_source": plan(),
    "variant_list": json.dumps(VARIANTS),
    "edition": "",
}


def signed_in(role: str) -> Client:
    ensure_roles()
    user = get_user_model().objects.create_user(role, is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


def act(client: Client, action: str, *rows: int, at: str = LIST) -> list[str]:
    answer = client.post(at, {"action": action, "_selected_action": rows})
    return told(answer)


def told(answer: Any) -> list[str]:  # the test client's response
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_a_draft_is_made_through_definitions() -> None:
    leader = signed_in("cx_leader")

    answer = leader.post(LIST + "add/", FORM)

    assert answer.status_code == 302
    made = Experiment.objects.get()
    assert [variant.key for variant in made.variants.all()] == ["target_300s", "take_time"]
    assert Change.objects.get().action == "create"
    assert made.owner is not None


def test_a_bad_draft_is_shown_with_every_rule() -> None:
    leader = signed_in("cx_leader")
    bad = [{"key": "a", "weight": 1}, {"key": "a", "weight": 1}]

    weights = leader.post(LIST + "add/", {**FORM, "variant_list": json.dumps(bad)})
    shape = leader.post(LIST + "add/", {**FORM, "variant_list": '[{"key": 1}]'})
    unread = leader.post(LIST + "add/", {**FORM, "plan_source": "key: 7"})

    assert "must have weights that sum to 10000" in weights.content.decode()
    assert "Expected `str`, got `int`" in shape.content.decode().replace("&#x27;", "'")
    assert "line 1" in unread.content.decode()
    assert not Experiment.objects.exists()


def test_a_draft_is_edited_and_another_edit_is_not_overwritten() -> None:
    leader = signed_in("cx_leader")
    made = definitions.create(draft(), actor="someone", now=NOW)
    address = f"{LIST}{made.pk}/change/"
    shown = leader.get(address)
    assert "take_time" in shown.content.decode()

    first = leader.post(address, {**FORM, "title": "First", "edition": 1})
    second = leader.post(address, {**FORM, "title": "Second", "edition": 1})

    assert first.status_code == second.status_code == 302
    assert Experiment.objects.get().title == "First"
    assert any("somebody else changed it first" in message for message in told(second))


def test_moves_are_actions_and_a_refusal_is_told() -> None:
    leader = signed_in("cx_leader")
    made = definitions.create(draft(), actor="someone", now=NOW)

    refused = act(leader, "start", made.pk)
    done = act(leader, "submit", made.pk) + act(leader, "start", made.pk)
    killed = act(leader, "kill", made.pk)

    assert "cannot start an experiment that is draft" in refused[0]
    assert done[-1] == "longer_calls: start, now running"
    assert killed
    assert Experiment.objects.get().killed
    assert set(Change.objects.values_list("actor", flat=True)) == {"someone", "cx_leader"}


def test_a_started_experiment_is_only_shown() -> None:
    leader = signed_in("cx_leader")
    address = f"{LIST}{running().pk}/change/"

    assert "take_time 5000" in leader.get(address).content.decode()
    assert leader.post(address, FORM).status_code == 403
    assert leader.post(f"{LIST}{Experiment.objects.get().pk}/delete/").status_code == 403


def test_a_reviewer_sees_and_changes_nothing() -> None:
    reviewer = signed_in("finance_reviewer")
    started = running()

    assert reviewer.get(LIST).status_code == 200
    assert reviewer.get(LIST + "add/").status_code == 403
    act(reviewer, "pause", started.pk)
    assert Experiment.objects.get().status == "running"
    assert reviewer.get("/admin/experiments/apikey/").status_code == 403


def test_a_key_is_issued_shown_once_and_revoked() -> None:
    administrator = signed_in("administrator")
    keys = "/admin/experiments/apikey/"

    asked = administrator.get(keys + "add/").content.decode()
    answer = administrator.post(keys + "add/", {"name": "router", "scopes": ["assign"]})

    (secret,) = re.findall(r"eq_\S+", " ".join(told(answer)).replace("”", " "))
    assert find_holder(secret, timezone.now())
    assert secret in administrator.get(keys).content.decode()
    assert secret not in administrator.get(keys).content.decode()
    act(administrator, "revoke", ApiKey.objects.get().pk, at=keys)
    assert find_holder(secret, timezone.now()) is None
    assert "ask for variants" in asked
    assert "API keys" in administrator.get("/admin/").content.decode()


def test_a_layer_is_made_through_definitions() -> None:
    leader = signed_in("cx_leader")

    leader.post("/admin/experiments/layer/add/", {"key": "service", "title": "Service"})

    assert len(Layer.objects.get().salt) >= 11


def test_the_log_is_only_read() -> None:
    administrator = signed_in("administrator")
    exposures.record([row("0012", contact_id="c-1")])
    running()

    assert "0012" in administrator.get("/admin/experiments/exposure/").content.decode()
    assert "leader" in administrator.get("/admin/experiments/change/").content.decode()
    assert administrator.get("/admin/experiments/exposure/add/").status_code == 403
    assert administrator.get("/admin/experiments/change/add/").status_code == 403
