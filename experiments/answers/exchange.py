"""A router's request and the reply to it, whether Django or the WSGI server itself carries them."""

from collections.abc import Callable, Mapping
from functools import wraps
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

MOST_BYTES = 64 * 1024
CONTENT_TYPE = "Content-Type"


class Asked(NamedTuple):
    """A request: `meta` as WSGI has it, and `read`, which returns so many bytes of the body."""

    meta: Mapping[str, Any]
    read: Callable[[int], bytes]

    @property
    def method(self) -> str:
        """Return the method, in capitals."""
        return str(self.meta.get("REQUEST_METHOD", ""))

    @property
    def length(self) -> str:
        """Return how long the body is said to be."""
        return self.meta.get("CONTENT_LENGTH") or "0"

    @property
    def content_type(self) -> str:
        """Return what the body is said to be."""
        return self.meta.get("CONTENT_TYPE") or ""

    def wanted(self, name: str) -> str | None:
        """Return the last value of that name in the address."""
        query = self.meta.get("QUERY_STRING")
        return parse_qs(query, keep_blank_values=True).get(name, [None])[-1] if query else None

    def body(self) -> bytes | None:
        """Return the body; None when it has more than `MOST_BYTES` or broke off."""
        length = self.length
        if not length.isdecimal() or int(length) > MOST_BYTES:
            return None
        try:
            return self.read(int(length))
        except OSError:
            return None


class Reply(NamedTuple):
    """What is answered. A body is sent with its type among the headers."""

    status: HTTPStatus
    body: bytes
    headers: Mapping[str, str]


Respond = Callable[[Asked, str], Reply]  # to a request, about the key at the end of its address


def view(respond: Respond) -> Callable[..., HttpResponse]:
    """Return the same as a view of Django."""

    @csrf_exempt
    @wraps(respond)
    def viewed(request: HttpRequest, key: str = "") -> HttpResponse:
        return response_of(respond(Asked(request.META, request.read), key))

    return viewed


def response_of(reply: Reply) -> HttpResponse:
    """Return the reply as Django has it."""
    response = HttpResponse(reply.body, status=reply.status, headers=dict(reply.headers))
    if CONTENT_TYPE not in reply.headers:
        del response[CONTENT_TYPE]
    return response
