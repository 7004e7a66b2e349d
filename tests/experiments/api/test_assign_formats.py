"""The four formats a router can ask for."""

import json
from urllib.parse import parse_qs
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from django.utils import timezone

from experiments import definitions
from experiments.access import issue_key
from experiments.definitions import VariantDraft
from tests.experiments.designs import running

pytestmark = pytest.mark.django_db


def answer(client: Client, format_: str, *, in_body: bool = False) -> bytes:
    _, secret = issue_key(name=f"router {format_}", scopes=["assign"], now=timezone.now())
    body = {"customer_id": "7", "experiments": ["longer_calls"]}
    response = client.post(
        "/api/v1/assign" if in_body else f"/api/v1/assign?format={format_}",
        json.dumps({**body, "format": format_} if in_body else body),
        content_type="application/json",
        headers={"X-API-Key": secret},
    )
    assert response.status_code == 200
    return response.content


@pytest.mark.parametrize("in_body", [False, True])
def test_text_is_the_variant_alone(client: Client, *, in_body: bool) -> None:
    running()

    assert answer(client, "text", in_body=in_body) in {b"target_300s", b"take_time"}


def test_form_is_keys_and_values(client: Client) -> None:
    running()

    fields = parse_qs(answer(client, "form").decode(), keep_blank_values=True)

    assert fields["status"] == ["ok"]
    assert fields["experiment"] == ["longer_calls"]


def test_httapi_sets_channel_variables(client: Client) -> None:
    running()

    document = ET.fromstring(answer(client, "httapi"))  # noqa: S314  # our own text

    assert document.get("type") == "xml/freeswitch-httapi"
    assert document.findtext("variables/xp_status") == "ok"
    assert [step.tag for step in document.findall("work/*")] == ["break"]  # else it asks for ever


def test_an_answer_stays_under_32_kilobytes(client: Client) -> None:
    wide = {f"name_{number}": "v" * 200 for number in range(60)}
    variants = (
        VariantDraft(key="target_300s", weight=5000, is_control=True, policy=wide),
        VariantDraft(key="take_time", weight=5000, policy=wide),
    )
    for key in ("first", "second", "third"):
        running(key, variants=variants)
    definitions.create_layer("unused")
    _, secret = issue_key(name="router", scopes=["assign"], now=timezone.now())

    response = client.post(
        "/api/v1/assign",
        '{"customer_id": "7"}',
        content_type="application/json",
        headers={"X-API-Key": secret},
    )

    assert len(response.content) < 32_000
    assert response.json()["third__status"] == "ok"
