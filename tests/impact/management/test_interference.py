"""A test by customer of one queue, through the command: its waits are not identified anywhere."""

import io
from pathlib import Path

import pytest
from django.core.management import call_command
from openpyxl import load_workbook  # type: ignore[import-untyped]  # its types are not installed

from tests.impact.management.analysing import ANCHOR, Row, analyze, day, estimate, run

PLAN = f"""\
key: patience
unit: customer
control: clock
weights: {{clock: 5000, care: 5000}}
as_of: {ANCHOR.date()}
metrics:
  - {{key: talk, role: primary, kind: mean, source: contacts.talk_seconds, window: 30}}
  - {{key: wait, role: guardrail, kind: mean, source: contacts.wait_seconds, window: 30,
     direction: decrease, margin: 5}}
"""
NOTE = "not identified: all variants wait in the same queue"


def one_queue() -> dict[str, list[Row]]:
    """Return longer calls of one variant, and waits that all of them share."""
    assigned: list[Row] = []
    contacts: list[Row] = []
    for number in range(200):
        care = number % 2
        variant = "care" if care else "clock"
        assigned.append({"unit_id": f"k{number}", "variant": variant, "assigned_at": day(60)})
        contacts.append(
            {
                "contact_id": f"c{number}",
                "customer_id": f"k{number}",
                "arrived_at": day(55),
                "wait_seconds": number // 2 % 20,
                "talk_seconds": 300 + 60 * care + number // 2 % 30,
            }
        )
    return {"assignments": assigned, "contacts": contacts}


def test_the_document_says_not_identified_where_a_zero_would_mislead(tmp_path: Path) -> None:
    document = analyze(tmp_path, PLAN, **one_queue())

    wait = estimate(document, metric="wait", quantity="mean_difference", method="welch")
    assert (wait["value"], wait["note"]) == (None, NOTE)
    assert estimate(document, metric="talk", quantity="mean_difference")["value"] == 60
    assert document["decision"]["verdict"] == "not_identified"
    (check,) = [found for found in document["checks"] if found["name"] == "interference"]
    assert check["status"] == "warn"


@pytest.mark.parametrize("written_as", ["table", "csv", "html"])
def test_every_text_says_it(tmp_path: Path, written_as: str) -> None:
    text = run(tmp_path, PLAN, written_as, **one_queue())

    assert NOTE in text
    if written_as != "csv":
        assert "No difference is no proof of no harm." in text


def test_the_workbook_says_it(tmp_path: Path) -> None:
    run(tmp_path, PLAN, "json", **one_queue())
    book = tmp_path / "report.xlsx"
    paths = {name: str(tmp_path / f"{name}.csv") for name in ("assignments", "contacts")}
    plan = str(tmp_path / "plan.yaml")
    call_command("analyze", plan, format="xlsx", out=str(book), stdout=io.StringIO(), **paths)

    cells = [cell for sheet in load_workbook(book) for row in sheet.values for cell in row]

    assert NOTE in cells
    assert "interference" in cells
