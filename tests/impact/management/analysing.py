"""`analyze` on files of its own: rows written as CSV, the JSON document read back."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.management import call_command

ANCHOR = datetime(2026, 6, 1, tzinfo=UTC)
Row = Mapping[str, object]


def write_csv(path: Path, rows: Sequence[Row]) -> Path:
    """Write rows with the names of the first as the header."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def read_csv(path: Path) -> list[dict[str, str]]:
    """Read the rows of a CSV file as texts."""
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def day(days_before: float) -> str:
    """Return the date so many days before the anchor: durations become dates with one anchor."""
    return (ANCHOR - timedelta(days=days_before)).date().isoformat()


def analyze(folder: Path, plan: str, **tables: Sequence[Row]) -> dict[str, Any]:
    """Run the command over tables written to `folder` and return its JSON document."""
    text = run(folder, plan, "json", **tables)
    found: dict[str, Any] = json.loads(text)
    return found


def run(folder: Path, plan: str, written_as: str, **tables: Sequence[Row]) -> str:
    """Run the command and return what it printed."""
    (folder / "plan.yaml").write_text(plan, encoding="utf-8")
    paths = {name: str(write_csv(folder / f"{name}.csv", rows)) for name, rows in tables.items()}
    shown = io.StringIO()
    call_command("analyze", str(folder / "plan.yaml"), format=written_as, stdout=shown, **paths)
    return shown.getvalue()


def estimate(document: Mapping[str, Any], **wanted: object) -> dict[str, Any]:
    """Return the one row whose columns have the values wanted; segment `all` if not said."""
    wanted = {"segment": "all", **wanted}
    rows = [
        row
        for row in document["estimates"]
        if all(row[name] == value for name, value in wanted.items())
    ]
    (found,) = rows
    return dict(found)
