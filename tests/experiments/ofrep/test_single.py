"""One flag: what is answered, in which words, and what is recorded."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from experiments import definitions, registry
from experiments.access import issue_key
from experiments.definitions import VariantDraft
from tests.experiments.designs import NOW, running
from tests.experiments.ofrep.conftest import Evaluate
from tests.experiments.ofrep.flags import KEY, context, rows

pytestmark = pytest.mark.django_db
WHO: dict[str, Any] = {"actor": "leader", "now": NOW}


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


def test_whoever_is_put_on_the_list_of_the_never_treated_is_disabled_from_then_on(
    evaluate: Evaluate,
) -> None:
    running()
    unit = unit_of("take_time")
    _, before = evaluate(KEY, {"context": {"targetingKey": unit}})
    (recorded,) = rows()

    definitions.never_treat([unit], reason="vulnerable", **WHO)
    _, after = evaluate(KEY, {"context": {"targetingKey": unit}})

    assert (before["reason"], before["variant"]) == ("SPLIT", "take_time")
    assert (after["reason"], after["variant"]) == ("DISABLED", "target_300s")
    told = after["metadata"]
    assert (told["detail"], told["enrolled"]) == ("never_treat", False)
    assert told["assignment_id"] == recorded.assignment_id
    assert rows() == [recorded]


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
