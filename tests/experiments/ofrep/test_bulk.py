"""All flags at once: the same answers, nothing recorded, 304 for what is known."""

from typing import Any

import pytest
from django.utils import timezone

from experiments import definitions, exposures
from tests.experiments.designs import NOW, running
from tests.experiments.ofrep.conftest import Evaluate

pytestmark = pytest.mark.django_db
WHO: dict[str, Any] = {"actor": "leader", "now": NOW}


def test_every_flag_is_answered_and_none_is_recorded(evaluate: Evaluate) -> None:
    running("first")
    running("second", coverage=0)
    running("third")
    definitions.conclude("third", **WHO)

    response, answer = evaluate()

    assert response.status_code == 200
    assert [(flag["key"], flag["reason"]) for flag in answer["flags"]] == [
        ("first", "SPLIT"),
        ("second", "DISABLED"),
        ("third", "DISABLED"),
    ]
    assert all(
        set(flag) == {"key", "reason", "variant", "value", "metadata"} for flag in answer["flags"]
    )
    assert "assignment_id" not in answer["flags"][0]["metadata"]
    for key in ("first", "second", "third"):
        assert list(exposures.log(key, until=timezone.now())) == []


def test_one_flag_and_all_flags_agree(evaluate: Evaluate) -> None:
    running()

    _, every = evaluate()
    _, single = evaluate("longer_calls")

    (flag,) = every["flags"]
    assert {name: flag[name] for name in ("key", "reason", "variant", "value")} == {
        name: single[name] for name in ("key", "reason", "variant", "value")
    }


def test_what_the_client_has_is_not_sent_again(evaluate: Evaluate) -> None:
    running()
    tag = evaluate()[0]["ETag"]

    for given in (tag, f"W/{tag}", f'"other", W/{tag}', "*"):
        response, body = evaluate(If_None_Match=given)
        assert (response.status_code, body, response["ETag"]) == (304, None, tag)
    assert tag.startswith('"')
    assert tag.endswith('"')
    assert evaluate(If_None_Match='"other"')[0].status_code == 200


def test_another_context_or_configuration_has_another_tag(evaluate: Evaluate) -> None:
    running()
    first = evaluate()[0]["ETag"]

    other = evaluate(body={"context": {"targetingKey": "0013"}})[0]["ETag"]
    definitions.set_coverage("longer_calls", coverage=9_999, **WHO)
    changed = evaluate(If_None_Match=first)[0]

    assert first != other
    assert changed.status_code == 200
    assert changed["ETag"] != first


def test_the_order_of_attributes_does_not_change_the_tag(evaluate: Evaluate) -> None:
    running()
    one = {"context": {"targetingKey": "0012", "tier": "pro", "region": "north"}}
    two = {"context": {"region": "north", "tier": "pro", "targetingKey": "0012"}}

    assert evaluate(body=one)[0]["ETag"] == evaluate(body=two)[0]["ETag"]


def test_unknown_query_parameters_are_left_alone(evaluate: Evaluate) -> None:
    running()

    response, _ = evaluate("longer_calls?flagConfigEtag=x&flagConfigLastModified=1")

    assert response.status_code == 200


def test_a_missing_key_is_refused_in_bulk_too(evaluate: Evaluate) -> None:
    response, answer = evaluate(body={"context": {}})

    assert response.status_code == 400
    assert answer["errorCode"] == "TARGETING_KEY_MISSING"


def test_no_flags_are_an_empty_list(evaluate: Evaluate) -> None:
    assert evaluate()[1]["flags"] == []
