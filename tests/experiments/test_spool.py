"""Exposures on disk: kept while the database is away, written once when it is back."""

import resource
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import IntegrityError, OperationalError
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


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    """Let the disk be full at that size: the kernel refuses what goes beyond."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_refuses_and_keeps_what_it_had(settings: Settings) -> None:
    kept = row("1", contact_id="c-1")
    spool.append([kept])
    (path,) = Path(settings.SPOOL_DIR).iterdir()
    before = path.read_bytes()

    with no_file_longer_than(len(before) + 20), pytest.raises(OSError, match="too large"):
        spool.append([row("2", contact_id="c-2"), row("3", contact_id="c-3")])

    assert path.read_bytes() == before
    spool.append([row("4", contact_id="c-4")])
    assert spool.replay() == 2
    assert [each.unit_id for each in rows()] == ["1", "4"]


def test_many_threads_keep_all_their_rows() -> None:
    many = [row(f"{number}", contact_id=f"c-{number}") for number in range(400)]

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda each: spool.append([each]), many))

    assert spool.replay() == 400
    assert sorted(rows()) == sorted(many)


def test_rows_that_the_database_refuses_are_set_aside_and_hide_no_other(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    spool.append([row("1"), row("2", source="nobody"), row("3")])

    assert spool.replay() == 2
    assert "refuses 1 rows" in caplog.text
    (path,) = Path(settings.SPOOL_DIR).iterdir()
    assert path.suffix == ".refused"
    assert spool.replay() == 0
    assert [each.unit_id for each in rows()] == ["1", "3"]


def test_rows_that_were_set_aside_are_written_once_the_database_takes_them(
    settings: Settings,
) -> None:
    spool.append([row("1"), row("2", source="nobody")])
    spool.replay()
    (path,) = Path(settings.SPOOL_DIR).iterdir()
    path.write_bytes(path.read_bytes().replace(b"nobody", b"service"))

    assert spool.replay() == 1
    assert [each.unit_id for each in rows()] == ["1", "2"]
    assert files(settings) == []


def test_a_database_that_stays_away_has_no_more_files_taken(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_arguments: object, **_more: object) -> int:
        raise OperationalError

    with monkeypatch.context() as patched:
        patched.setattr("experiments.spool.replaying.record_many", away)
        for number in range(4):
            spool.append([row(f"{number}")])
            with pytest.raises(OperationalError):
                spool.replay()
        assert [name.rpartition(".")[2] for name in files(settings)].count("taken") == 1

    assert spool.replay() == 4


def test_rows_of_the_release_before_are_replayed(settings: Settings) -> None:
    given = row("1", contact_id="c-1", router="north")
    spool.append([given])
    (path,) = Path(settings.SPOOL_DIR).iterdir()
    path.write_bytes(path.read_bytes().replace(b',"north"]', b"]"))

    assert spool.replay() == 1
    assert rows() == [given._replace(router="")]


def test_a_file_of_which_the_database_takes_nothing_is_kept_as_it_is(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def migrating(*_arguments: object, **_more: object) -> int:
        raise IntegrityError

    spool.append([row(f"{number}") for number in range(5)])
    with monkeypatch.context() as patched:
        patched.setattr("experiments.spool.replaying.record_many", migrating)
        patched.setattr("experiments.spool.replaying.record", migrating)
        assert spool.replay() == 0
        assert [name.rpartition(".")[2] for name in files(settings)] == ["taken"]

    assert spool.replay() == 5
    assert spool.is_empty()
