"""A service at the other end of the wire that can be told to misbehave in every way there is."""

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from experiments.assignment.definition import ExperimentDefinition, VariantDefinition
from experiments.assignment.ruleset import ruleset_document
from experiments.assignment.signature import HEADER, signature

KEYS = {"k1": "o" * 32}
API_KEY = "eq_0_router"  # of a service that lives for seconds


def definition(key: str = "take_time", **changes: object) -> ExperimentDefinition:
    """Return a sound experiment, its fields changed where they are named."""
    plain: dict[str, Any] = {
        "key": key,
        "version": 1,
        "salt": "kX3_vT9-aB2mQ7pR",
        "variants": (
            VariantDefinition(key="fast", weight=5000, is_control=True, policy={"seconds": 300}),
            VariantDefinition(key="patient", weight=5000, policy={"seconds": 540, "note": [1]}),
        ),
    }
    return ExperimentDefinition(**{**plain, **changes})


def published(
    *running: ExperimentDefinition,
    number: int = 1,
    concluded: Iterable[ExperimentDefinition] = (),
    holdout: str = "",
) -> bytes:
    """Return the bytes of a rule set."""
    made = ruleset_document(number=number, running=running, concluded=concluded, holdout=holdout)
    return json.dumps(made).encode()


@dataclass(slots=True)
class Peer:
    """What it answers and what it was asked. `misbehave` takes over the rule set."""

    body: bytes = b""
    keys: dict[str, str] = field(default_factory=lambda: dict(KEYS))
    misbehave: "Callable[[BaseHTTPRequestHandler], None] | None" = None
    date: float | None = None
    report_status: int = 200
    most_rows: int = 10_000
    rejected: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)

    @property
    def tag(self) -> str:
        return f'"{hash((self.body, tuple(self.keys)))}"'

    def answer_ruleset(self, handler: BaseHTTPRequestHandler) -> None:
        if self.misbehave is not None:
            self.misbehave(handler)
        elif handler.headers.get("If-None-Match") == self.tag:
            reply(handler, 304, b"", date=self.date, ETag=self.tag)
        else:
            headers = {"ETag": self.tag, HEADER: signature(self.body, self.keys)}
            reply(handler, 200, self.body, date=self.date, **headers)

    def take_reports(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        if self.report_status != 200:
            reply(handler, self.report_status, b"{}")
            return
        rows = json.loads(body)["exposures"]
        if len(rows) > self.most_rows:
            reply(handler, 413, b"{}")
            return
        self.rows += rows
        self.batches.append(len(rows))
        answer = {"received": len(rows), "rejected": self.rejected}
        reply(handler, 200, json.dumps(answer).encode())


def reply(
    handler: BaseHTTPRequestHandler,
    status: int,
    body: bytes,
    *,
    date: float | None = None,
    **headers: str,
) -> None:
    handler.send_response_only(status)
    handler.send_header("Date", formatdate(time.time() if date is None else date, usegmt=True))
    if status != 304:
        handler.send_header("Content-Length", str(len(body)))
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


def serving(peer: Peer, port: int = 0) -> ThreadingHTTPServer:
    """Return a server of this peer, not yet started."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            peer.asked.append((self.path, self.headers.get("Authorization", "")))
            peer.answer_ruleset(self)

        def do_POST(self) -> None:
            peer.asked.append((self.path, self.headers.get("Authorization", "")))
            peer.take_reports(self, self.rfile.read(int(self.headers["Content-Length"])))

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    return server
