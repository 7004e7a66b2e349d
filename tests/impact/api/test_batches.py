"""Sending outcomes over HTTP, and seeing what became of them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pyarrow as pa
import pytest
from celery import current_app
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pyarrow import parquet
from pytest_django import DjangoAssertNumQueries, Settings

from experiments.access import ensure_roles, issue_key
from impact import ingest
from impact.models import Batch
from impact.records.kinds import RecordKind

pytestmark = pytest.mark.django_db
PROBLEM = "application/problem+json"
CONTACTS = [
    {"contact_id": "0012", "customer_id": "k1", "arrived_at": "2026-01-31T10:00:00Z"},
    {"contact_id": 13, "customer_id": "k1", "arrived_at": "2026-01-31T10:00:00Z"},
]
CSV = b"contact_id,customer_id,arrived_at\n0012,k1,2026-01-31\n"
Open = Callable[..., Client]


@pytest.fixture(autouse=True)
def messages_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(current_app.conf, "broker_url", "memory://")
    monkeypatch.setattr(current_app.conf, "broker_write_url", "memory://")


@pytest.fixture
def program() -> Open:
    def holding(*scopes: str) -> Client:
        now = datetime(2026, 1, 1, tzinfo=UTC)
        _, secret = issue_key(name="-".join(scopes), scopes=scopes, now=now)
        return Client(headers={"Authorization": f"Bearer {secret}"})

    return holding


@pytest.fixture
def loader(program: Open) -> Client:
    return program("ingest")


def send(client: Client, path: str, body: object, **headers: str) -> Any:  # noqa: ANN401
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(f"/api/v1/{path}", content, content_type="application/json", headers=headers)


def upload(client: Client, content: bytes, name: str = "contacts.csv", **fields: str) -> Any:  # noqa: ANN401
    form = {"kind": "contacts", **fields, "file": SimpleUploadedFile(name, content)}
    return client.post("/api/v1/uploads", form)


def work_off(batch_id: str) -> None:
    assert ingest.process(batch_id, timezone.now())


def test_a_json_batch_is_answered_when_durable_and_worked_off_later(loader: Client) -> None:
    response = send(loader, "contacts", CONTACTS)

    assert response.status_code == 202
    sent = response.json()
    assert (sent["status"], sent["sender"]) == ("queued", "key:ingest")
    assert response["Location"] == f"/api/v1/batches/{sent['batch_id']}"
    work_off(sent["batch_id"])
    batch = loader.get(response["Location"]).json()
    assert (batch["status"], batch["rows_accepted"], batch["rows_rejected"]) == ("done", 1, 1)
    rejections = loader.get(f"{response['Location']}/rejections").json()
    assert rejections["results"] == [
        {"row_number": 2, "field": "contact_id", "value": "13", "rule": "must be a string"}
    ]


@pytest.mark.parametrize("kind", list(RecordKind))
def test_every_kind_has_an_address(loader: Client, kind: RecordKind) -> None:
    response = send(loader, kind.value, {"rows": []})

    assert response.status_code == 202
    work_off(response.json()["batch_id"])


def test_a_batch_sent_again_is_answered_with_the_same_batch(loader: Client) -> None:
    headers = {"Idempotency-Key": "2026-01-31"}
    answers = [send(loader, "contacts", CONTACTS, **headers) for _ in range(2)]

    assert answers[0].json() == answers[1].json()
    assert Batch.objects.count() == 1


def test_a_key_with_other_content_is_a_conflict(loader: Client) -> None:
    headers = {"Idempotency-Key": "2026-01-31"}
    send(loader, "contacts", CONTACTS, **headers)

    response = send(loader, "contacts", [], **headers)

    assert (response.status_code, response["Content-Type"]) == (409, PROBLEM)
    assert "2026-01-31" in response.json()["detail"]


@pytest.mark.parametrize("body", [b"", b"{", b"5", b"[NaN]", b"\x00", b'{"rows": 1}', b"\xff"])
def test_malformed_json_is_refused_at_once(loader: Client, body: bytes) -> None:
    response = send(loader, "contacts", body)

    assert (response.status_code, response["Content-Type"]) == (400, PROBLEM)
    (error,) = response.json()["errors"]
    assert set(error) == {"field", "value", "rule"}
    assert error["field"] == "body"


def test_a_body_of_ten_megabytes_is_refused_with_the_limit(loader: Client) -> None:
    response = send(loader, "contacts", b'["' + b"x" * 10_000_000 + b'"]')

    assert (response.status_code, response["Content-Type"]) == (413, PROBLEM)
    assert response.json()["errors"][0]["rule"] == "must have at most 8,388,608 bytes"


def test_another_content_type_is_refused(loader: Client) -> None:
    response = loader.post("/api/v1/contacts", CSV, content_type="text/csv")

    assert (response.status_code, response["Content-Type"]) == (415, PROBLEM)


def test_a_csv_file_is_uploaded(loader: Client) -> None:
    response = upload(loader, CSV)

    assert response.status_code == 202
    assert (response.json()["format"], response.json()["name"]) == ("csv", "contacts.csv")
    work_off(response.json()["batch_id"])
    assert loader.get(response["Location"]).json()["rows_accepted"] == 1


def test_a_parquet_file_is_uploaded(loader: Client) -> None:
    file = BytesIO()
    parquet.write_table(pa.Table.from_pylist(CONTACTS[:1]), file)

    response = upload(loader, file.getvalue(), "january", format="parquet")

    assert response.status_code == 202
    work_off(response.json()["batch_id"])
    assert loader.get(response["Location"]).json()["rows_accepted"] == 1


@pytest.mark.parametrize(
    ("content", "name", "fields", "named"),
    [
        (CSV, "contacts.xlsx", {}, "format"),
        (CSV, "contacts.csv", {"kind": "calls"}, "kind"),
        (b"", "contacts.csv", {}, "file"),
        (CSV, "contacts.csv", {"kind": "churn"}, "churned_at"),
        (CSV, "contacts.parquet", {}, "file"),
        (b"a,a\n", "contacts.csv", {}, "header"),
    ],
)
def test_an_upload_that_cannot_be_read_is_refused_at_once(
    loader: Client, content: bytes, name: str, fields: dict[str, str], named: str
) -> None:
    response = upload(loader, content, name, **fields)

    assert (response.status_code, response["Content-Type"]) == (400, PROBLEM)
    errors = response.json()["errors"]
    assert named in errors[0]["field"]
    if named == "file":
        assert errors[0]["value"] == name
    assert not Batch.objects.exists()


def test_a_form_without_a_file_is_refused(loader: Client) -> None:
    response = loader.post("/api/v1/uploads", {"kind": "contacts"})

    assert response.status_code == 400
    assert [each["field"] for each in response.json()["errors"]] == ["file"]


def test_a_file_with_too_many_bytes_is_refused(loader: Client, settings: Settings) -> None:
    settings.UPLOAD_MAX_BYTES = 1000

    answers = [upload(loader, CSV + b" " * size) for size in (1_000, 100_000)]

    assert [answer.status_code for answer in answers] == [413, 413]


def test_who_has_no_key_sends_nothing() -> None:
    assert send(Client(), "contacts", CONTACTS).status_code == 401
    assert Client().get("/api/v1/batches").status_code == 401


def test_a_key_without_the_scope_sends_nothing(program: Open) -> None:
    reader, router = program("read"), program("assign")

    assert send(reader, "contacts", CONTACTS).status_code == 403
    assert upload(reader, CSV).status_code == 403
    assert reader.get("/api/v1/batches").status_code == 200
    assert router.get("/api/v1/batches").status_code == 403


@pytest.mark.parametrize(
    ("role", "code"), [("cx_leader", 202), ("administrator", 202), ("finance_reviewer", 403)]
)
def test_a_person_sends_what_the_role_allows(role: str, code: int) -> None:
    ensure_roles()
    person = get_user_model().objects.create_user(username=role)
    person.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(person)

    assert upload(client, CSV).status_code == code
    assert client.get("/api/v1/batches").status_code == 200


def test_batches_are_listed_newest_first_and_filtered(
    loader: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for kind in ("churn", "surveys", "contacts"):
        send(loader, kind, [])

    with django_assert_max_num_queries(3):
        listed = loader.get("/api/v1/batches").json()

    assert [batch["kind"] for batch in listed["results"]] == ["contacts", "surveys", "churn"]
    churn = loader.get("/api/v1/batches?kind=churn&status=queued").json()
    assert [batch["kind"] for batch in churn["results"]] == ["churn"]
    assert loader.get("/api/v1/batches?kind=calls").status_code == 400


def test_rejections_come_in_pages(loader: Client) -> None:
    batch_id = send(loader, "contacts", [1] * 1_250).json()["batch_id"]
    work_off(batch_id)

    first = loader.get(f"/api/v1/batches/{batch_id}/rejections").json()
    last = loader.get(f"/api/v1/batches/{batch_id}/rejections?offset=1200").json()
    most = loader.get(f"/api/v1/batches/{batch_id}/rejections?limit=9999").json()

    assert (first["count"], len(first["results"]), len(most["results"])) == (1250, 100, 1000)
    assert [row["row_number"] for row in last["results"]] == list(range(1201, 1251))


@pytest.mark.parametrize("path", ["batches/none", "batches/none/rejections"])
def test_a_batch_that_is_not_there_is_named(loader: Client, path: str) -> None:
    response = loader.get(f"/api/v1/{path}")

    assert (response.status_code, response["Content-Type"]) == (404, PROBLEM)
    assert "none" in response.json()["detail"]
