"""The body of `POST /api/v1/exposures`: each row is good or is refused alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

import msgspec

from experiments.api.values import instant
from experiments.api.wire import decode
from experiments.assignment.hashing import Purpose, bucket
from experiments.assignment.refusals import violation
from experiments.assignment.schedule import TIME_SLOT
from experiments.assignment.units import canonical_id
from experiments.errors import InvalidRequest, Violation
from experiments.exposures import ExposureReport, ExposureRow, assignment_id
from experiments.exposures.attributes import Scalar, attributes_violations
from experiments.models import Experiment

MOST_ROWS = 10_000
SKEW = timedelta(hours=2)  # a clock of ours that was set back an hour refuses no report
TOO_EARLY = "must not lie more than 2 hours before the assignment"
CLIENT = "client"
Version = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]


class ReportBody(msgspec.Struct):
    """One report. With source client it tells of an assignment that the client made itself."""

    experiment: str
    assignment_id: str | None = None
    contact_id: str | None = None
    unit_id: str | None = None
    exposed_at: str | None = None
    served_variant: str | None = None
    source: str | None = None
    assigned_variant: str | None = None
    assigned_at: str | None = None
    version: Version | None = None
    customer_id: str | None = None
    queue: str | None = None
    eligible: bool | None = None
    forced: bool | None = None
    attributes: dict[str, Scalar] | None = None


class ReportsBody(msgspec.Struct):
    """Many reports."""

    exposures: list[msgspec.Raw]


_BODY = msgspec.json.Decoder(ReportsBody)
_ROW = msgspec.json.Decoder(ReportBody)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A good row: what was applied, and the assignment itself where the client made it."""

    report: ExposureReport
    row: ExposureRow | None


def raw_rows(body: bytes) -> list[bytes]:
    """Return the rows of a body, unread.

    Raises:
        InvalidRequest: the body as a whole is not one, or has too many rows.
    """
    rows = decode(body, _BODY).exposures
    if len(rows) > MOST_ROWS:
        raise InvalidRequest(violation("exposures", len(rows), f"must be at most {MOST_ROWS}"))
    return [bytes(row) for row in rows]


def read_report(raw: bytes, experiments: Mapping[str, Experiment], *, now: datetime) -> Report:
    """Return one row as values.

    Raises:
        InvalidRequest: with every broken rule.
    """
    sent = decode(raw, _ROW)
    experiment = experiments.get(sent.experiment)
    if experiment is None:
        rule = "must be the key of an experiment that was started"
        raise InvalidRequest(violation("experiment", sent.experiment, rule))
    if violations := tuple(_violations(sent, experiment)):
        raise InvalidRequest(*violations)
    ids = _Ids.of(sent)
    report = ExposureReport(
        experiment=sent.experiment,
        assignment_id=sent.assignment_id if sent.source != CLIENT else None,
        contact_id=ids.contact,
        unit_id=ids.unit,
        exposed_at=_instant("exposed_at", sent.exposed_at, now),
        served_variant=sent.served_variant,
    )
    return Report(report=report, row=_client_row(sent, ids, experiment, now))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ids:
    """Ids in their one form."""

    unit: str | None
    contact: str | None
    customer: str

    @classmethod
    def of(cls, sent: ReportBody) -> "_Ids":
        return cls(
            unit=_canonical("unit_id", sent.unit_id),
            contact=_canonical("contact_id", sent.contact_id),
            customer=_canonical("customer_id", sent.customer_id) or "",
        )


def _violations(sent: ReportBody, experiment: Experiment) -> Iterator[Violation]:
    yield from attributes_violations(sent.attributes or {})
    variants = {variant.key for variant in experiment.variants.all()}
    for name in ("assigned_variant", "served_variant"):
        value = getattr(sent, name)
        if value is not None and value not in variants:
            yield violation(name, value, f"must be a variant of {experiment.key}")
    yield from _client_violations(sent) if sent.source == CLIENT else _report_violations(sent)


def _client_violations(sent: ReportBody) -> Iterator[Violation]:
    for name in ("unit_id", "assigned_variant", "assigned_at"):
        if getattr(sent, name) is None:
            yield violation(name, None, "must be given with source client")


def _report_violations(sent: ReportBody) -> Iterator[Violation]:
    if sent.source not in {None, "service"}:
        yield violation("source", sent.source, "must be client or service")
    if not (sent.assignment_id or sent.contact_id or sent.unit_id):
        rule = "must be given: or contact_id, or unit_id"
        yield violation("assignment_id", sent.assignment_id, rule)
    if sent.exposed_at is None and sent.served_variant is None:
        yield violation("exposed_at", None, "must be given, or served_variant")


def _client_row(
    sent: ReportBody, ids: _Ids, experiment: Experiment, now: datetime
) -> ExposureRow | None:
    """Return the row of an assignment that the client drew by the published hash."""
    assigned_at = _instant("assigned_at", sent.assigned_at, now)
    if sent.source != CLIENT or ids.unit is None or assigned_at is None:
        return None
    exposed_at = _instant("exposed_at", sent.exposed_at, now)
    if exposed_at is not None and exposed_at < assigned_at - SKEW:
        raise InvalidRequest(violation("exposed_at", sent.exposed_at, TOO_EARLY))
    assigned = sent.assigned_variant or ""
    version = sent.version or experiment.version
    return ExposureRow(
        assignment_id=assignment_id(
            experiment=experiment.key, version=version, unit_id=ids.unit, contact_id=ids.contact
        ),
        experiment=experiment.key,
        version=version,
        hash_version=experiment.hash_version,
        unit_id=ids.unit,
        customer_id=ids.customer,
        contact_id=ids.contact,
        bucket=_bucket(experiment, version, ids.unit),
        assigned_variant=assigned,
        served_variant=sent.served_variant or assigned,
        source=CLIENT,
        eligible=sent.eligible is not False,
        forced=sent.forced is True,
        queue=_canonical("queue", sent.queue) or "",
        attributes=sent.attributes or {},
        assigned_at=assigned_at,
        exposed_at=exposed_at,
    )


def _bucket(experiment: Experiment, version: int, unit_id: str) -> int | None:
    """Return the bucket; None for a version that never was, or where slots were drawn."""
    salts = {past.number: past.salt for past in experiment.past.all()}
    salt = (salts | {experiment.version: experiment.salt}).get(version)
    if salt is None or experiment.unit == TIME_SLOT:
        return None
    return bucket(Purpose.EXPERIMENT, salt, unit_id)


def _canonical(field: str, value: str | None) -> str | None:
    return None if value is None else canonical_id(value, field=field)


def _instant(field: str, text: str | None, now: datetime) -> datetime | None:
    return None if text is None else instant(field, text, now=now, skew=SKEW)
