"""The stream of changes: who may listen, and what is heard."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from experiments import definitions
from experiments.access import key_snapshot, revoke_key
from experiments.models import ApiKey
from experiments.ofrep import events
from experiments.ofrep.events import Events
from experiments.ofrep.streams import may_listen
from tests.experiments.designs import NOW, running
from tests.experiments.ofrep.conftest import Evaluate

pytestmark = pytest.mark.django_db


def scope(query: str, path: str = "/ofrep/v1/events", **headers: str) -> dict[str, Any]:
    named = [(name.replace("_", "-").encode(), text.encode()) for name, text in headers.items()]
    return {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": query.encode(),
        "headers": named,
    }


def listen(
    asked: dict[str, Any],
    meanwhile: Callable[[], Awaitable[None]] | None = None,
    *,
    messages: int = 1,
) -> list[dict[str, Any]]:
    """Return what a listener is sent until it heard so many messages of the body."""

    async def run() -> list[dict[str, Any]]:
        sent: list[dict[str, Any]] = []
        enough = asyncio.Event()

        async def receive() -> dict[str, Any]:
            await enough.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:  # noqa: ANN401  # as ASGI has it
            sent.append(message)
            if len(sent) > messages:
                enough.set()

        serving = asyncio.create_task(Events()(asked, receive, send))
        if meanwhile is not None:
            while len(sent) < 2:
                await asyncio.sleep(0.01)
            await meanwhile()
        await asyncio.wait_for(serving, timeout=30)
        return sent

    return asyncio.run(run())


@pytest.fixture
def query(evaluate: Evaluate, settings: Settings) -> str:
    settings.EVENTS_ORIGIN = "https://events.example"
    (stream,) = evaluate()[1]["eventStreams"]
    assert stream["type"] == "sse"
    assert stream["endpoint"]["origin"] == "https://events.example"
    path, _, found = stream["endpoint"]["requestUri"].partition("?")
    assert path == "/ofrep/v1/events"
    return str(found)


def test_no_stream_is_offered_where_none_is_served(evaluate: Evaluate) -> None:
    assert "eventStreams" not in evaluate()[1]


def test_the_address_opens_nothing_once_the_key_is_revoked(query: str) -> None:
    before = may_listen(query, now=timezone.now(), until=monotonic() + 5)

    revoke_key(prefix=ApiKey.objects.get().prefix, now=NOW)
    key_snapshot.forget()

    assert before
    assert not may_listen(query, now=timezone.now(), until=monotonic() + 5)


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize("query", ["", "listener=", "listener=abcd:forged"])
def test_a_stranger_hears_nothing(query: str) -> None:
    start, *_ = listen(scope(query))

    assert start["status"] == 401


def test_other_addresses_are_not_found() -> None:
    assert listen(scope("", path="/"))[0]["status"] == 404


@pytest.mark.usefixtures("threads")
def test_a_listener_fetches_when_it_connects_and_after_a_change(
    query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    running()
    monkeypatch.setattr(events, "SETTLE_SECONDS", 0)
    monkeypatch.setattr(events, "CHECK_SECONDS", 0.05)

    def kill() -> None:
        definitions.kill("longer_calls", actor="leader", now=NOW)
        connection.close()  # of the thread that it runs in

    async def change() -> None:
        await asyncio.to_thread(kill)

    start, first, second, *_ = listen(scope(query), change, messages=2)

    assert start["status"] == 200
    assert (b"content-type", b"text/event-stream") in start["headers"]
    assert first["body"].startswith(b"retry: 1000\n\nid: ")
    assert b'data: {"type": "refetchEvaluation"' in first["body"]
    assert b'data: {"type": "refetchEvaluation"' in second["body"]
    assert first["body"].partition(b"id: ")[2] != second["body"].partition(b"id: ")[2]


@pytest.mark.usefixtures("threads")
def test_who_comes_back_and_missed_nothing_is_not_sent_to_fetch(query: str) -> None:
    _, first, *_ = listen(scope(query))
    number = first["body"].partition(b"id: ")[2].partition(b"\n")[0].decode()

    _, again, *_ = listen(scope(query, last_event_id=number))

    assert again["body"] == b"retry: 1000\n\n"
