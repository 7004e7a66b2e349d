"""What every test may use: its own lake, inbox and spool, and nothing of the developer's."""

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import hypothesis
import pytest
from pytest_django import Settings

from experiments import registry
from experiments.access import key_snapshot
from experiments.answers.database import database
from experiments.answers.returning import returner
from experiments.assignment import hashing
from tests.services import can_meet_services

# A machine of tests is busy: how long one example takes there says nothing of the code.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where services are required, leave out what cannot meet them: it passed without them."""
    if os.environ.get("EQUIPOISE_REQUIRE_SERVICES") != "1":
        return
    left_out = [item for item in items if not can_meet_services(item)]
    items[:] = [item for item in items if can_meet_services(item)]
    config.hook.pytest_deselected(items=left_out)


@pytest.fixture(autouse=True)
def own_state(settings: Settings, tmp_path: Path) -> None:
    """Keep everything that a test writes outside of the database in its own folder."""
    for name in ("INBOX_DIR", "SPOOL_DIR", "KEPT_DIR"):
        folder = tmp_path / name.lower()
        folder.mkdir()
        setattr(settings, name, folder)
    settings.LAKE_URL = str(tmp_path / "lake")
    settings.CELERY_BROKER_URL = "memory://"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def fresh_process() -> Iterator[None]:
    """Start every test with nothing cached and leave no thread, as a new process does."""
    key_snapshot.forget()
    registry.snapshot.forget()
    yield
    returner.close()
    database.close()


@pytest.fixture(autouse=True)
def known_salts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw the same salts in every run: whom a variant meets is no matter of luck in a test."""
    drawn = count(1)
    monkeypatch.setattr(hashing, "token_urlsafe", lambda size: f"{next(drawn):0{size}}")
