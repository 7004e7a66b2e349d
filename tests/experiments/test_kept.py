"""What is kept on disk for a start without the database: whole and sound, or not at all."""

from pathlib import Path

import msgspec
import pytest
from pytest_django import Settings

from experiments import registry
from experiments.kept import Kept
from experiments.registry import RunningSet
from tests.experiments.designs import NOW, running

FIGURES: Kept[dict[str, int]] = Kept(
    "figures", encode=msgspec.json.encode, decode=msgspec.json.Decoder(dict[str, int]).decode
)


@pytest.fixture
def path(settings: Settings) -> Path:
    return Path(settings.KEPT_DIR) / "figures.json"


def test_what_was_written_is_read_and_nobody_else_may(path: Path) -> None:
    FIGURES.write({"a": 1})
    FIGURES.write({"a": 2})

    assert FIGURES.read() == {"a": 2}
    assert path.stat().st_mode & 0o077 == 0
    assert [each.name for each in path.parent.iterdir()] == ["figures.json"]


def test_where_nothing_was_written_there_is_nothing() -> None:
    assert FIGURES.read() is None


def test_a_damaged_file_is_not_used(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    FIGURES.write({"a": 1})
    path.write_bytes(path.read_bytes().replace(b"1}", b"2}"))

    assert FIGURES.read() is None
    assert "damaged" in caplog.text


def test_what_another_release_wrote_is_not_used(caplog: pytest.LogCaptureFixture) -> None:
    words: Kept[list[str]] = Kept(
        "figures", encode=msgspec.json.encode, decode=msgspec.json.Decoder(list[str]).decode
    )
    words.write(["a"])

    assert FIGURES.read() is None
    assert "another release" in caplog.text


def test_a_disk_that_takes_nothing_is_reported_and_stops_nobody(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings.KEPT_DIR = tmp_path / "missing"

    FIGURES.write({"a": 1})

    assert "not kept on disk" in caplog.text


@pytest.mark.django_db
def test_a_running_set_comes_back_as_it_was() -> None:
    running(
        "first",
        targeting={"all": [{"attribute": "tier", "in": ["pro", "basic"]}]},
        coverage=2500,
    )
    running("second")
    loaded = registry.current(NOW)
    registry.snapshot.forget()

    found = registry.snapshot.latest()

    assert isinstance(found, RunningSet)
    assert found.number == loaded.number
    assert {key: each.definition for key, each in found.experiments.items()} == {
        key: each.definition for key, each in loaded.experiments.items()
    }
    assert found.experiments["first"].decide("7", {"tier": "pro"}) == (
        loaded.experiments["first"].decide("7", {"tier": "pro"})
    )
