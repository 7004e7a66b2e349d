"""A batch of two good rows and a bad one, and messages that go nowhere."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from celery import current_app

from impact.ingest import Delivery, accept
from impact.models import Batch
from impact.records.kinds import RecordKind

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CONTENT = (
    b"contact_id,customer_id,arrived_at,segment\n"
    b"0012,k1,2026-11-21T10:00:00Z,gold\n"
    b"0013,k1,2026-11-21T10:00:00,gold\n"
    b"0014,k2,2026-11-21,\n"
)
Send = Callable[..., Batch]


@pytest.fixture(autouse=True)
def messages_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(current_app.conf, "broker_url", "memory://")
    monkeypatch.setattr(current_app.conf, "broker_write_url", "memory://")


@pytest.fixture
def send() -> Send:
    def deliver(
        content: bytes = CONTENT,
        kind: RecordKind = RecordKind.CONTACTS,
        format_: str = "csv",
        key: str | None = None,
        sender: str = "key:loader",
    ) -> Batch:
        delivery = Delivery(
            kind=kind, format=format_, sender=sender, name="contacts.csv", idempotency_key=key
        )
        return accept(delivery, [content], now=NOW)

    return deliver
