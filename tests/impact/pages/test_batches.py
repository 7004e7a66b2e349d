from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from impact.models import Batch, Rejection
from tests.impact.pages.conftest import SignIn

CHURN = b"customer_id,churned_at\n0012,2026-03-01T00:00:00+00:00\n"


@pytest.fixture
def batch(db: None) -> Batch:  # noqa: ARG001  # opens the database
    """A batch of which one row was rejected."""
    stored = Batch.objects.create(
        id="b-1",
        kind="contacts",
        format="csv",
        name="march.csv",
        payload="b-1.csv",
        sha256="d" * 64,
        size=1234,
        sender="leader",
        status=Batch.Status.DONE,
        rows_read=1_200,
        rows_accepted=1_199,
        rows_rejected=1,
        received_at=datetime(2026, 3, 1, tzinfo=UTC),
        finished_at=datetime(2026, 3, 1, 0, 1, tzinfo=UTC),
    )
    Rejection.objects.create(
        batch=stored, row_number=17, field="talk_seconds", value="<b>-4", rule="must be 0 or more"
    )
    return stored


def upload(name: str, content: bytes, kind: str = "churn") -> dict[str, object]:
    return {"kind": kind, "file": SimpleUploadedFile(name, content)}


@pytest.mark.usefixtures("batch")
def test_the_list_shows_counts_and_status(sign_in: SignIn) -> None:
    page = sign_in("finance_reviewer").get("/data").content.decode()

    assert "march.csv" in page
    assert "1,199" in page
    assert "Done" in page


def test_an_empty_list_teaches_what_can_be_sent(sign_in: SignIn) -> None:
    page = sign_in("cx_leader").get("/data").content.decode()

    assert "No data yet" in page
    for word in ("contact_id", "churned_at", "transaction_id", "survey_id", "unit_id"):
        assert f"<code>{word}</code>" in page


def test_a_rejected_row_is_shown_with_field_value_and_rule(sign_in: SignIn, batch: Batch) -> None:
    page = sign_in("finance_reviewer").get(f"/data/{batch.pk}").content.decode()

    for words in ("17", "talk_seconds", "&lt;b&gt;-4", "must be 0 or more"):
        assert words in page


@pytest.mark.django_db(transaction=True)
def test_a_file_is_stored_and_its_batch_shown(sign_in: SignIn) -> None:
    client = sign_in("cx_leader")

    response = client.post("/data", upload("churn.csv", CHURN), follow=True)

    batch = Batch.objects.get()
    assert (batch.kind, batch.format, batch.sender) == ("churn", "csv", "cx_leader")
    assert response.redirect_chain == [(f"/data/{batch.pk}", 302)]
    assert "churn.csv is stored" in response.content.decode()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("churn.txt", CHURN, "the name must end in one of .csv, .parquet, .json"),
        ("churn.csv", b"customer_id\n1\n", "churned_at"),
        ("churn.parquet", b"not parquet", "churn"),
        ("churn.csv", b"", "empty"),
        ("churn.json", b"[", "file = churn.json: must be JSON"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(
    sign_in: SignIn, name: str, content: bytes, words: str
) -> None:
    response = sign_in("cx_leader").post("/data", upload(name, content))

    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Batch.objects.exists()


def test_a_reviewer_reads_data_and_sends_none(sign_in: SignIn) -> None:
    client = sign_in("finance_reviewer")

    assert "Send the file" not in client.get("/data").content.decode()
    assert client.post("/data", upload("churn.csv", CHURN)).status_code == 403
    assert not Batch.objects.exists()


@pytest.mark.usefixtures("batch")
def test_a_batch_under_way_asks_again_until_it_has_ended(sign_in: SignIn) -> None:
    client = sign_in("cx_leader")
    Batch.objects.update(status=Batch.Status.QUEUED)

    waiting = client.get("/data/b-1/progress").content.decode()
    Batch.objects.update(status=Batch.Status.DONE)
    ended = client.get("/data/b-1/progress")

    assert 'hx-trigger="every 2s"' in waiting
    assert ended["HX-Refresh"] == "true"


@pytest.mark.usefixtures("batch")
def test_a_failed_batch_says_why(sign_in: SignIn) -> None:
    Batch.objects.update(status=Batch.Status.FAILED, error="header = contact_id: appears twice")

    page = sign_in("cx_leader").get("/data/b-1").content.decode()

    assert "header = contact_id: appears twice" in page


def test_an_unknown_batch_is_not_found(sign_in: SignIn) -> None:
    client = sign_in("cx_leader")

    assert client.get("/data/none").status_code == 404
    assert client.get("/data/none/progress").status_code == 404
