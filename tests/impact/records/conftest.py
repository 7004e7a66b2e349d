"""Readers over a temporary file, with the clock stopped at one moment."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from impact.records.kinds import COLUMNS, RecordKind
from impact.records.reading import ReadResult, read_file

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
Reader = Callable[..., ReadResult]


@pytest.fixture
def read_csv(tmp_path: Path) -> Reader:
    def read(
        content: bytes, kind: RecordKind = RecordKind.CONTACTS, zone: str = "UTC"
    ) -> ReadResult:
        path = tmp_path / "records.csv"
        path.write_bytes(content)
        return read_file(path, COLUMNS[kind], format="csv", zone=ZoneInfo(zone), now=NOW)

    return read


@pytest.fixture
def read_body(tmp_path: Path) -> Reader:
    def read(body: bytes, kind: RecordKind = RecordKind.CONTACTS) -> ReadResult:
        path = tmp_path / "records.json"
        path.write_bytes(body)
        return read_file(path, COLUMNS[kind], format="json", zone=ZoneInfo("UTC"), now=NOW)

    return read
