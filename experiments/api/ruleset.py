"""`GET /api/v1/ruleset`: what runs, for clients that decide by themselves.

A plain view: every client asks once a second, and is nearly always told that nothing changed.
"""

from datetime import datetime
from http import HTTPStatus
from time import monotonic

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from experiments import registry
from experiments.access import KeyHolder, Scope
from experiments.access.authentication import CHALLENGE
from experiments.answers.answering import latest
from experiments.answers.callers import Stranger, caller
from experiments.answers.tags import matches
from experiments.assignment.signature import HEADER
from experiments.errors import Overloaded
from experiments.registry.publishing import publisher

DEADLINE_SECONDS = 0.15
UNREAD = "Nothing could be read from the database since the start."


@csrf_exempt
def ruleset(request: HttpRequest) -> HttpResponse:
    """Answer the rule set, or 304 when the client has it already."""
    if request.method not in {"GET", "HEAD"}:
        detail = f'Method "{request.method}" not allowed.'
        return _problem(HTTPStatus.METHOD_NOT_ALLOWED, detail, Allow="GET, HEAD")
    now, until = timezone.now(), monotonic() + DEADLINE_SECONDS
    try:
        return _refusal(request, now, until) or _answer(request, now, until)
    except Overloaded as error:
        return _problem(HTTPStatus.SERVICE_UNAVAILABLE, str(error))


def _refusal(request: HttpRequest, now: datetime, until: float) -> HttpResponse | None:
    match caller(request.META, now=now, until=until):
        case Stranger.UNVERIFIED:
            return _problem(HTTPStatus.SERVICE_UNAVAILABLE, UNREAD)
        case KeyHolder() as holder if Scope.ASSIGN in holder.scopes:
            return None
        case KeyHolder():
            return _problem(HTTPStatus.FORBIDDEN, "The API key lacks the scope assign.")
        case _:
            challenge = {"WWW-Authenticate": CHALLENGE}
            detail = "An API key in force is needed, as Authorization: Bearer or X-API-Key."
            return _problem(HTTPStatus.UNAUTHORIZED, detail, **challenge)


def _answer(request: HttpRequest, now: datetime, until: float) -> HttpResponse:
    running = latest(registry.snapshot, now=now, until=until)
    if running is None:
        return _problem(HTTPStatus.SERVICE_UNAVAILABLE, UNREAD)
    made = publisher.published(running, settings.RULESET_KEYS)
    headers = {"ETag": made.tag, HEADER: made.signature, "Cache-Control": "private, no-cache"}
    if matches(request.headers.get("If-None-Match", ""), made.tag):
        response = HttpResponse(status=HTTPStatus.NOT_MODIFIED, headers=headers)
        del response["Content-Type"]
        return response
    return HttpResponse(made.body, content_type="application/json", headers=headers)


def _problem(status: HTTPStatus, detail: str, **headers: str) -> HttpResponse:
    body = {"type": "about:blank", "title": status.phrase, "status": int(status), "detail": detail}
    return JsonResponse(
        body, status=status, content_type="application/problem+json", headers=headers
    )
