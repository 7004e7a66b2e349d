"""Everything that is answered under /ofrep/: JSON, readable from any origin."""

from http import HTTPStatus

import msgspec

from experiments.answers.exchange import CONTENT_TYPE, Reply
from experiments.ofrep.context import ErrorCode

JSON = "application/json"
# Who asks proves it by a header that no browser adds by itself: any origin may ask.
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Retry-After",
}
TYPED = {CONTENT_TYPE: JSON, **CORS}
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


def success(body: bytes, **headers: str) -> Reply:
    """Return an evaluation."""
    return Reply(HTTPStatus.OK, body, {**TYPED, **headers})


def not_modified(**headers: str) -> Reply:
    """Return that what the client has still holds."""
    return Reply(HTTPStatus.NOT_MODIFIED, b"", {**CORS, **headers})


def preflight() -> Reply:
    """Return what a browser may send from another origin."""
    return Reply(HTTPStatus.NO_CONTENT, b"", {**CORS, **PREFLIGHT})


def failure(refusal: Refused, *, key: str = "") -> Reply:
    """Return a refusal with every field that some client reads of some error."""
    body: dict[str, object] = {
        "key": key,
        "errorCode": refusal.code.value,
        "errorDetails": refusal.details,
        "metadata": {},
    }
    return Reply(refusal.status, msgspec.json.encode(body), {**TYPED, **refusal.headers})
