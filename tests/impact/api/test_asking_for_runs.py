"""Asking for an analysis over HTTP: as known when, to the instant."""

import pytest
from django.test import Client
from django.utils import timezone

from experiments.access import issue_key

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("as_of", "rule"),
    [
        ("2026-01-05T09:30:00", "must carry an offset from UTC"),
        ("2026-01-05", "must"),
        ("2999-01-05T09:30:00Z", "must not lie in the future"),
    ],
)
def test_a_time_that_cannot_be_is_refused_by_name(client: Client, as_of: str, rule: str) -> None:
    _, secret = issue_key(name="planner", scopes=["define"], now=timezone.now())

    answer = client.post(
        "/api/v1/runs",
        {"experiment": "longer_calls", "as_of": as_of},
        content_type="application/json",
        headers={"X-API-Key": secret},
    )

    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert (error["field"], error["value"]) == ("as_of", f'"{as_of}"')
    assert rule in error["rule"]
