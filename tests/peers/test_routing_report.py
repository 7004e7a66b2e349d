"""The documented script that tells from contact records what was played."""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from django.utils import timezone

from tests.peers.conftest import Live
from tests.peers.flags import CONTROL, ROUTED, TREATMENT
from tests.processes import PATIENCE, PROJECT

pytestmark = pytest.mark.peers
SCRIPT = PROJECT / "docs" / "routing" / "report.py"


def report(live: Live, records: Path) -> list[str]:
    made = subprocess.run(  # noqa: S603  # the documented script
        [sys.executable, str(SCRIPT), ROUTED, str(records)],
        env={**os.environ, **live.settings()},
        stdout=subprocess.PIPE,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    return made.stdout.splitlines()


def ask(live: Live, customer: str) -> dict[str, str]:
    answer = httpx.post(
        f"{live.address}/api/v1/assign",
        json={"customer_id": customer, "contact_id": "late-call", "experiments": [ROUTED]},
        headers={"X-API-Key": live.key},
        timeout=PATIENCE,
    )
    told: dict[str, str] = answer.raise_for_status().json()
    return told


def test_a_late_answer_is_put_right_by_the_contact_record(live: Live, tmp_path: Path) -> None:
    customer = next(
        each for each in map("late-{}".format, range(50)) if live.variant(each) == TREATMENT
    )
    late = ask(live, customer)
    records = tmp_path / "records.csv"
    records.write_text(
        "contact_id,variant,played_at,queue\n"
        f"late-call,{CONTROL},{timezone.now().isoformat()},q\n"
        f"never-asked,{CONTROL},,q\n"
        "a-leg-that-did-not-ask,,,q\n"
    )

    told, again = report(live, records), report(live, records)

    assert told == again
    assert told[0] == "1 of 2 contacts put down"
    assert "never-asked" in told[1]
    assert (late["variant"], ask(live, customer)["variant"]) == (TREATMENT, CONTROL)
    assert live.variant(customer) == TREATMENT  # what was assigned stays
