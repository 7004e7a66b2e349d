"""One flag: what is answered, in which words, and what is recorded."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from experiments import definitions, exposures, registry
from experiments.access import issue_key, key_snapshot
from experiments.definitions import VariantDraft
from experiments.exposures import ExposureRow
from tests.experiments.concurrently import concurrently
from tests.experiments.conftest import Switch
from tests.experiments.designs import NOW, running
from tests.experiments.ofrep.conftest import FLAGS, Evaluate

pytestmark = pytest.mark.django_db
KEY = "longer_calls"
WHO: dict[str, Any] = {"actor": "leader", "now": NOW}


def rows() -> list[ExposureRow]:
    return list(exposures.log(KEY, until=timezone.now()))


def context(**attributes: object) -> dict[str, object]:
    return {"context": {"targetingKey": "0012", **attributes}}


def unit_of(variant: str) -> str:
    """Return a customer that the hash sends to that variant."""
    compiled = registry.current(timezone.now()).experiments[KEY]
    units = (f"{number:04}" for number in range(100))
    return next(unit for unit in units if compiled.decide(unit).assigned_variant == variant)


def variants(*policies: dict[str, object]) -> tuple[VariantDraft, ...]:
    keys = ("target_300s", "take_time")
    return tuple(
        VariantDraft(key=key, weight=5000, is_control=key == keys[0], policy=policy)
        for key, policy in zip(keys, policies, strict=True)
    )


def test_the_policy_of_the_variant_is_the_value_and_the_assignment_is_recorded(
    evaluate: Evaluate,
) -> None:
    running()
    unit = unit_of("take_time")

    response, answer = evaluate(KEY, {"context": {"targetingKey": unit, "queue": "billing"}})

    (row,) = rows()
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    assert answer == {
        "key": KEY,
        "reason": "SPLIT",
        "variant": "take_time",
        "value": {"target_seconds": 540, "callback": True, "queue": "q_long"},
        "metadata": {
            "detail": "enrolled",
            "source": "service",
            "enrolled": True,
            "version": 1,
            "bucket": row.bucket,
            "assignment_id": row.assignment_id,
        },
    }
    assert (row.unit_id, row.customer_id, row.contact_id) == (unit, unit, None)
    assert (row.queue, row.exposed_at, row.eligible) == ("billing", None, True)


def test_what_a_client_reported_before_is_a_draw_like_any_other(evaluate: Evaluate) -> None:
    running()
    unit = unit_of("take_time")
    _, secret = issue_key(name="reporter", scopes=["assign"], now=timezone.now())
    drawn = {"experiment": KEY, "source": "client", "unit_id": unit, "customer_id": unit}
    report = {**drawn, "assigned_variant": "take_time", "assigned_at": timezone.now().isoformat()}
    taken = Client().post(
        "/api/v1/exposures",
        {"exposures": [report]},
        content_type="application/json",
        headers={"X-API-Key": secret},
    )

    _, answer = evaluate(KEY, {"context": {"targetingKey": unit}})

    assert taken.status_code == 200, taken.content
    assert [row.source for row in rows()] == ["client"]
    assert (answer["reason"], answer["variant"]) == ("SPLIT", "take_time")


def test_a_unit_is_recorded_once_however_often_and_by_whatever_contact(
    evaluate: Evaluate,
) -> None:
    running()

    for contact in ("c-1", "c-2", "c-2"):
        evaluate(KEY, context(contact_id=contact))

    assert len(rows()) == 1


@pytest.mark.parametrize(
    ("policies", "texts"),
    [
        (({"value": "short"}, {"value": "long"}), {'"value":"short"', '"value":"long"'}),
        (({"value": False}, {"value": True}), {'"value":false', '"value":true'}),
        (({"value": 10}, {"value": 300}), {'"value":10,', '"value":300,'}),
        (({"value": 10.0}, {"value": 0.5}), {'"value":10.0', '"value":0.5'}),
        (({"value": 10}, {"value": 0.5}), {'"value":10.0', '"value":0.5'}),
        (({"value": {"a": 1}}, {"value": {}}), {'"value":{"a":1}', '"value":{}'}),
        (({"value": 1}, {"value": "1"}), {'"value":{"value":1}', '"value":{"value":"1"}'}),
        (({"value": [1]}, {"value": [2]}), {'"value":{"value":[1]}', '"value":{"value":[2]}'}),
        (({}, {"target": 1}), {'"value":{}', '"value":{"target":1}'}),
        (({}, {}), {'"value":"target_300s"', '"value":"take_time"'}),
    ],
)
def test_each_value_is_written_in_the_type_of_its_flag(
    evaluate: Evaluate, policies: tuple[dict[str, object], ...], texts: set[str]
) -> None:
    running(variants=variants(*policies))
    units = [unit_of("target_300s"), unit_of("take_time")]

    served = [evaluate(KEY, {"context": {"targetingKey": unit}})[0].text for unit in units]

    assert {text for text in texts if any(text in each for each in served)} == texts


def test_who_does_not_take_part_gets_control_disabled(evaluate: Evaluate) -> None:
    running(targeting={"attribute": "segment", "equals": "gold"})

    _, answer = evaluate(KEY, context(segment="bronze"))

    assert (answer["reason"], answer["variant"]) == ("DISABLED", "target_300s")
    assert answer["value"]["target_seconds"] == 300
    assert answer["metadata"]["detail"] == "not_targeted"
    assert not rows()[0].eligible


def test_a_paused_experiment_serves_control_and_goes_on_assigning(evaluate: Evaluate) -> None:
    running()
    unit = unit_of("take_time")
    asked = {"context": {"targetingKey": unit}}
    evaluate(KEY, asked)

    definitions.pause(KEY, **WHO)
    _, answer = evaluate(KEY, asked)

    assert (answer["reason"], answer["variant"]) == ("DISABLED", "target_300s")
    assert answer["metadata"]["detail"] == "paused"
    assert rows()[0].assigned_variant == "take_time"


def test_a_forced_unit_is_a_match(evaluate: Evaluate) -> None:
    running()
    definitions.force(KEY, unit_id="0012", variant="take_time", **WHO)

    _, answer = evaluate(KEY)

    assert (answer["reason"], answer["variant"]) == ("TARGETING_MATCH", "take_time")


def test_an_ended_experiment_serves_control_and_records_nothing(evaluate: Evaluate) -> None:
    running()
    definitions.conclude(KEY, **WHO)

    response, answer = evaluate(KEY)
    definitions.archive(KEY, **WHO)
    gone, _ = evaluate(KEY)

    assert response.status_code == 200
    assert (answer["reason"], answer["variant"]) == ("DISABLED", "target_300s")
    assert answer["value"]["target_seconds"] == 300
    assert gone.status_code == 404
    assert rows() == []


def test_the_stored_row_stands_when_more_are_let_in(evaluate: Evaluate) -> None:
    running(coverage=0)
    evaluate(KEY)

    definitions.set_coverage(KEY, coverage=10_000, **WHO)
    _, answer = evaluate(KEY)

    assert answer["reason"] == "DISABLED"
    assert answer["metadata"]["detail"] == "recorded"


@pytest.mark.parametrize("unit", ["contact", "agent", "team", "queue"])
def test_the_targeting_key_is_the_unit_unless_that_is_named(evaluate: Evaluate, unit: str) -> None:
    running(unit=unit)
    name = unit if unit in {"team", "queue"} else f"{unit}_id"

    evaluate(KEY, {"context": {"targetingKey": "u-1"}})
    evaluate(KEY, {"context": {"targetingKey": "C-7", name: "u-2"}})

    assert [row.unit_id for row in rows()] == ["u-1", "u-2"]
    assert [row.contact_id for row in rows()] == (
        ["u-1", "u-2"] if unit == "contact" else [None] * 2
    )
    assert [row.queue for row in rows()] == (["u-1", "u-2"] if unit == "queue" else ["", ""])


def test_ids_keep_their_zeros_and_only_plain_attributes_count(evaluate: Evaluate) -> None:
    running()

    evaluate(KEY, context(tier="pro", history=[1, 2], device={"os": "x"}, age=7, team="north"))

    (row,) = rows()
    assert row.unit_id == "0012"
    assert row.attributes == {"tier": "pro", "age": 7, "team": "north"}


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


@pytest.mark.usefixtures("threads")
def test_an_overloaded_service_says_503_and_never_429(
    evaluate: Evaluate, monkeypatch: pytest.MonkeyPatch
) -> None:
    running()
    evaluate(KEY)
    monkeypatch.setattr("experiments.answers.database.WAITING_AT_MOST", 0)
    key_snapshot.current(timezone.now())

    response = Client().post(
        f"{FLAGS}/{KEY}",
        context(),
        "application/json",
        headers={"X-API-Key": issue_key(name="other", scopes=["assign"], now=NOW)[1]},
    )

    assert response.status_code == 503


@pytest.mark.usefixtures("threads")
def test_many_who_ask_for_one_unit_get_one_row(secret: str) -> None:
    running()

    def ask() -> str:
        response = Client().post(
            f"{FLAGS}/{KEY}", context(), "application/json", headers={"X-API-Key": secret}
        )
        return str(response.json()["variant"])

    ask()
    given = concurrently(ask, times=8)

    assert len(set(given)) == 1
    assert len(rows()) == 1


def test_the_last_configuration_answers_while_the_database_is_away(
    database_away: Switch, secret: str, settings: Settings
) -> None:
    running()
    key_snapshot.current(timezone.now())
    registry.current(timezone.now())

    def ask() -> tuple[int, dict[str, object]]:
        response = Client().post(
            f"{FLAGS}/{KEY}", context(), "application/json", headers={"X-API-Key": secret}
        )
        return response.status_code, response.json()

    database_away(away=True)
    known = ask()
    registry.snapshot.forget()
    started_now = ask()
    registry.snapshot.forget()
    (Path(settings.KEPT_DIR) / "running.json").unlink()
    unread = ask()
    database_away(away=False)

    assert known[0] == 200
    assert known[1]["variant"]
    assert known[1]["metadata"]["status"] == "degraded"  # type: ignore[index]  # JSON
    assert started_now == known
    assert unread[0] == 503
    assert unread[1]["errorCode"] == "GENERAL"
