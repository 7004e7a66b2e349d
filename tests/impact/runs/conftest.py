"""A small experiment that ran: assigned, churned, ready to be analysed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from experiments import definitions, exposures, registry
from experiments.definitions import Draft, VariantDraft
from experiments.exposures import Contact, exposure_row
from experiments.plan.template import plan_text
from impact import ingest
from impact.ingest import Delivery
from impact.records.kinds import RecordKind

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
AS_OF = datetime(2026, 10, 1, tzinfo=UTC)
CUSTOMERS = 400
KEY = "care_over_clock"


def draft() -> Draft:
    weights = {"clock": 5000, "care": 5000}
    return Draft(
        key=KEY,
        title="Care over clock",
        plan_source=plan_text(
            key=KEY,
            title="Care over clock",
            unit="customer",
            control="clock",
            weights=weights,
            segments=["tier"],
        ),
        variants=tuple(
            VariantDraft(key=name, weight=weight, is_control=name == "clock")
            for name, weight in weights.items()
        ),
    )


def send(kind: RecordKind, rows: list[dict[str, object]], now: datetime = AS_OF) -> None:
    delivery = Delivery(kind=kind, format="json", sender="a test")
    batch = ingest.accept(delivery, [msgspec.json.encode(rows)], now=now)
    assert ingest.process(batch.pk, now)


@pytest.fixture
def ran(db: None) -> Iterator[str]:  # noqa: ARG001  # asks for a database
    """Yield the key of the experiment; fewer customers churned in care than under the clock."""
    registry.snapshot.forget()
    definitions.create(draft(), actor="a test", now=START)
    for move in (definitions.submit, definitions.start):
        move(KEY, actor="a test", now=START)
    experiment = registry.current(START).experiments[KEY]
    churn: list[dict[str, object]] = []
    for number in range(CUSTOMERS):
        customer, start = f"{number:04}", START + timedelta(hours=number)
        attributes = {"tier": "pro" if number % 3 else "basic"}
        decision = experiment.decide(customer, attributes)
        contact = Contact(customer_id=customer, contact_id=f"k-{number}", attributes=attributes)
        exposures.record([exposure_row(decision, contact, now=start)])
        if number % (3 if decision.assigned_variant == "clock" else 5) == 0:
            churned = start + timedelta(days=10 + number % 120)
            churn.append({"customer_id": customer, "churned_at": churned.isoformat()})
    send(RecordKind.CHURN, churn)
    yield KEY
    registry.snapshot.forget()
