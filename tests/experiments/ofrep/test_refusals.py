"""What is refused, always as JSON: bodies, flags, strangers, methods."""

import pytest
from django.test import Client

from experiments.access import issue_key
from tests.experiments.designs import NOW, running
from tests.experiments.ofrep.conftest import FLAGS, Evaluate
from tests.experiments.ofrep.flags import KEY, context, rows

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("{", "PARSE_ERROR"),
        ("[]", "PARSE_ERROR"),
        ("", "PARSE_ERROR"),
        ("[" * 10_000, "PARSE_ERROR"),
        ("{}", "TARGETING_KEY_MISSING"),
        ('{"context": null}', "TARGETING_KEY_MISSING"),
        ('{"context": {}}', "TARGETING_KEY_MISSING"),
        ('{"context": {"targetingKey": ""}}', "TARGETING_KEY_MISSING"),
        ('{"context": {"targetingKey": " "}}', "TARGETING_KEY_MISSING"),
        ('{"context": {"targetingKey": null}}', "TARGETING_KEY_MISSING"),
        ('{"context": {"targetingKey": 12}}', "INVALID_CONTEXT"),
        ('{"context": {"targetingKey": ["0012"]}}', "INVALID_CONTEXT"),
        ('{"context": "0012"}', "INVALID_CONTEXT"),
        ('{"context": {"targetingKey": "0012", "agent_id": 7}}', "INVALID_CONTEXT"),
        ('{"context": {"targetingKey": "0012", "tier": "a\\u0000"}}', "INVALID_CONTEXT"),
    ],
)
def test_an_unfit_body_is_400_with_the_code_that_clients_know(
    evaluate: Evaluate, body: str, code: str
) -> None:
    running()

    response, answer = evaluate(KEY, body)

    assert response.status_code == 400
    assert set(answer) == {"key", "errorCode", "errorDetails", "metadata"}
    assert (answer["key"], answer["errorCode"], answer["metadata"]) == (KEY, code, {})
    assert rows() == []


@pytest.mark.parametrize("key", ["unknown", "longer_calls/", "a%2Fb", "Ümlaut", "0"])
def test_an_unknown_flag_is_404_as_json(evaluate: Evaluate, key: str) -> None:
    running()

    response, answer = evaluate(key)

    assert response.status_code == 404
    assert answer["errorCode"] == "FLAG_NOT_FOUND"


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer eq_0_wrong"}, {"X-API-Key": "x"}]
)
def test_a_stranger_gets_401_before_the_flag_is_looked_up(
    client: Client, headers: dict[str, str]
) -> None:
    response = client.post(
        f"{FLAGS}/unknown", "{", content_type="application/json", headers=headers
    )

    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert set(response.json()) == {"key", "errorCode", "errorDetails", "metadata"}


def test_both_ways_to_show_a_key_are_taken_and_another_scope_is_403(client: Client) -> None:
    running()
    _, secret = issue_key(name="one", scopes=["assign"], now=NOW)
    _, reader = issue_key(name="two", scopes=["read"], now=NOW)
    given = [
        client.post(f"{FLAGS}/{KEY}", context(), "application/json", headers=headers).status_code
        for headers in (
            {"X-API-Key": secret},
            {"Authorization": f"bearer {secret}"},
            {"X-API-Key": reader},
        )
    ]

    assert given == [200, 200, 403]


def test_other_methods_and_addresses_are_refused_as_json(client: Client, secret: str) -> None:
    headers = {"X-API-Key": secret}

    got = client.get(f"{FLAGS}/{KEY}", headers=headers)
    lost = client.post("/ofrep/v1/evaluate/flags/", "{}", "application/json", headers=headers)

    assert (got.status_code, got["Allow"]) == (405, "POST")
    assert lost.status_code == 404
    for response in (got, lost):
        assert response["Content-Type"] == "application/json"
        assert set(response.json()) == {"key", "errorCode", "errorDetails", "metadata"}


def test_a_defect_is_500_as_json(
    client: Client, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    running()
    monkeypatch.setattr("experiments.ofrep.single.answer", None)
    client.raise_request_exception = False

    response = client.post(
        f"{FLAGS}/{KEY}", context(), "application/json", headers={"X-API-Key": secret}
    )

    assert response.status_code == 500
    assert response.json()["errorCode"] == "GENERAL"


def test_a_body_that_is_too_large_is_413(evaluate: Evaluate) -> None:
    running()

    response, answer = evaluate(KEY, context(tier="x" * 70_000))

    assert response.status_code == 413
    assert answer["errorCode"] == "GENERAL"


def test_a_browser_of_any_origin_may_ask(client: Client) -> None:
    response = client.options(f"{FLAGS}/{KEY}", headers={"Origin": "https://desk.example"})

    assert response.status_code == 204
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "Authorization" in response["Access-Control-Allow-Headers"]
    assert "If-None-Match" in response["Access-Control-Allow-Headers"]
    assert response["Access-Control-Expose-Headers"] == "ETag, Retry-After"
