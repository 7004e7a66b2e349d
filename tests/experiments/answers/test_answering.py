"""Answers outside of a transaction: many at once, and while the database is slow or away."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from experiments import exposures, registry, spool
from experiments.access import issue_key, key_snapshot
from experiments.answers.answer import Answer, AnswerStatus
from experiments.answers.answering import answer
from experiments.answers.database import database
from experiments.answers.question import Question
from experiments.answers.starting import start
from experiments.errors import Overloaded
from experiments.exposures import Contact, ExposureRow
from experiments.models import Experiment, Exposure, Revision
from tests.experiments.concurrently import concurrently
from tests.experiments.designs import running

pytestmark = pytest.mark.usefixtures("threads")
Switch = Callable[..., None]


def ask(
    customer: str = "0012",
    contact: str | None = "c-1",
    *,
    seconds: float = 5.0,
    expose: bool = True,
) -> Answer:
    question = Question(
        contact=Contact(customer_id=customer, contact_id=contact),
        units={"customer": customer},
        experiments=("longer_calls",),
        expose=expose,
    )
    (given,) = answer(question, now=timezone.now(), until=monotonic() + seconds)
    return given


def rows() -> list[ExposureRow]:
    return list(exposures.log("longer_calls", until=timezone.now()))


@contextmanager
def locked_table() -> Iterator[None]:
    """Let another writer hold the log, as a backup or a long transaction would."""
    held, enough = Event(), Event()

    def hold() -> None:
        with transaction.atomic():
            Exposure.objects.update(queue="held")
            if connection.vendor == "postgresql":
                connection.cursor().execute("LOCK TABLE experiments_exposure")
            held.set()
            enough.wait(10)
        connection.close()

    thread = Thread(target=hold)
    thread.start()
    held.wait(10)
    yield
    enough.set()
    thread.join()


def test_the_row_is_durable_when_the_answer_is_there() -> None:
    running()

    given = ask()

    assert given.status is AnswerStatus.OK
    assert [row.assignment_id for row in rows()] == [given.assignment_id]


def test_many_who_ask_for_one_contact_get_one_answer_and_one_row() -> None:
    running()
    ask(contact="warm-up")

    given = concurrently(ask, times=24)

    assert len({str(each) for each in given}) == 1
    assert len(rows()) == 2


def test_many_different_contacts_all_get_a_row() -> None:
    running()
    numbers = iter(range(1000))

    def one() -> list[Answer]:
        return [ask(contact=f"c-{next(numbers)}") for _ in range(5)]

    concurrently(one, times=12)

    assert len({row.contact_id for row in rows()}) == 60


def test_a_slow_database_costs_no_more_than_the_deadline_and_no_row() -> None:
    running()
    ask(contact="before")

    with locked_table():
        started = monotonic()
        given = ask(contact="during", seconds=0.15)
        took = monotonic() - started

    assert given.status is AnswerStatus.DEGRADED
    assert given.source == "service"
    assert took < 1.0
    spool.replay()
    assert {row.contact_id for row in rows()} == {"before", "during"}
    assert next(row for row in rows() if row.contact_id == "during").assignment_id == (
        given.assignment_id
    )


def test_the_last_configuration_answers_while_the_database_is_away(
    database_away: Switch,
) -> None:
    running()
    ask(contact="before")

    database_away(away=True)
    given = [ask(contact="during"), ask(contact="during")]
    database_away(away=False)

    assert given[0] == given[1]
    assert given[0].status is AnswerStatus.DEGRADED
    assert given[0].variant
    assert len(rows()) == 1
    assert spool.replay() == 1
    assert spool.replay() == 0
    assert {row.contact_id for row in rows()} == {"before", "during"}
    assert ask(contact="during") == Answer(
        **{name: getattr(given[0], name) for name in Answer.__slots__ if name != "status"},
        status=AnswerStatus.OK,
    )


def test_without_a_configuration_the_answer_is_empty(database_away: Switch) -> None:
    running()
    registry.snapshot.forget()

    database_away(away=True)
    given = ask()
    database_away(away=False)

    assert given == Answer(status=AnswerStatus.DEGRADED, experiment="longer_calls")
    assert spool.replay() == 0


def test_a_process_that_starts_without_the_database_answers_from_disk(
    database_away: Switch,
) -> None:
    running()
    before = ask(contact="before")
    registry.snapshot.forget()

    database_away(away=True)
    given = [ask(contact="during"), ask(contact="during", expose=False)]
    database_away(away=False)

    assert [each.status for each in given] == [AnswerStatus.DEGRADED] * 2
    assert [each.variant for each in given] == [before.variant] * 2
    assert spool.replay() == 1
    assert ask(contact="after", expose=False).status is AnswerStatus.OK


def test_a_process_knows_what_runs_before_its_first_question() -> None:
    running()
    registry.snapshot.forget()
    key_snapshot.forget()

    start(timezone.now())

    assert not registry.snapshot.is_due(timezone.now())
    assert not key_snapshot.is_due(timezone.now())
    found = registry.snapshot.latest()
    assert found is not None
    assert list(found.experiments) == ["longer_calls"]


def test_a_process_starts_without_the_database(database_away: Switch) -> None:
    database_away(away=True)
    start(timezone.now())
    database_away(away=False)

    assert registry.snapshot.latest() is None


def test_what_was_kept_on_disk_never_stands_for_the_database(database_away: Switch) -> None:
    running()
    ask(contact="before")
    kept = registry.snapshot.latest()
    assert kept is not None
    registry.snapshot.forget()
    Revision.objects.filter(pk=1).update(number=kept.number)
    Experiment.objects.filter(key="longer_calls").update(killed=True)

    database_away(away=True)
    assert ask(contact="during").source == "service"
    database_away(away=False)
    registry.snapshot.expire()

    assert ask(contact="after").source == "paused"


def test_a_process_brings_its_spool_back_without_a_worker(
    database_away: Switch, monkeypatch: pytest.MonkeyPatch
) -> None:
    running()
    ask(contact="before")
    monkeypatch.setattr("experiments.answers.returning.PAUSE_SECONDS", 0.05)

    database_away(away=True)
    ask(contact="during")
    sleep(0.3)
    assert not spool.is_empty()
    database_away(away=False)

    until = monotonic() + 20
    while not spool.is_empty() and monotonic() < until:
        sleep(0.05)
    assert {row.contact_id for row in rows()} == {"before", "during"}


def test_a_router_gets_200_while_the_database_is_away(
    database_away: Switch, client: Client, settings: Settings
) -> None:
    running()
    _, secret = issue_key(name="router", scopes=["assign"], now=timezone.now())

    def post(key: str) -> tuple[int, dict[str, str]]:
        body = json.dumps({"customer_id": "7", "experiments": ["longer_calls"]})
        response = client.post(
            "/api/v1/assign", body, content_type="application/json", headers={"X-API-Key": key}
        )
        return response.status_code, response.json()

    key_snapshot.current(timezone.now())
    registry.current(timezone.now())
    connection.close()
    database_away(away=True)
    known, unknown = post(secret), post("eq_0_wrong")
    key_snapshot.forget()
    started_now = post(secret)
    key_snapshot.forget()
    (Path(settings.KEPT_DIR) / "keys.json").unlink()
    unverified = post(secret)
    database_away(away=False)

    assert known[0] == 200
    assert known[1]["status"] == "degraded"
    assert known[1]["variant"]
    assert unknown[0] == 401
    assert started_now == known
    assert unverified[0] == 200
    assert (unverified[1]["status"], unverified[1]["variant"]) == ("degraded", "")


def test_more_than_can_wait_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    running()
    monkeypatch.setattr("experiments.answers.database.WAITING_AT_MOST", 0)

    with pytest.raises(Overloaded, match="waiting = 0"):
        ask()


def test_an_overloaded_service_says_503(monkeypatch: pytest.MonkeyPatch, client: Client) -> None:
    running()
    _, secret = issue_key(name="router", scopes=["assign"], now=timezone.now())
    key_snapshot.current(timezone.now())
    registry.current(timezone.now())
    monkeypatch.setattr("experiments.answers.database.WAITING_AT_MOST", 0)

    response = client.post(
        "/api/v1/assign",
        '{"customer_id": "7"}',
        content_type="application/json",
        headers={"X-API-Key": secret},
    )

    assert response.status_code == 503
    assert response.json()["status"] == "error"


def test_a_database_that_is_stuck_is_not_waited_for_again() -> None:
    running()
    ask(contact="before")

    with locked_table():
        ask(contact="first", seconds=0.8)
        started = monotonic()
        given = ask(contact="second", seconds=5.0)
        took = monotonic() - started

    assert given.status is AnswerStatus.DEGRADED
    assert took < 1.0


def test_the_thread_ends_and_starts_again() -> None:
    running()
    ask(contact="c-1")

    database.close()
    database.close()

    assert ask(contact="c-2").status is AnswerStatus.OK
