"""Routers are answered before Django's middleware, with the very answers that Django gives."""

import io
import json
from typing import Any

import pytest
from django.core.wsgi import get_wsgi_application
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import Settings

from config.direct import direct
from experiments.access import issue_key
from tests.experiments.designs import running

pytestmark = pytest.mark.django_db
ASSIGN, FLAGS = "/api/v1/assign", "/ofrep/v1/evaluate/flags"
ASKED = {"customer_id": "7", "contact_id": "c-7", "experiments": ["longer_calls"]}
CONTEXT = {"context": {"targetingKey": "7"}}
ONLY_IN_PAGES = {"Content-Security-Policy", "X-Frame-Options", "Vary"}


@pytest.fixture
def secret() -> str:
    running()
    return issue_key(name="router", scopes=["assign"], now=timezone.now())[1]


def ask(path: str, body: object, secret: str, **more: str) -> tuple[int, dict[str, str], bytes]:
    """Return what the WSGI application answers, without a server before it."""
    seen: dict[str, Any] = {}

    def start_response(status: str, headers: list[tuple[str, str]]) -> None:
        seen.update(status=int(status.split(maxsplit=1)[0]), headers=dict(headers))

    content = json.dumps(body).encode()
    environ = RequestFactory().post(path, content, content_type="application/json").environ
    environ |= {"HTTP_X_API_KEY": secret, "wsgi.input": io.BytesIO(content), **more}
    given = b"".join(direct(get_wsgi_application())(environ, start_response))
    return seen["status"], seen["headers"], given


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (ASSIGN, ASKED),
        (ASSIGN, {**ASKED, "expose": False}),
        (ASSIGN, {"customer_id": 7}),
        (f"{ASSIGN}?format=form", ASKED),
        (FLAGS, CONTEXT),
        (f"{FLAGS}/longer_calls", CONTEXT),
        (f"{FLAGS}/nothing_here", CONTEXT),
        (f"{FLAGS}/longer_calls", {"context": {}}),
    ],
)
@pytest.mark.parametrize("known", [True, False])
def test_the_answer_is_what_django_answers(
    secret: str, client: Client, path: str, body: object, *, known: bool
) -> None:
    key = secret if known else "eq_0_wrong"

    status, headers, given = ask(path, body, key)
    usual = client.post(path, body, content_type="application/json", headers={"X-API-Key": key})

    assert (status, given) == (usual.status_code, usual.content)
    assert headers["Content-Type"] == usual["Content-Type"]
    assert headers["Content-Length"] == str(len(given))
    assert not ONLY_IN_PAGES & headers.keys()
    assert {name: value for name, value in usual.items() if name.startswith("Access-")} == {
        name: value for name, value in headers.items() if name.startswith("Access-")
    }


@pytest.mark.parametrize("path", ["/health/live", f"{FLAGS}/a/b", "/api/v1/assign/", "/nothing"])
def test_all_else_is_left_to_django(secret: str, path: str) -> None:
    _, headers, _ = ask(path, {}, secret)

    assert "X-Frame-Options" in headers


def test_where_pages_are_redirected_to_https_so_are_routers(
    secret: str, settings: Settings
) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

    assert ask(ASSIGN, ASKED, secret)[0] == 301
    assert ask(ASSIGN, ASKED, secret, HTTP_X_FORWARDED_PROTO="https")[0] == 200


def test_waiting_times_are_measured(secret: str, client: Client) -> None:
    ask(ASSIGN, ASKED, secret)

    measured = client.get("/metrics").content.decode()
    assert 'equipoise_answer_seconds_count{door="assign",status="200"}' in measured
