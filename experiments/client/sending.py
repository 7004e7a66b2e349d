"""Reports on their way to the service: in batches, each kept until it was answered."""

import json
import logging
from collections.abc import Sequence
from http import HTTPStatus
from time import monotonic

from experiments.client.clock import Clock
from experiments.client.options import Options
from experiments.client.reports import Report, Reports
from experiments.client.rows import row
from experiments.client.service import Reply, Service, Unavailable

PATH = "/api/v1/exposures"
ROWS_AT_ONCE = 1_000
# The service understood the request and will never take it: sending it again helps nobody.
HOPELESS = {HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY}

logger = logging.getLogger(__name__)


def send_all(reports: Reports, service: Service, clock: Clock, *, seconds: float) -> None:
    """Send what waits until nothing does.

    Raises:
        Unavailable: the service does not take it, or not within `seconds`; the rest waits on.
    """
    until = monotonic() + seconds
    size = ROWS_AT_ONCE
    while len(reports):
        batch = reports.take(size)
        try:
            is_taken = _send(batch, reports, service, clock, seconds=until - monotonic())
        except BaseException:
            reports.put_back()
            raise
        if is_taken:
            reports.done()
        else:
            size = max(1, len(batch) // 2)
            reports.put_back()


def send_the_rest(reports: Reports, options: Options, clock: Clock, *, seconds: float) -> None:
    """Send what still waits when a client ends; what is not taken by then is lost, and is said."""
    service = Service(options)
    try:
        send_all(reports, service, clock, seconds=seconds)
    except Unavailable as error:
        logger.warning("reports that were not sent: %s (%s)", len(reports), error)
    finally:
        service.close()


def _send(
    batch: Sequence[Report], reports: Reports, service: Service, clock: Clock, *, seconds: float
) -> bool:
    """Return whether the batch is done with; False when it is too large for the service."""
    rows = _rows(batch, reports, clock)
    if not rows:
        return True
    body = b'{"exposures": [' + b", ".join(rows) + b"]}"
    reply = service.post(PATH, body, seconds=seconds)
    if reply.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE and len(batch) > 1:
        return False
    if reply.status == HTTPStatus.OK:
        _count(reply, len(rows), reports)
    elif reply.status in HOPELESS or reply.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        reports.counts.refused += len(rows)
        logger.error("reports refused: %s, answered %s", len(rows), reply.status)
    else:
        raise Unavailable(f"reports: answered {reply.status}")
    return True


def _rows(batch: Sequence[Report], reports: Reports, clock: Clock) -> list[bytes]:
    rows = []
    for report in batch:
        try:
            rows.append(row(report, clock))
        except (TypeError, ValueError, RecursionError) as error:
            reports.counts.refused += 1
            logger.warning("a report of %s is left out: %s", report.experiment, error)
    return rows


def _count(reply: Reply, sent: int, reports: Reports) -> None:
    """Count what was taken; a row that broke a rule is named by field and rule, not by its ids."""
    try:
        rejected = json.loads(reply.body)["rejected"]
        broken = {each["row"]: (each["field"], each["rule"]) for each in rejected}
    except (ValueError, KeyError, TypeError) as error:
        raise Unavailable(f"reports: answered what cannot be read ({error})") from error
    reports.counts.sent += sent - len(broken)
    reports.counts.refused += len(broken)
    for field, rule in set(broken.values()):
        logger.warning("reports refused: %s %s", field, rule)
