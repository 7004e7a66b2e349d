"""What an installation holds before people visit it: `python -m tests.browser.seeding PASSWORD`.

First the database, a person of each role and an API key, told as one line of JSON. Then, once a
line is read, a running experiment with three reports: one to rely on, one of a broken split, one
that failed; and two whose logs were tampered with, of which it tells the rows.
"""

import json
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402  # Django stands from here on
from django.contrib.auth.models import Group  # noqa: E402
from django.core.management import call_command  # noqa: E402

from experiments import definitions  # noqa: E402
from experiments.access import SCOPES, ensure_roles, issue_key  # noqa: E402
from experiments.definitions import Draft, VariantDraft  # noqa: E402
from impact.models import Run  # noqa: E402
from tests.browser import logs  # noqa: E402
from tests.impact.pages.conftest import PLAN_SOURCE  # noqa: E402
from tests.impact.reports.example import ANALYSIS, PLAN  # noqa: E402

PEOPLE = {"leader": "cx_leader", "finance": "finance_reviewer", "admin": "administrator"}
KEY = "time_it_takes"
TITLES = {"target_300": "Hold to 300 s", "no_target": "Take the time it needs"}
NOW = datetime(2026, 9, 1, 6, tzinfo=UTC)


def people(password: str) -> str:
    """Create the people; return the API key."""
    call_command("migrate", verbosity=0)
    ensure_roles()
    for name, role in PEOPLE.items():
        is_staff = role == "administrator"
        user = get_user_model().objects.create_user(name, password=password, is_staff=is_staff)
        user.groups.add(Group.objects.get(name=role))
    return issue_key(name="a router", scopes=SCOPES, now=NOW)[1]


def experiment() -> None:
    """Create the experiment and start it."""
    variants = tuple(
        VariantDraft(
            key=key,
            title=title,
            weight=5000,
            is_control=key == "target_300",
            policy={"seconds": 300},
        )
        for key, title in TITLES.items()
    )
    draft = Draft(
        key=KEY,
        title="The time it takes",
        hypothesis="Time keeps customers.",
        plan_source=PLAN_SOURCE,
        simulated=True,
        variants=variants,
    )
    started = NOW - timedelta(days=180)
    definitions.create(draft, actor="leader", now=started)
    definitions.submit(KEY, actor="leader", now=started)
    definitions.start(KEY, actor="key:a router", now=started)


def reports(charts: dict[str, str]) -> None:
    """Store the reports."""
    broken = [{"name": "sample_ratio", "status": "fail", "message": "target_300 got 53.0%"}]
    _run("r-good", analysis=ANALYSIS, charts=charts)
    _run("r-broken", as_of=NOW - timedelta(1), analysis={**ANALYSIS, "checks": broken})
    _run("r-failed", status="failed", error="churn: no table of this kind was sent")


def _run(run_id: str, **columns: Any) -> None:  # noqa: ANN401  # columns of a run
    given = {
        "id": run_id,
        "experiment": KEY,
        "status": "done",
        "requested_at": NOW,
        "finished_at": NOW,
        "as_of": NOW,
        "plan_source": PLAN_SOURCE,
        "plan_sha256": "a" * 64,
        "statistics": b"stored",
        "statistics_sha256": "c" * 64,
        "code_version": "0.1.0",
    }
    Run.objects.create(**{**given, **columns})


if __name__ == "__main__":
    print(json.dumps({"key": people(sys.argv[1])}), flush=True)  # noqa: T201  # the caller reads it
    from impact.reports.charts import render_charts  # while the server starts: it takes seconds

    drawings = render_charts(PLAN, ANALYSIS, TITLES)
    sys.stdin.readline()
    experiment()
    reports(drawings)
    rewritten = {logs.TWO_SPLITS: logs.two_splits(), logs.SHARES_OF_TEAMS: logs.shares_of_teams()}
    print(json.dumps(rewritten), flush=True)  # noqa: T201  # the caller reads it
