"""Reports of what was applied: good rows are taken, others named, again changes nothing."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from experiments import definitions, exposures
from experiments.access import issue_key
from experiments.assignment.hashing import Purpose, bucket
from experiments.audit import audit
from experiments.exposures import ExposureRow, record
from experiments.models import Exposure
from tests.experiments.designs import NOW, running
from tests.experiments.exposures.test_recording import row

pytestmark = pytest.mark.django_db
PATH = "/api/v1/exposures"
WHEN = "2026-01-05T10:00:00+01:00"


@pytest.fixture
def router() -> APIClient:
    _, secret = issue_key(name="router", scopes=["assign"], now=timezone.now())
    client = APIClient()
    client.credentials(HTTP_X_API_KEY=secret)
    return client


def send(router: APIClient, *reports: dict[str, Any]) -> dict[str, Any]:
    response = router.post(PATH, {"exposures": list(reports)}, format="json")
    assert response.status_code == 200, response.content
    answer: dict[str, Any] = response.json()
    return answer


def rows() -> list[ExposureRow]:
    return list(exposures.log("longer_calls", until=timezone.now()))


def assigned(unit: str, contact: str | None = None) -> ExposureRow:
    given = row(unit, contact_id=contact)
    made = given._replace(
        assignment_id=f"a-{unit}-{contact}",
        experiment="longer_calls",
        assigned_variant="take_time",
        served_variant="take_time",
    )
    return record([made])[0]


def test_an_exposure_is_reported_by_id_contact_or_unit(router: APIClient) -> None:
    running()
    assigned("1", "c-1"), assigned("2", "c-2"), assigned("3")
    common = {"experiment": "longer_calls", "exposed_at": WHEN}

    answer = send(
        router,
        {**common, "assignment_id": "a-1-c-1"},
        {**common, "contact_id": "c-2"},
        {**common, "unit_id": "3"},
    )

    assert answer == {"received": 3, "recorded": 0, "matched": 3, "rejected": []}
    assert {each.exposed_at for each in rows()} == {NOW}


def test_the_earliest_exposure_stays_and_again_changes_nothing(router: APIClient) -> None:
    running()
    assigned("1", "c-1")
    report = {"experiment": "longer_calls", "contact_id": "c-1", "exposed_at": WHEN}

    first = send(router, report)
    second = send(router, report)
    send(router, {**report, "exposed_at": (NOW + timedelta(hours=1)).isoformat()})

    assert first == second
    assert rows()[0].exposed_at == NOW
    send(router, {**report, "exposed_at": (NOW - timedelta(hours=1)).isoformat()})
    assert rows()[0].exposed_at == NOW - timedelta(hours=1)


def test_a_reply_that_came_too_late_is_put_right(router: APIClient) -> None:
    running()
    assigned("1", "c-1")

    send(
        router,
        {"experiment": "longer_calls", "contact_id": "c-1", "served_variant": "target_300s"},
    )

    (put_right,) = rows()
    assert (put_right.assigned_variant, put_right.served_variant) == ("take_time", "target_300s")


def test_what_a_client_drew_by_itself_is_recorded_once(router: APIClient) -> None:
    running()
    drawn = {
        "experiment": "longer_calls",
        "source": "client",
        "unit_id": " 0012 ",
        "contact_id": "c-9",
        "customer_id": "0012",
        "assigned_variant": "take_time",
        "assigned_at": WHEN,
        "exposed_at": WHEN,
        "attributes": {"segment": "gold"},
    }

    first, second = send(router, drawn), send(router, drawn)

    assert (first["recorded"], second["recorded"]) == (1, 0)
    assert first["matched"] == second["matched"] == 1
    (stored,) = rows()
    assert (stored.source, stored.unit_id, stored.served_variant) == ("client", "0012", "take_time")
    assert (stored.assigned_at, stored.exposed_at) == (NOW, NOW)
    assert stored.bucket is not None
    assert stored.attributes == {"segment": "gold"}


def test_a_client_that_drew_by_an_older_version_is_held_to_it(router: APIClient) -> None:
    salt = running().salt
    weights = {"target_300s": 2000, "take_time": 8000}
    definitions.reweigh("longer_calls", weights=weights, actor="leader", now=NOW)
    drawn = bucket(Purpose.EXPERIMENT, salt, "0012")
    variant = "target_300s" if drawn < 5000 else "take_time"
    told = {"source": "client", "unit_id": "0012", "assigned_variant": variant}

    send(router, {"experiment": "longer_calls", "version": 1, "assigned_at": WHEN, **told})

    (stored,) = rows()
    assert (stored.version, stored.bucket) == (1, drawn)
    assert audit("longer_calls").agrees
    Exposure.objects.update(bucket=drawn + 1)
    assert not audit("longer_calls").agrees


def test_a_client_says_what_was_forced_and_what_was_not_applied_yet(router: APIClient) -> None:
    running()
    drawn = {
        "experiment": "longer_calls",
        "source": "client",
        "assigned_variant": "take_time",
        "assigned_at": WHEN,
    }

    send(router, {**drawn, "unit_id": "1", "forced": True}, {**drawn, "unit_id": "2"})

    assert [(each.forced, each.exposed_at) for each in rows()] == [(True, None), (False, None)]


def test_good_rows_are_taken_and_each_bad_one_is_named(router: APIClient) -> None:
    running()
    assigned("1", "c-1")
    good = {"experiment": "longer_calls", "contact_id": "c-1", "exposed_at": WHEN}

    answer = send(
        router,
        {**good, "contact_id": 1},
        good,
        {**good, "experiment": "never"},
        {**good, "contact_id": "unheard"},
        {**good, "exposed_at": "2026-01-05T10:00:00"},
        {**good, "exposed_at": "2999-01-05T10:00:00Z"},
        {**good, "exposed_at": "0001-01-01T00:00:00+14:00"},
        {**good, "served_variant": "elsewhere"},
        {"experiment": "longer_calls"},
        {"experiment": "longer_calls", "source": "client"},
        {**good, "contact_id": "a\x00"},
    )

    assert (answer["received"], answer["matched"]) == (11, 1)
    named = [(each["row"], each["field"]) for each in answer["rejected"]]
    assert named == [
        (1, "contact_id"),
        (3, "experiment"),
        (4, "contact_id"),
        (5, "exposed_at"),
        (6, "exposed_at"),
        (7, "exposed_at"),
        (8, "served_variant"),
        *((9, "assignment_id"), (9, "exposed_at")),
        *((10, "unit_id"), (10, "assigned_variant"), (10, "assigned_at")),
        (11, "contact_id"),
    ]
    assert all(each["rule"] for each in answer["rejected"])


@pytest.mark.parametrize("body", ["", "[]", "{", '{"exposures": {}}', '{"exposures": "x"}'])
def test_a_body_that_is_none_is_refused(router: APIClient, body: str) -> None:
    response = router.post(PATH, body, content_type="application/json")

    assert response.status_code == 400
    assert response.json()["errors"][0]["rule"].startswith(("must be", "object missing"))


@pytest.mark.parametrize("source", ["client", "service"])
def test_nothing_is_applied_long_before_it_was_assigned(router: APIClient, source: str) -> None:
    running()
    assigned("1", "c-1")
    before = (NOW - timedelta(hours=3)).isoformat()
    drawn = {"unit_id": "2", "assigned_variant": "take_time", "assigned_at": WHEN}
    named = drawn if source == "client" else {"contact_id": "c-1"}

    answer = send(
        router, {"experiment": "longer_calls", "source": source, "exposed_at": before, **named}
    )

    (rejected,) = answer["rejected"]
    assert (answer["recorded"], answer["matched"], rejected["row"]) == (0, 0, 1)
    assert rejected["field"] == "exposed_at"
    assert rejected["rule"] == "must not lie more than 2 hours before the assignment"
    assert [each.exposed_at for each in rows()] == [None]


def test_a_batch_takes_few_statements_and_applies_reports_of_a_row_in_order(
    router: APIClient, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    running()
    record(
        [
            row(f"{number}", contact_id=f"c-{number}")._replace(
                assignment_id=f"a-{number}", experiment="longer_calls"
            )
            for number in range(400)
        ]
    )
    reports: list[dict[str, Any]] = [
        {"experiment": "longer_calls", "contact_id": f"c-{number}", "exposed_at": WHEN}
        for number in range(400)
    ]
    late = {"experiment": "longer_calls", "contact_id": "c-7"}
    served = [{**late, "served_variant": key} for key in ("take_time", "target_300s")]

    with django_assert_max_num_queries(20):
        answer = send(router, *reports, *served)

    assert answer["matched"] == 402
    assert {each.exposed_at for each in rows()} == {NOW}
    assert next(each for each in rows() if each.unit_id == "7").served_variant == "target_300s"
    with django_assert_max_num_queries(12):
        assert send(router, *reports)["matched"] == 400


def test_too_much_at_once_is_refused(router: APIClient) -> None:
    many = router.post(
        PATH, json.dumps({"exposures": [0] * 10_001}), content_type="application/json"
    )
    large = router.post(PATH, b" " * 10_000_000, content_type="application/json")

    assert many.status_code == 400
    assert large.status_code == 413


def test_reports_are_taken_after_the_end(router: APIClient) -> None:
    key = running().key
    assigned("1", "c-1")
    definitions.conclude(key, actor="leader", now=NOW)

    answer = send(router, {"experiment": key, "contact_id": "c-1", "exposed_at": WHEN})

    assert answer["matched"] == 1


def test_a_key_without_the_scope_may_not_report() -> None:
    _, secret = issue_key(name="reader", scopes=["read"], now=timezone.now())

    response = APIClient().post(PATH, {}, format="json", headers={"X-API-Key": secret})

    assert response.status_code == 403
