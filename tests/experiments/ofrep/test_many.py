"""Many who ask at once, more than can wait, and a database that is away."""

from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from experiments import registry
from experiments.access import issue_key, key_snapshot
from tests.experiments.concurrently import concurrently
from tests.experiments.conftest import Switch
from tests.experiments.designs import NOW, running
from tests.experiments.ofrep.conftest import FLAGS, Evaluate
from tests.experiments.ofrep.flags import KEY, context, rows

pytestmark = pytest.mark.django_db


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
