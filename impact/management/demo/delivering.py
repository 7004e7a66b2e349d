"""Outcomes brought in as a sender and a worker do: accepted durably, then read into the lake."""

from collections.abc import Iterable
from datetime import datetime

from impact.ingest import Delivery, accept, process
from impact.management.demo.people import ROUTER
from impact.management.demo.sending import Parcel
from impact.models import Batch


def deliver(parcels: Iterable[Parcel], now: datetime) -> tuple[int, int]:
    """Send every parcel and process it; return rows accepted and rejected.

    A parcel that was sent before changes nothing.
    """
    accepted = rejected = 0
    for parcel in parcels:
        batch = _deliver(parcel, now)
        accepted += batch.rows_accepted
        rejected += batch.rows_rejected
    return accepted, rejected


def _deliver(parcel: Parcel, now: datetime) -> Batch:
    delivery = Delivery(
        kind=parcel.kind, format=parcel.format, sender=f"key:{ROUTER}", name=parcel.name
    )
    batch = accept(delivery, [parcel.payload], now=now)
    process(batch.pk, now)
    batch.refresh_from_db()
    return batch
