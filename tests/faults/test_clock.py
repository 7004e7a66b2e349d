"""The server's clock stepped back an hour: no change is missed, no row lost, none is twice."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db.models import F
from django.test import Client
from django.utils import timezone

from experiments import exposures
from experiments.access import issue_key
from experiments.audit import audit
from experiments.models import ApiKey, Experiment, Revision
from tests.experiments.designs import running

pytestmark = pytest.mark.django_db(transaction=True)
KEY = "longer_calls"
HOUR, SECONDS = timedelta(hours=1), timedelta(seconds=2)


class Router:
    """Asks and reports with a key of its own."""

    def __init__(self, name: str) -> None:
        self.key, secret = issue_key(name=name, scopes=["assign"], now=timezone.now())
        self._headers = {"X-API-Key": secret}

    def post(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        answer = Client().post(
            f"/api/v1/{path}", body, content_type="application/json", headers=self._headers
        )
        return answer.status_code, answer.json()

    def ask(self, contact: str) -> dict[str, Any]:
        asked = {"customer_id": f"of {contact}", "contact_id": contact, "experiments": [KEY]}
        return self.post("assign", asked)[1]


def rows(until: datetime) -> list[str]:
    return sorted(str(row.contact_id) for row in exposures.log(KEY, until=until))


def test_answers_repeats_and_reports_go_on() -> None:
    running(now=timezone.now())
    router, noon = Router("router"), timezone.now()
    before = [router.ask(f"before-{number}") for number in range(8)]

    with time_machine.travel(noon - HOUR, tick=True):
        again = [router.ask(f"before-{number}") for number in range(8)]
        during = [router.ask(f"during-{number}") for number in range(8)]
        reports = [
            {"experiment": KEY, "contact_id": "before-0", "exposed_at": noon.isoformat()},
            {"experiment": KEY, "contact_id": "during-0", "exposed_at": noon.isoformat()},
        ]
        reported = router.post("exposures", {"exposures": reports})[1]

    assert again == before
    assert {each["status"] for each in during} == {"ok"}
    assert reported == {"received": 2, "recorded": 0, "matched": 2, "rejected": []}
    contacts = [f"{name}-{number}" for name in ("before", "during") for number in range(8)]
    assert rows(noon + HOUR) == contacts
    assert audit(KEY).agrees


def _change_in_another_process(revoked: Router) -> None:
    """Kill and revoke where this process hears nothing of it."""
    Experiment.objects.filter(key=KEY).update(killed=True)
    Revision.objects.update(number=F("number") + 1)
    ApiKey.objects.filter(pk=revoked.key.pk).update(revoked_at=timezone.now())


def test_a_kill_and_a_revoked_key_hold_within_two_seconds() -> None:
    running(now=timezone.now())
    router, other, noon = Router("router"), Router("other"), timezone.now()
    router.ask("before"), other.ask("of the other")

    with time_machine.travel(noon - HOUR, tick=False) as clock:
        router.ask("stepped back")
        _change_in_another_process(other)
        clock.shift(SECONDS)
        killed = router.ask("killed")
        refused = other.post("assign", {"customer_id": "1", "experiments": [KEY]})[0]

    assert (killed["source"], killed["variant"]) == ("paused", "target_300s")
    assert refused == 401
    assert audit(KEY).agrees
