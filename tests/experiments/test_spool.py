"""Exposures on disk: kept while the database is away, written once when it is back."""

from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from experiments import exposures, spool
from experiments.exposures import ExposureRow, record
from experiments.tasks import sweep
from tests.experiments.exposures.test_recording import row

pytestmark = pytest.mark.django_db


def rows() -> list[ExposureRow]:
    return list(exposures.log("patience", until=timezone.now()))


def files(settings: Settings) -> list[str]:
    return sorted(path.name for path in Path(settings.SPOOL_DIR).iterdir())


def test_what_was_kept_is_written_once_and_its_file_is_gone(settings: Settings) -> None:
    kept = [row("0012 😀", contact_id="c-1"), row("7", contact_id="c-2")]
    spool.append(kept[:1])
    spool.append(kept[1:])
    assert len(files(settings)) == 1

    sweep()
    sweep()

    assert rows() == kept
    assert files(settings) == []


def test_a_row_that_was_stored_before_stands() -> None:
    stored = row("7", contact_id="c-1")
    record([stored])
    spool.append([stored._replace(assigned_variant="long", queue="other")])

    assert spool.replay() == 0
    assert rows() == [stored]


def test_a_line_cut_short_by_a_crash_hides_no_other(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    spool.append([row("1", contact_id="c-1")])
    (path,) = Path(settings.SPOOL_DIR).iterdir()
    with path.open("ab") as file:
        file.write(b'\n["a-1","patience",1')
    spool.append([row("2", contact_id="c-2")])

    assert spool.replay() == 2
    assert "not a whole row" in caplog.text


def test_a_file_that_a_dead_worker_took_is_replayed(settings: Settings) -> None:
    spool.append([row("1", contact_id="c-1")])
    (path,) = Path(settings.SPOOL_DIR).iterdir()
    path.rename(path.with_name("1.abc.taken"))

    assert spool.replay() == 1


def test_an_empty_spool_is_nothing_to_do() -> None:
    assert spool.replay() == 0
