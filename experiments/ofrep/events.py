"""The stream of changes: an ASGI application in a process of its own.

A stream is open for hours: in a web process it would hold one of few threads. Here one thread
of control holds them all. Each hears `refetchEvaluation` when it connects and when what is
served changed, and a comment in between, so that nobody on the way takes it for dead.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from time import monotonic
from typing import Any

from django.utils import timezone

from experiments import registry
from experiments.answers.answering import latest
from experiments.ofrep.streams import PATH, may_listen
from experiments.snapshot import INTERVAL

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

CHECK_SECONDS = INTERVAL.total_seconds()
# A web process may hold the last configuration for so long: who asked sooner would get it again.
SETTLE_SECONDS = CHECK_SECONDS + 0.2
QUIET_SECONDS = 15.0
PATIENCE_SECONDS = 2.0
MOST_LISTENERS = 10_000
HEADERS = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"access-control-allow-origin", b"*"),
]


class Events:
    """The application: `Events()(scope, receive, send)`."""

    def __init__(self) -> None:
        self._number = 0
        self._listeners = 0
        self._changed = asyncio.Condition()
        self._watching: asyncio.Task[None] | None = None

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        match scope:
            case {"type": "lifespan"}:
                await _live(receive, send)
            case {"type": "http", "method": "GET", "path": path} if path == PATH:
                await self._admit(scope, receive, send)
            case {"type": "http"}:
                await _refuse(send, 404)
            case _:  # a web socket: closed by the server when nothing is answered
                return

    async def _admit(self, scope: Message, receive: Receive, send: Send) -> None:
        query = scope["query_string"].decode("ascii", "replace")
        if not await _is_allowed(query):
            await _refuse(send, 401)
            return
        if self._listeners >= MOST_LISTENERS:
            await _refuse(send, 503)
            return
        self._listeners += 1
        try:
            await self._stream(scope, query, receive, send)
        finally:
            self._listeners -= 1

    async def _stream(self, scope: Message, query: str, receive: Receive, send: Send) -> None:
        """Send until the listener leaves or its key is revoked."""
        await self._watch()
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        heard = dict(scope["headers"]).get(b"last-event-id", b"").decode("ascii", "replace")
        told = self._number
        await _say(send, "retry: 1000\n\n" + ("" if heard == str(told) else _refetch(told)))
        leaving = asyncio.create_task(_left(receive))
        try:
            while not leaving.done():
                number = await self._next(told, leaving)
                if number == told and not await _is_allowed(query):
                    break
                await _say(send, ": still here\n\n" if number == told else _refetch(number))
                told = number
        except OSError:  # it left without a word
            return
        finally:
            leaving.cancel()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _next(self, told: int, leaving: "asyncio.Task[None]") -> int:
        """Return the number once it is another one than `told`, or after a quiet while."""
        change = asyncio.create_task(self._change(told))
        await asyncio.wait(
            {change, leaving}, timeout=QUIET_SECONDS, return_when=asyncio.FIRST_COMPLETED
        )
        change.cancel()
        return self._number

    async def _change(self, told: int) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: self._number != told)

    async def _watch(self) -> None:
        """Follow the revision from now on; the first listener starts it."""
        if self._watching is None or self._watching.done():
            self._number = await asyncio.to_thread(_revision, self._number)
            self._watching = asyncio.create_task(self._follow())

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            number = await asyncio.to_thread(_revision, self._number)
            if number != self._number:
                await asyncio.sleep(SETTLE_SECONDS)
                async with self._changed:
                    self._number = number
                    self._changed.notify_all()


def _revision(held: int) -> int:
    """Return the number of what is served, or `held` while nothing can be read."""
    running = latest(registry.snapshot, now=timezone.now(), until=monotonic() + PATIENCE_SECONDS)
    return held if running is None else running.number


async def _is_allowed(query: str) -> bool:
    until = monotonic() + PATIENCE_SECONDS
    return await asyncio.to_thread(may_listen, query, now=timezone.now(), until=until)


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _refetch(number: int) -> str:
    message = json.dumps({"type": "refetchEvaluation", "etag": f'"{number}"'})
    return f"id: {number}\ndata: {message}\n\n"


async def _say(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _refuse(send: Send, status: int) -> None:
    body = {"key": "", "errorCode": "GENERAL", "errorDetails": "no stream here", "metadata": {}}
    headers = [(b"content-type", b"application/json"), (b"access-control-allow-origin", b"*")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})


async def _live(receive: Receive, send: Send) -> None:
    for step in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{step}.complete"})
