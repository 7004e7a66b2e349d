from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client

from experiments.access import ensure_roles
from impact.models import Run
from impact.reports.charts import render_charts
from tests.impact.reports.example import ANALYSIS, AS_OF, PLAN

PLAN_SOURCE = """\
key: time_it_takes
title: The time it takes
unit: customer
control: target_300
weights: {target_300: 5000, no_target: 5000}
looks: {planned_end: 2026-09-01}
metrics:
  - {key: churn, title: Retention, role: primary, kind: time_to_event, source: churn, horizon: 180}
  - {key: handle_time, title: Handle time per contact, role: guardrail, kind: ratio, unit: second,
     source: contacts.handle_seconds, denominator: contacts.handled, window: 90,
     direction: decrease, margin: 90}
  - {key: satisfied, title: Satisfied customers, role: secondary, kind: proportion,
     source: contacts.resolved, window: 90}
segments: [tenure]
economics: {currency: EUR, cost_per_handle_minute: 0.80, window: 90}
"""

SignIn = Callable[[str], Client]
MakeRun = Callable[..., Run]


@pytest.fixture
def sign_in(db: None) -> SignIn:  # noqa: ARG001  # opens the database
    """Return a browser in which somebody with the role, or with none, has signed in."""

    def signed_in(role: str) -> Client:
        ensure_roles()
        user = get_user_model().objects.create_user(username=role or "nobody")
        if role:
            user.groups.add(Group.objects.get(name=role))
        client = Client()
        client.force_login(user)
        return client

    return signed_in


@pytest.fixture(scope="session")
def charts() -> dict[str, str]:
    """The drawings of the example, made once."""
    return render_charts(PLAN, ANALYSIS)


@pytest.fixture
def make_run(db: None, charts: dict[str, str]) -> MakeRun:  # noqa: ARG001  # opens the database
    """Return what stores a finished run; columns may be given."""

    def made(**columns: Any) -> Run:  # noqa: ANN401
        given: dict[str, Any] = {
            "id": "r-1",
            "experiment": "time_it_takes",
            "status": Run.Status.DONE,
            "requested_at": datetime(2026, 9, 1, 6, tzinfo=UTC),
            "finished_at": datetime(2026, 9, 1, 6, 1, tzinfo=UTC),
            "as_of": AS_OF,
            "plan_source": PLAN_SOURCE,
            "plan_sha256": "a" * 64,
            "statistics": b"stored",
            "statistics_sha256": "c" * 64,
            "code_version": "0.1.0",
            "lake_versions": {"churn": 12},
            "analysis": ANALYSIS,
            "charts": charts,
        }
        return Run.objects.create(**{**given, **columns})

    return made
