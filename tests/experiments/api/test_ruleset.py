"""The rule set over HTTP: whole, signed, not sent twice, and only to holders of a key."""

import json
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from django.test import Client
from pytest_django import Settings

from experiments import definitions, registry
from experiments.access import issue_key
from experiments.assignment.ruleset import Ruleset, read_ruleset
from experiments.assignment.signature import HEADER, signed_by
from tests.experiments.conftest import Switch
from tests.experiments.designs import NOW, running

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

pytestmark = pytest.mark.django_db
PATH = "/api/v1/ruleset"
WHO: dict[str, Any] = {"actor": "leader", "now": NOW}


class Fetch(Protocol):
    def __call__(self, method: str = "get", **headers: str) -> "Response": ...


@pytest.fixture
def fetch(client: Client) -> Fetch:
    secret = issue_key(name="router", scopes=["assign"], now=NOW)[1]

    def fetch(method: str = "get", **headers: str) -> "Response":
        registry.snapshot.expire()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        response: Response = getattr(client, method)(PATH, headers={"X-API-Key": secret, **named})
        return response

    return fetch


def read(response: "Response") -> Ruleset:
    return read_ruleset(json.loads(response.content))


def test_it_holds_what_is_served_and_what_is_over(fetch: Fetch) -> None:
    running("first", targeting={"attribute": "tier", "equals": "pro"}, coverage=5000)
    running("second")
    running("third")
    definitions.pause("second", **WHO)
    definitions.conclude("third", **WHO)

    found = read(fetch())

    held = registry.snapshot.latest()
    assert held is not None
    assert found.number == held.number
    assert [each.definition for each in found.experiments.values()] == [
        each.definition for each in held.experiments.values()
    ]
    assert found.experiments["second"].definition.paused
    assert found.concluded == held.concluded
    assert list(found.concluded) == ["third"]


def test_it_is_signed_by_every_key_in_force(fetch: Fetch, settings: Settings) -> None:
    settings.RULESET_KEYS = {"k2": "n" * 32, "k1": "o" * 32}

    response = fetch()

    for name, secret in settings.RULESET_KEYS.items():
        assert signed_by(response.content, response[HEADER], {name: secret}) == name


def test_what_the_client_has_is_not_sent_again(fetch: Fetch) -> None:
    running()
    tag = fetch()["ETag"]

    unchanged = fetch(If_None_Match=f'"other", W/{tag}')
    definitions.pause("longer_calls", **WHO)
    changed = fetch(If_None_Match=tag)

    assert (unchanged.status_code, unchanged.content, unchanged["ETag"]) == (304, b"", tag)
    assert changed.status_code == 200
    assert changed["ETag"] != tag


def test_other_keys_are_another_tag(fetch: Fetch, settings: Settings) -> None:
    tag = fetch()["ETag"]
    settings.RULESET_KEYS = {"k2": "n" * 32}

    assert fetch(If_None_Match=tag).status_code == 200


def test_the_same_set_is_made_once(fetch: Fetch) -> None:
    running()

    assert fetch().content == fetch().content
    assert fetch("head").content == b""


@pytest.mark.parametrize("key", ["", "eq_0_wrong"])
def test_a_stranger_is_refused(client: Client, key: str) -> None:
    response = client.get(PATH, headers={"X-API-Key": key})

    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert response["Content-Type"] == "application/problem+json"


def test_a_key_without_the_scope_is_refused(client: Client) -> None:
    secret = issue_key(name="sender", scopes=["ingest"], now=NOW)[1]

    response = client.get(PATH, headers={"X-API-Key": secret})

    assert (response.status_code, response.json()["status"]) == (403, 403)


def test_another_method_is_refused(fetch: Fetch) -> None:
    response = fetch("post")

    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")


def test_the_last_set_is_served_while_the_database_is_away(
    fetch: Fetch, database_away: Switch
) -> None:
    running()
    before = fetch()

    database_away(away=True)

    assert fetch().content == before.content
