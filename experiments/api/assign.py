"""`POST /api/v1/assign`: plain and fast, because a caller hears silence until it has answered.

No identifier of a customer is logged here or below.
"""

import logging
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from time import monotonic
from types import MappingProxyType

from django.utils import timezone

from experiments.access import KeyHolder, Scope
from experiments.access.authentication import CHALLENGE
from experiments.answers.answering import answer, unconfigured
from experiments.answers.callers import Stranger, caller
from experiments.answers.exchange import CONTENT_TYPE, MOST_BYTES, Asked, Reply, view
from experiments.api.assign_formats import CONTENT_TYPES, flat, render
from experiments.api.assign_wire import question, read
from experiments.assignment.refusals import violation
from experiments.errors import InvalidRequest, Overloaded, Violation

DEADLINE_SECONDS = 0.15  # of the 0.2 s that are promised
NO_HEADERS: Mapping[str, str] = MappingProxyType({})

BUSY = violation("service", "", "cannot record now: play control, ask again")

logger = logging.getLogger(__name__)


def respond(request: Asked, _key: str = "") -> Reply:
    """Answer which variant a contact gets."""
    now, until = timezone.now(), monotonic() + DEADLINE_SECONDS
    try:
        _check_method(request)
        holder = _holder(request, now, until)
        wanted = request.wanted("format")
        sent = read(_body(request), wanted=wanted, content_type=request.content_type)
        asked = question(sent, now=now, router=holder.name if holder else "")
        answers = answer(asked, now=now, until=until) if holder else unconfigured(asked)
    except _Refused as error:
        return error.reply(request)
    except InvalidRequest as error:
        return _Refused(HTTPStatus.BAD_REQUEST, error.violations[0]).reply(request)
    except (Overloaded, OSError) as error:
        logger.error("not answered: %s", type(error).__name__)  # noqa: TRY400  # no ids in a trace
        return _Refused(HTTPStatus.SERVICE_UNAVAILABLE, BUSY).reply(request)
    return _reply(flat(answers), sent.format, HTTPStatus.OK)


assign = view(respond)


class _Refused(Exception):
    """The question is not answered."""

    def __init__(self, status: HTTPStatus, violation: Violation, **headers: str) -> None:
        self.status, self.violation, self.headers = status, violation, headers
        super().__init__(str(violation))

    def reply(self, request: Asked) -> Reply:
        """Return the refusal as a router reads it: what, where and why."""
        fields = {
            "status": "error",
            "field": self.violation.field,
            "value": self.violation.value,
            "rule": self.violation.rule,
        }
        return _reply(fields, request.wanted("format"), self.status, self.headers)


def _check_method(request: Asked) -> None:
    if request.method != "POST":
        refusal = violation("method", request.method, "must be POST")
        raise _Refused(HTTPStatus.METHOD_NOT_ALLOWED, refusal, Allow="POST")


def _holder(request: Asked, now: datetime, until: float) -> KeyHolder | None:
    """Refuse a key that may not ask; None while no keys could ever be read."""
    holder = caller(request.meta, now=now, until=until)
    if holder is Stranger.UNVERIFIED:
        return None
    if holder is Stranger.UNKNOWN or Scope.ASSIGN not in holder.scopes:
        rule = "must be an API key in force with the scope assign"
        refusal = violation("authorization", "", rule)
        raise _Refused(HTTPStatus.UNAUTHORIZED, refusal, **{"WWW-Authenticate": CHALLENGE})
    return holder


def _body(request: Asked) -> bytes:
    body = request.body()
    if body is None:
        rule = f"must have at most {MOST_BYTES} bytes"
        refusal = violation("body", f"{request.length} bytes", rule)
        raise _Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, refusal)
    return body


def _reply(
    fields: Mapping[str, str],
    format_: str | None,
    status: HTTPStatus,
    headers: Mapping[str, str] = NO_HEADERS,
) -> Reply:
    chosen = format_ if format_ in CONTENT_TYPES else "json"
    headers = {CONTENT_TYPE: CONTENT_TYPES[chosen], **headers}
    return Reply(status, render(fields, chosen), headers)
