"""What every test of experiments may use."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
from django.db import connection, connections

from experiments.answers.database import database


class Switch(Protocol):
    """Takes something away or gives it back."""

    def __call__(self, *, away: bool) -> None: ...


@pytest.fixture
def threads(transactional_db: None, tmp_path: Path) -> Iterator[None]:  # noqa: ARG001  # order
    """Let threads meet in one database, as those of a server do.

    SQLite's database in memory would refuse the second writer at once, so it is copied to a file.
    """
    if connection.vendor != "sqlite":
        yield
        database.close()
        return
    in_memory = connections["default"]
    name, file = in_memory.settings_dict["NAME"], tmp_path / "equipoise.sqlite3"
    with sqlite3.connect(file) as copy:
        in_memory.connection.backup(copy)
    copy.close()
    in_memory.settings_dict["NAME"] = str(file)
    connections["default"] = in_memory.copy()
    yield
    database.close()
    connections["default"].close()
    in_memory.settings_dict["NAME"] = name
    connections["default"] = in_memory


@pytest.fixture
def database_away(threads: None) -> Iterator[Switch]:  # noqa: ARG001  # order
    """Return a switch that takes the database away from all new connections, and gives it back."""
    settings = connections.settings["default"]
    name = "PORT" if connection.vendor == "postgresql" else "NAME"
    reachable = settings[name]
    unreachable = "1" if connection.vendor == "postgresql" else "/nowhere/equipoise.sqlite3"

    def switch(*, away: bool) -> None:
        database.close()
        settings[name] = unreachable if away else reachable

    yield switch
    switch(away=False)
