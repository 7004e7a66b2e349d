"""A question that is sent as a form, as routers do that cannot send JSON."""

from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone

from experiments.access import issue_key
from experiments.models import Exposure
from tests.experiments.designs import running

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def headers() -> dict[str, str]:
    _, secret = issue_key(name="router", scopes=["assign"], now=timezone.now())
    return {"X-API-Key": secret}


def post(
    client: Client, body: bytes | str, headers: dict[str, str], content_type: str = FORM
) -> tuple[int, dict[str, str]]:
    response = client.post("/api/v1/assign", body, content_type=content_type, headers=headers)
    return response.status_code, response.json()


def test_a_form_gets_the_answer_of_the_same_question_in_json(
    client: Client, headers: dict[str, str]
) -> None:
    running(targeting={"attribute": "tier", "equals": "pro"})
    form = {
        "customer_id": "+49 30 ü",
        "contact_id": "call-7",
        "queue": "billing",
        "experiments": "longer_calls",
        "attribute_tier": "pro",
        "Caller-Network-Addr": "10.0.0.1",
    }

    status, answer = post(client, urlencode(form), headers, f"{FORM}; charset=utf-8")
    _, again = post(
        client,
        '{"customer_id": "+49 30 ü", "contact_id": "call-7", "experiments": ["longer_calls"]}',
        headers,
        "application/json",
    )

    assert status == 200
    assert answer == again
    row = Exposure.objects.get()
    assert (row.unit_id, row.contact_id, row.queue) == ("+49 30 ü", "call-7", "billing")
    assert row.attributes == {"tier": "pro"}


def test_experiments_are_named_by_commas_or_again_and_again(
    client: Client, headers: dict[str, str]
) -> None:
    running("first")
    running("second")

    _, by_commas = post(client, "customer_id=7&experiments=first,second", headers)
    _, again = post(client, "customer_id=7&experiments=first&experiments=second", headers)

    assert by_commas == again
    assert by_commas["first__status"] == by_commas["second__status"] == "ok"


@pytest.mark.parametrize("silent", ["expose=false", "exiting=true", "expose=true&exiting=true"])
def test_a_form_is_not_recorded_when_it_says_so_or_the_caller_has_gone(
    client: Client, headers: dict[str, str], silent: str
) -> None:
    running()

    status, answer = post(client, f"customer_id=7&experiments=longer_calls&{silent}", headers)

    assert (status, answer["status"], answer["assignment_id"]) == (200, "ok", "")
    assert not Exposure.objects.exists()


def test_json_is_read_though_curl_calls_it_a_form(client: Client, headers: dict[str, str]) -> None:
    running()

    status, answer = post(client, ' {"customer_id": "a=b", "expose": true}', headers)

    assert (status, answer["experiment"]) == (200, "longer_calls")
    assert Exposure.objects.get().unit_id == "a=b"


@pytest.mark.parametrize(
    ("body", "field", "rule"),
    [
        (b"customer=7", "body", "must be JSON, or a form with a field of the question"),
        (b"customer_id=%ff", "body", "must be in UTF-8"),
        (b"customer_id=\xff", "body", "must be in UTF-8"),
        (b"hello", "body", "must be one JSON object in UTF-8"),
        (b"customer_id=7&customer_id=8", "customer_id", "must be given once"),
        (b"customer_id=7&attribute_a=1&attribute_a=2", "attribute_a", "must be given once"),
        (b"customer_id=7&expose=yes", "expose", "must be true or false"),
        (b"customer_id=7&experiments=a b", "experiments[0]", "must match [a-z][a-z0-9_]{0,63}"),
        (b"customer_id=7&experiment=a", "experiment", "must be experiments, a list of keys"),
        (b"customer_id=7&experiments=", "experiments[0]", "must match [a-z][a-z0-9_]{0,63}"),
    ],
)
def test_a_form_that_breaks_a_rule_is_refused(
    client: Client, headers: dict[str, str], body: bytes, field: str, rule: str
) -> None:
    running()

    status, answer = post(client, body, headers)

    assert status == 400
    assert (answer["field"], answer["rule"]) == (field, rule)
    assert not Exposure.objects.exists()
