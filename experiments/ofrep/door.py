"""The way into both endpoints: method, credential and context, each refused as clients expect."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from time import monotonic

from django.utils import timezone

from experiments import registry
from experiments.access import KeyHolder, Scope
from experiments.access.authentication import CHALLENGE
from experiments.answers.answering import latest
from experiments.answers.callers import Stranger, caller
from experiments.answers.exchange import MOST_BYTES, Asked, Reply, Respond
from experiments.errors import Overloaded
from experiments.ofrep.context import Context, ErrorCode, Unfit, read
from experiments.ofrep.responses import Refused, failure, preflight
from experiments.registry import RunningSet

DEADLINE_SECONDS = 0.15  # of the 0.2 s that are promised
UNREAD = "nothing could be read from the database since the start: use your default, ask again"
BUSY = "cannot record now: use your default, ask again"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request that may be evaluated, by `until` of the monotonic clock."""

    holder: KeyHolder
    running: RunningSet
    context: Context
    if_none_match: str
    now: datetime
    until: float


Evaluate = Callable[[Request, str], Reply]


def door(evaluate: Evaluate) -> Respond:
    """Return what lets requests through to `evaluate`, which gets the flag's key.

    The credential is checked before anything is looked up. 429 is never answered: it would
    pause all flags of a client.
    """

    def respond(request: Asked, key: str) -> Reply:
        if request.method == "OPTIONS":
            return preflight()
        try:
            return evaluate(_admitted(request), key)
        except Refused as refusal:
            return failure(refusal, key=key)
        except Unfit as error:
            return failure(Refused(HTTPStatus.BAD_REQUEST, error.code, error.details), key=key)
        except (Overloaded, OSError) as error:
            logger.error("not answered: %s", type(error).__name__)  # noqa: TRY400  # no ids in a trace
            return failure(_unavailable(BUSY), key=key)

    return respond


def _admitted(request: Asked) -> Request:
    now, until = timezone.now(), monotonic() + DEADLINE_SECONDS
    if request.method != "POST":
        message = "the method must be POST"
        raise Refused(HTTPStatus.METHOD_NOT_ALLOWED, ErrorCode.GENERAL, message, Allow="POST")
    holder = _holder(request, now, until)
    running = latest(registry.snapshot, now=now, until=until)
    if running is None:
        raise _unavailable(UNREAD)
    return Request(
        holder=holder,
        running=running,
        context=read(_body(request)),
        if_none_match=request.meta.get("HTTP_IF_NONE_MATCH", ""),
        now=now,
        until=until,
    )


def _holder(request: Asked, now: datetime, until: float) -> KeyHolder:
    match caller(request.meta, now=now, until=until):
        case Stranger.UNVERIFIED:
            raise _unavailable(UNREAD)
        case KeyHolder() as holder if Scope.ASSIGN in holder.scopes:
            return holder
        case KeyHolder():
            message = "the API key lacks the scope assign"
            raise Refused(HTTPStatus.FORBIDDEN, ErrorCode.GENERAL, message)
        case _:
            message = "an API key in force is needed, as Authorization: Bearer or X-API-Key"
            challenge = {"WWW-Authenticate": CHALLENGE}
            raise Refused(HTTPStatus.UNAUTHORIZED, ErrorCode.GENERAL, message, **challenge)


def _body(request: Asked) -> bytes:
    body = request.body()
    if body is None:
        message = f"the body must have at most {MOST_BYTES} bytes"
        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, ErrorCode.GENERAL, message)
    return body


def _unavailable(details: str) -> Refused:
    return Refused(HTTPStatus.SERVICE_UNAVAILABLE, ErrorCode.GENERAL, details)
