"""`POST /api/v1/assign`: a plain view, because a caller hears silence until it has answered.

No identifier of a customer is logged here or below.
"""

import logging
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from time import monotonic

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from experiments.access import KeyHolder, Scope
from experiments.access.authentication import CHALLENGE
from experiments.answers.answering import answer, unconfigured
from experiments.answers.callers import MOST_BYTES, Stranger, body_of, caller
from experiments.api.assign_formats import CONTENT_TYPES, flat, render
from experiments.api.assign_wire import question, read
from experiments.assignment.refusals import violation
from experiments.errors import InvalidRequest, Overloaded, Violation

DEADLINE_SECONDS = 0.15  # of the 0.2 s that are promised

BUSY = violation("service", "", "cannot record now: play control, ask again")

logger = logging.getLogger(__name__)


@csrf_exempt
def assign(request: HttpRequest) -> HttpResponse:
    """Answer which variant a contact gets."""
    now, until = timezone.now(), monotonic() + DEADLINE_SECONDS
    try:
        _check_method(request)
        holder = _holder(request, now, until)
        wanted, content_type = request.GET.get("format"), request.META.get("CONTENT_TYPE") or ""
        sent = read(_body(request), wanted=wanted, content_type=content_type)
        asked = question(sent, now=now, router=holder.name if holder else "")
        answers = answer(asked, now=now, until=until) if holder else unconfigured(asked)
    except _Refused as error:
        return error.response(request)
    except InvalidRequest as error:
        return _Refused(HTTPStatus.BAD_REQUEST, error.violations[0]).response(request)
    except (Overloaded, OSError) as error:
        logger.error("not answered: %s", type(error).__name__)  # noqa: TRY400  # no ids in a trace
        return _Refused(HTTPStatus.SERVICE_UNAVAILABLE, BUSY).response(request)
    return _response(flat(answers), sent.format, HTTPStatus.OK)


class _Refused(Exception):
    """The question is not answered."""

    def __init__(self, status: HTTPStatus, violation: Violation, **headers: str) -> None:
        self.status, self.violation, self.headers = status, violation, headers
        super().__init__(str(violation))

    def response(self, request: HttpRequest) -> HttpResponse:
        """Return the refusal as a router reads it: what, where and why."""
        fields = {
            "status": "error",
            "field": self.violation.field,
            "value": self.violation.value,
            "rule": self.violation.rule,
        }
        response = _response(fields, request.GET.get("format"), self.status)
        for name, value in self.headers.items():
            response[name] = value
        return response


def _check_method(request: HttpRequest) -> None:
    if request.method != "POST":
        refusal = violation("method", request.method, "must be POST")
        raise _Refused(HTTPStatus.METHOD_NOT_ALLOWED, refusal, Allow="POST")


def _holder(request: HttpRequest, now: datetime, until: float) -> KeyHolder | None:
    """Refuse a key that may not ask; None while no keys could ever be read."""
    holder = caller(request, now=now, until=until)
    if holder is Stranger.UNVERIFIED:
        return None
    if holder is Stranger.UNKNOWN or Scope.ASSIGN not in holder.scopes:
        rule = "must be an API key in force with the scope assign"
        refusal = violation("authorization", "", rule)
        raise _Refused(HTTPStatus.UNAUTHORIZED, refusal, **{"WWW-Authenticate": CHALLENGE})
    return holder


def _body(request: HttpRequest) -> bytes:
    body = body_of(request)
    if body is None:
        length = request.META.get("CONTENT_LENGTH") or "0"
        rule = f"must have at most {MOST_BYTES} bytes"
        refusal = violation("body", f"{length} bytes", rule)
        raise _Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, refusal)
    return body


def _response(fields: Mapping[str, str], format_: str | None, status: HTTPStatus) -> HttpResponse:
    chosen = format_ if format_ in CONTENT_TYPES else "json"
    content_type = CONTENT_TYPES[chosen]
    return HttpResponse(render(fields, chosen), status=status, content_type=content_type)
