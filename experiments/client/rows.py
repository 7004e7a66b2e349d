"""A report as `POST /api/v1/exposures` reads it."""

import json
import math
import re
from collections.abc import Iterator, Mapping

from experiments.assignment.placing import SATURATION
from experiments.assignment.schedule import BLOCK, MINUTE, WINDOW
from experiments.client.clock import Clock
from experiments.client.reports import Report

MOST_ATTRIBUTES = 64
LONGEST_NAME = 64
LONGEST_TEXT = 1024
LARGEST_INTEGER = 2**63
# What was drawn and where: found first, or the 64 of a caller leave no room for it.
NEEDED = (SATURATION, WINDOW, MINUTE, BLOCK, "arrived_at", "team", "agent_id")
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def row(report: Report, clock: Clock) -> bytes:
    """Return the JSON of a report; attributes that the service would refuse are left out.

    Raises:
        ValueError, TypeError: an id is nothing that JSON can hold.
    """
    ids: dict[str, object] = {name: value for name, value in report.ids._asdict().items() if value}
    routing: dict[str, object] = {
        name: ids.pop(name) for name in ("agent_id", "team") if name in ids
    }
    attributes = {**report.attributes, **routing}
    needed = {name: attributes[name] for name in NEEDED if name in attributes}
    document = {
        "source": "client",
        "experiment": report.experiment,
        "version": report.version,
        "unit_id": report.unit_id,
        **ids,
        "assigned_variant": report.assigned_variant,
        "served_variant": report.served_variant,
        "eligible": report.eligible,
        "forced": report.forced,
        "attributes": dict(_fitting({**needed, **attributes})),
        "assigned_at": clock.instant(report.assigned_at).isoformat(),
    }
    if report.exposed_at is not None:
        document["exposed_at"] = clock.instant(report.exposed_at).isoformat()
    return json.dumps(document, allow_nan=False).encode()


def _fitting(attributes: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    fit = ((name, value) for name, value in attributes.items() if _fits(name, value))
    for _, pair in zip(range(MOST_ATTRIBUTES), fit, strict=False):
        yield pair


def _fits(name: object, value: object) -> bool:
    if not isinstance(name, str) or not 1 <= len(name) <= LONGEST_NAME or _UNFIT.search(name):
        return False
    match value:
        case None | bool():
            return True
        case str():
            return len(value) <= LONGEST_TEXT and not _UNFIT.search(value)
        case int():
            return abs(value) < LARGEST_INTEGER
        case float():
            return math.isfinite(value)
        case _:
            return False
