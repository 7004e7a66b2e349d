"""Everything that is answered under /ofrep/: JSON, readable from any origin."""

from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from django.http import HttpResponse

from experiments.ofrep.context import ErrorCode

JSON = "application/json"
# Who asks proves it by a header that no browser adds by itself: any origin may ask.
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Retry-After",
}
PREFLIGHT = {
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-None-Match, X-API-Key",
    "Access-Control-Max-Age": "7200",
}


class Refused(Exception):
    """A request that is not evaluated."""

    def __init__(self, status: HTTPStatus, code: ErrorCode, details: str, **headers: str) -> None:
        self.status, self.code, self.details, self.headers = status, code, details, headers
        super().__init__(details)


def success(body: bytes, **headers: str) -> HttpResponse:
    """Return an evaluation."""
    return _response(HTTPStatus.OK, body, headers)


def not_modified(**headers: str) -> HttpResponse:
    """Return that what the client has still holds."""
    response = _response(HTTPStatus.NOT_MODIFIED, b"", headers)
    del response["Content-Type"]
    return response


def preflight() -> HttpResponse:
    """Return what a browser may send from another origin."""
    response = _response(HTTPStatus.NO_CONTENT, b"", PREFLIGHT)
    del response["Content-Type"]
    return response


def failure(refusal: Refused, *, key: str = "") -> HttpResponse:
    """Return a refusal with every field that some client reads of some error."""
    body: dict[str, object] = {
        "key": key,
        "errorCode": refusal.code.value,
        "errorDetails": refusal.details,
        "metadata": {},
    }
    return _response(refusal.status, msgspec.json.encode(body), refusal.headers)


def _response(status: HTTPStatus, body: bytes, headers: Mapping[str, str]) -> HttpResponse:
    all_headers = {**CORS, **headers}
    return HttpResponse(body, status=status, content_type=JSON, headers=all_headers)
