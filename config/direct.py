"""Answers to routers before Django's request cycle: no sessions, no headers of pages.

The same functions are mounted among the addresses as well, and answer the same there.
"""

from collections.abc import Callable, Iterable
from functools import cache
from http import HTTPStatus
from time import perf_counter
from typing import Any, NamedTuple

from django.conf import settings
from django.core.handlers.exception import response_for_exception
from django.core.handlers.wsgi import WSGIRequest
from prometheus_client import Histogram

from experiments.answers.exchange import Asked, Reply, Respond
from experiments.api import assign
from experiments.assignment.definition_rules import KEY
from experiments.ofrep.bulk import bulk
from experiments.ofrep.single import single

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
FLAGS = "/ofrep/v1/evaluate/flags"
SECONDS = Histogram(
    "equipoise_answer_seconds",
    "How long routers waited for their answers",
    ["door", "status"],
    buckets=(0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 1.0),
)


class Door(NamedTuple):
    """What answers at an address, and the name by which its waiting times are counted."""

    name: str
    respond: Respond


WHOLE = {
    "/api/v1/assign": Door("assign", assign.respond),
    FLAGS: Door("ofrep_bulk", bulk),
}
SINGLE = Door("ofrep_single", single)


def direct(application: Application) -> Application:
    """Return a WSGI application that answers routers itself and leaves all else to Django."""
    redirects = settings.SECURE_SSL_REDIRECT

    def answer(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        key = "" if path in WHOLE else _key(path)
        if key is None or (redirects and not WSGIRequest(environ).is_secure()):
            return application(environ, start_response)
        begun = perf_counter()
        door = SINGLE if key else WHOLE[path]
        status, body, headers = _reply(door.respond, environ, key)
        _histogram(door.name, status).observe(perf_counter() - begun)
        sent = [*headers.items(), ("Content-Length", str(len(body)))]
        start_response(f"{status.value} {status.phrase}", sent)
        return [body]

    return answer


def _key(path: str) -> str | None:
    """Return the key of a single flag; None for an address that is not for routers."""
    key = path.removeprefix(f"{FLAGS}/")
    return None if key == path or not KEY.fullmatch(key) else key


def _reply(respond: Respond, environ: Environ, key: str) -> Reply:
    """Return the reply; what goes wrong is told and answered as Django does."""
    try:
        return respond(Asked(environ, environ["wsgi.input"].read), key)
    except Exception as error:  # noqa: BLE001  # the last place where it can be answered
        response = response_for_exception(WSGIRequest(environ), error)
        return Reply(HTTPStatus(response.status_code), response.content, dict(response.items()))


@cache
def _histogram(door: str, status: HTTPStatus) -> Histogram:
    return SECONDS.labels(door, str(status.value))
