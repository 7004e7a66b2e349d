"""What is not answered: each refusal names field, value and rule."""

import json

import pytest
from django.test import Client
from django.utils import timezone

from experiments.access import issue_key, revoke_key
from experiments.models import Exposure
from tests.experiments.designs import running

pytestmark = pytest.mark.django_db
PATH = "/api/v1/assign"


@pytest.fixture
def headers() -> dict[str, str]:
    _, secret = issue_key(name="router", scopes=["assign"], now=timezone.now())
    return {"Authorization": f"Bearer {secret}"}


def post(
    client: Client, body: bytes | str, headers: dict[str, str], path: str = PATH
) -> tuple[int, dict[str, str]]:
    response = client.post(path, body, content_type="application/json", headers=headers)
    return response.status_code, response.json()


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\x00", b"\xff\xfe", b"[]", b"null", b'{"attributes": {"a": NaN}}', b"[" * 50_000],
)
def test_malformed_json_is_refused(client: Client, headers: dict[str, str], body: bytes) -> None:
    status, answer = post(client, body, headers)

    assert status == 400
    assert (answer["status"], answer["field"]) == ("error", "body")
    assert answer["rule"].startswith("must be")


@pytest.mark.parametrize(
    ("sent", "field", "value", "rule"),
    [
        ({"customer_id": 12}, "customer_id", "12", "must be a string or null"),
        ({"customer_id": ["a"]}, "customer_id", '["a"]', "must be a string or null"),
        ({"customer_id": "a\x00b"}, "customer_id", '"a\\u0000b"', "control characters"),
        ({"customer_id": "x" * 257}, "customer_id", "xxx...", "at most 256 characters"),
        ({"experiments": "all"}, "experiments", '"all"', "must be a list or null"),
        ({"experiments": []}, "experiments", "[]", "must name 1 to 64"),
        ({"experiments": ["a", 1]}, "experiments[1]", "1", "must be a string"),
        ({"experiments": ["a b"]}, "experiments[0]", '"a b"', "must match [a-z][a-z0-9_]{0,63}"),
        (
            {"experiment": "longer_calls"},
            "experiment",
            "longer_calls",
            "must be experiments, a list",
        ),
        ({"attributes": []}, "attributes", "[]", "must be an object or null"),
        ({"attributes": {"a": {"b": 1}}}, "attributes.a", '{"b": 1}', "must be"),
        ({"attributes": {"a": "\x00"}}, "attributes.a", '"\\u0000"', "none of control"),
        ({"attributes": {str(n): n for n in range(65)}}, "attributes", "65", "at most 64"),
        ({"expose": "yes"}, "expose", '"yes"', "must be true or false or null"),
        ({"format": "xml"}, "format", '"xml"', "must be one of json, form, text, httapi"),
        ({"arrived_at": 5}, "arrived_at", "5", "must be a string"),
        ({"arrived_at": "soon"}, "arrived_at", '"soon"', "ISO 8601"),
        (
            {"arrived_at": "0001-01-01T00:00:00+14:00"},
            "arrived_at",
            '"0001-01-01T00:00:00+14:00"',
            "must not lie before 1900",
        ),
        ({"arrived_at": "2026-01-05T09:30:00"}, "arrived_at", "2026-01-05", "carry an offset"),
        ({"arrived_at": "2999-01-05T09:30:00Z"}, "arrived_at", "2999", "not lie in the future"),
    ],
)
def test_a_field_that_breaks_its_rule_is_named(
    client: Client,
    headers: dict[str, str],
    sent: dict[str, object],
    field: str,
    value: str,
    rule: str,
) -> None:
    running()

    status, answer = post(client, json.dumps({"customer_id": "7", **sent}), headers)

    assert status == 400
    assert answer["status"] == "error"
    assert answer["field"] == field
    assert value.rstrip(".") in answer["value"]
    assert rule in answer["rule"]
    assert not Exposure.objects.exists()


def test_half_of_a_surrogate_pair_is_no_text(client: Client, headers: dict[str, str]) -> None:
    status, _ = post(client, b'{"customer_id": "\\ud800 and more text behind it"}', headers)

    assert status == 400


def test_a_body_of_ten_megabytes_is_too_large(client: Client, headers: dict[str, str]) -> None:
    status, answer = post(client, b" " * 10_000_000, headers)

    assert status == 413
    assert answer["value"] == '"10000000 bytes"'
    assert answer["rule"] == "must have at most 65536 bytes"


def test_a_missing_wrong_revoked_or_unfit_key_is_refused(client: Client) -> None:
    key, revoked = issue_key(name="old", scopes=["assign"], now=timezone.now())
    revoke_key(prefix=key.prefix, now=timezone.now())
    _, reader = issue_key(name="reader", scopes=["read"], now=timezone.now())

    for secret in (None, "eq_0_wrong", revoked, reader):
        sent = {} if secret is None else {"X-API-Key": secret}
        response = client.post(PATH, "{}", content_type="application/json", headers=sent)
        assert response.status_code == 401
        assert response["WWW-Authenticate"].startswith("Bearer")
        assert response.json()["status"] == "error"
        assert response.json()["value"] == '""'


def test_only_a_post_is_answered(client: Client) -> None:
    response = client.get(PATH)

    assert response.status_code == 405
    assert response["Allow"] == "POST"
    assert response.json()["status"] == "error"


def test_an_unknown_format_in_the_address_is_refused(
    client: Client, headers: dict[str, str]
) -> None:
    status, answer = post(client, "{}", headers, PATH + "?format=yaml")

    assert status == 400
    assert (answer["field"], answer["value"]) == ("format", '"yaml"')


def test_text_is_for_one_experiment(client: Client, headers: dict[str, str]) -> None:
    response = client.post(
        PATH + "?format=text", "{}", content_type="application/json", headers=headers
    )

    assert response.status_code == 400
    assert response["Content-Type"].startswith("text/plain")


def test_no_id_of_a_customer_is_logged(
    client: Client, headers: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    running()
    caplog.set_level("DEBUG", logger="experiments")
    caplog.set_level("DEBUG", logger="django.request")

    post(client, json.dumps({"customer_id": "C-4711-SECRET"}), headers)
    post(client, json.dumps({"customer_id": "C-4711-SECRET\x00"}), headers)

    assert "4711" not in caplog.text
