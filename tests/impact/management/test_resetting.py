"""Starting again removes a demo, and never what no demo made."""

from pathlib import Path

import pytest
from django.core.management.base import CommandError

from impact.management.demo.notes import Notes, read_notes
from impact.management.demo.resetting import reset


@pytest.fixture
def database(tmp_path: Path) -> Path:
    database = tmp_path / "equipoise.sqlite3"
    database.touch()
    return database


def test_a_demo_is_removed_and_the_secret_key_stays(tmp_path: Path, database: Path) -> None:
    Notes(customers=1000, seed=1).save(tmp_path)
    table = tmp_path / "lake" / "contacts"
    table.mkdir(parents=True)
    (tmp_path / "secret_key").write_text("x")

    reset(tmp_path, database, [tmp_path / "lake"])

    assert not database.exists()
    assert not table.exists()
    assert table.parent.exists()
    assert read_notes(tmp_path) is None
    assert (tmp_path / "secret_key").exists()


def test_a_database_that_no_demo_made_is_left_alone(tmp_path: Path, database: Path) -> None:
    with pytest.raises(CommandError, match="made by no demo"):
        reset(tmp_path, database)

    assert database.exists()


def test_a_lake_that_lies_elsewhere_is_left_alone(tmp_path: Path, database: Path) -> None:
    Notes(customers=1000, seed=1).save(tmp_path)

    with pytest.raises(CommandError, match="deletes only what lies in"):
        reset(tmp_path, database, [Path("/srv/lake")])

    assert database.exists()


def test_notes_come_back_as_they_were_saved(tmp_path: Path) -> None:
    notes = Notes(customers=1000, seed=1, finished=True, passwords={"leader": "x"}, api_key="k")

    notes.save(tmp_path)

    assert read_notes(tmp_path) == notes
