"""Where it was asked from: counted by queue and by router."""

import pytest
from django.test import Client
from django.utils import timezone

from experiments import exposures
from experiments.access import issue_key
from experiments.exposures import Place, by_place, record
from tests.experiments.designs import NOW, running
from tests.experiments.exposures.test_recording import row
from tests.experiments.ofrep.conftest import FLAGS

pytestmark = pytest.mark.django_db


def test_places_are_counted_with_what_was_served_and_applied() -> None:
    record(
        [
            row("1", contact_id="c-1", queue="billing", router="north", exposed_at=NOW),
            row("2", contact_id="c-2", queue="billing", router="north", assigned_variant="long"),
            row(
                "3",
                contact_id="c-3",
                queue="billing",
                router="south",
                assigned_variant="long",
                exposed_at=NOW,
            ),
            row("4", contact_id="c-4", queue="sales", router="south"),
            row("5", contact_id="c-5", queue="sales", eligible=False),
            row("6", contact_id="c-6", queue="sales", forced=True, source="forced"),
        ]
    )

    billing, sales = by_place("patience", Place.QUEUE)
    north, south = by_place("patience", Place.ROUTER)

    assert (billing.place, dict(billing.asked)) == ("billing", {"control": 1, "long": 2})
    assert (billing.rows, billing.served, billing.applied, billing.kept) == (3, 1, 2, 1)
    assert (sales.place, sales.rows, sales.applied) == ("sales", 1, 0)
    assert {each.place: each.rows for each in (north, south)} == {"north": 2, "south": 2}


def test_every_door_writes_down_which_router_asked(client: Client) -> None:
    running()
    keys = {name: issue_key(name=name, scopes=["assign"], now=NOW)[1] for name in ("a", "b", "c")}
    common = {"experiment": "longer_calls", "unit_id": "3", "source": "client"}
    drawn = {**common, "assigned_variant": "take_time", "assigned_at": NOW.isoformat()}

    for name, path, body in (
        ("a", "/api/v1/assign", {"customer_id": "1", "experiments": ["longer_calls"]}),
        ("b", f"{FLAGS}/longer_calls", {"context": {"targetingKey": "2"}}),
        ("c", "/api/v1/exposures", {"exposures": [drawn]}),
    ):
        headers = {"X-API-Key": keys[name]}
        answer = client.post(path, body, content_type="application/json", headers=headers)
        assert answer.status_code == 200, answer.content

    rows = exposures.log("longer_calls", until=timezone.now())
    assert {each.unit_id: each.router for each in rows} == {"1": "a", "2": "b", "3": "c"}
