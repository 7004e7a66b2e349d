"""Answers while the database is away: from memory, from disk, and what is brought back."""

import json
from pathlib import Path
from time import monotonic, sleep

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from experiments import registry, spool
from experiments.access import issue_key, key_snapshot
from experiments.answers.answer import Answer, AnswerStatus
from experiments.answers.starting import start
from experiments.models import Experiment, Revision
from tests.experiments.answers.asking import ask, rows
from tests.experiments.conftest import Switch
from tests.experiments.designs import running

pytestmark = pytest.mark.usefixtures("threads")


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
