"""The thread that brings the spool back: it outlives what goes wrong, and says where."""

from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep

import pytest
from django.utils import timezone
from pytest_django import Settings

from experiments import exposures, spool
from experiments.answers.returning import returner
from tests.experiments.exposures.test_recording import row

pytestmark = pytest.mark.usefixtures("threads")
KEPT = row("0012", contact_id="c-1")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.answers.returning.PAUSE_SECONDS", 0.05)


def wait_for(claim: Callable[[], bool]) -> None:
    until = monotonic() + 20
    while not claim() and monotonic() < until:
        sleep(0.05)
    assert claim()


def is_back() -> bool:
    return spool.is_empty() and list(exposures.log("patience", until=timezone.now())) == [KEPT]


def test_a_fault_is_told_with_its_place_and_the_thread_goes_on(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    spool.append([KEPT])
    folder, settings.SPOOL_DIR = settings.SPOOL_DIR, None
    returner.wake()
    wait_for(lambda: "TypeError" in caplog.text)
    settings.SPOOL_DIR = folder

    wait_for(is_back)
    assert "in replay" in caplog.text
    assert {record.levelname for record in caplog.records} == {"ERROR"}


def test_a_folder_that_is_away_is_waited_for(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    spool.append([KEPT])
    folder = Path(settings.SPOOL_DIR)
    away = folder.rename(folder.with_name("away"))
    returner.wake()
    wait_for(lambda: "FileNotFoundError" in caplog.text)
    away.rename(folder)

    wait_for(is_back)
    assert {record.levelname for record in caplog.records} == {"WARNING"}
