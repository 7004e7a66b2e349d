"""Answers to routers before Django's middleware: sessions, pages and their headers are not theirs.

The same views are mounted among the addresses as well, and answer the same there.
"""

from collections.abc import Callable, Iterable
from time import perf_counter
from typing import Any, cast

from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from prometheus_client import Histogram

from experiments.api.assign import assign
from experiments.assignment.definition import KEY
from experiments.ofrep.bulk import bulk
from experiments.ofrep.single import single

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
View = Callable[[HttpRequest], HttpResponse]
FLAGS = "/ofrep/v1/evaluate/flags"


def _guarded(view: View) -> View:
    """Answer what goes wrong in the view as Django does."""
    return cast("View", convert_exception_to_response(view))


WHOLE: dict[str, tuple[str, View]] = {
    "/api/v1/assign": ("assign", _guarded(assign)),
    FLAGS: ("ofrep_bulk", _guarded(lambda request: bulk(request, ""))),
}
SECONDS = Histogram(
    "equipoise_answer_seconds",
    "How long routers waited for their answers",
    ["door", "status"],
    buckets=(0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 1.0),
)


def direct(application: Application) -> Application:
    """Return a WSGI application that answers routers itself and leaves all else to Django."""

    def answer(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        door, view = WHOLE.get(path) or _single(path)
        if view is None:
            return application(environ, start_response)
        request = WSGIRequest(environ)
        if settings.SECURE_SSL_REDIRECT and not request.is_secure():
            return application(environ, start_response)
        begun = perf_counter()
        response = view(request)
        SECONDS.labels(door, str(response.status_code)).observe(perf_counter() - begun)
        status = f"{response.status_code} {response.reason_phrase}"
        start_response(status, [*response.items(), ("Content-Length", str(len(response.content)))])
        return [response.content]

    return answer


def _single(path: str) -> tuple[str, View | None]:
    key = path.removeprefix(f"{FLAGS}/")
    if key == path or not KEY.fullmatch(key):
        return "", None
    return "ofrep_single", _guarded(lambda request: single(request, key))
