"""Answers outside of a transaction: many at once, more than can wait, and a slow database."""

from time import monotonic

import pytest
from django.test import Client
from django.utils import timezone

from experiments import registry, spool
from experiments.access import issue_key, key_snapshot
from experiments.answers.answer import Answer, AnswerStatus
from experiments.answers.database import database
from experiments.answers.starting import start
from experiments.errors import Overloaded
from tests.experiments.answers.asking import ask, locked_table, rows
from tests.experiments.concurrently import concurrently
from tests.experiments.designs import running

pytestmark = pytest.mark.usefixtures("threads")


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
