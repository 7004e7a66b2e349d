"""Bodies in chunks are read as those with a length are.

That a live server takes a batch in chunks is a test of `serve`.
"""

import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.wsgi import get_wsgi_application
from django.test import RequestFactory
from django.utils import timezone
from pytest_django import Settings

from config.bodies import with_length
from config.direct import direct
from experiments.access import issue_key
from tests.experiments.designs import running

CHUNKED = {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}
QUESTION = {"customer_id": "7", "contact_id": "c-7", "experiments": ["longer_calls"]}


class Echo:
    """Answers what it was sent, a byte at a time, and knows whether it was told the end."""

    def __init__(self) -> None:
        self.length = ""
        self.is_closed = False
        self._sent = b""

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> "Echo":
        start_response("200 OK", [])
        self.length = environ.get("CONTENT_LENGTH", "")
        self._sent = environ["wsgi.input"].read(int(self.length or 0))
        return self

    def __iter__(self) -> Iterator[bytes]:
        for byte in self._sent:
            yield bytes([byte])

    def close(self) -> None:
        self.is_closed = True


def echoed(content: bytes, **more: object) -> tuple[bytes, Echo]:
    echo = Echo()
    environ = {**CHUNKED, "wsgi.input": io.BytesIO(content), **more}
    answer = b"".join(with_length(echo)(environ, lambda *_: None))
    return answer, echo


@pytest.mark.parametrize("size", [0, 7, 70_000, 2_000_000])
def test_the_application_learns_the_length_and_is_told_the_end(size: int) -> None:
    content = b"x" * size

    answer, echo = echoed(content)

    assert (answer, echo.length) == (content, str(size))
    assert echo.is_closed


def test_of_what_is_too_large_a_byte_too_many_is_read(settings: Settings) -> None:
    settings.UPLOAD_MAX_BYTES = 1000

    _, echo = echoed(b"x" * 5000)

    assert echo.length == "1001"


@pytest.mark.parametrize(
    "more", [{"CONTENT_LENGTH": "3"}, {"wsgi.input_terminated": False}], ids=["known", "endless"]
)
def test_other_bodies_are_left_to_the_application(more: dict[str, object]) -> None:
    _, echo = echoed(b"abcdef", **more)

    assert echo.length == more.get("CONTENT_LENGTH", "")
    assert not echo.is_closed  # by us: the server does that


@pytest.mark.django_db
def test_routers_are_answered() -> None:
    running()
    _, secret = issue_key(name="router", scopes=["assign"], now=timezone.now())
    environ = RequestFactory().post("/api/v1/assign", content_type="application/json").environ
    environ |= CHUNKED | {"HTTP_X_API_KEY": secret}
    environ["wsgi.input"] = io.BytesIO(json.dumps(QUESTION).encode())

    given = with_length(direct(get_wsgi_application()))(environ, lambda *_: None)

    assert json.loads(b"".join(given))["status"] == "ok"
