"""Servers in the place of ours that are late, overloaded or talk nonsense."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

HOST = "127.0.0.1"
OVERLOADED = b'{"status":"error","field":"service","value":"","rule":"cannot record now"}'
ASLEEP = 3.0  # seconds: longer than any piece waits


@contextmanager
def stand_in(
    *,
    status: int = 200,
    body: bytes = b"{}",
    content_type: str = "application/json",
    seconds: float = 0,
) -> Iterator[str]:
    """Serve one answer to every question, after some seconds; yield the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            time.sleep(seconds)
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *words: object) -> None:  # noqa: A002  # its own name
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """Say nothing: who gave up waiting has hung up."""

    with Server((HOST, 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://{HOST}:{server.server_port}"
        finally:
            server.shutdown()


@contextmanager
def failing(how: str) -> Iterator[str]:
    """Serve one way of failing: late, overloaded, empty, nonsense or gone."""
    if how == "gone":
        yield f"http://{HOST}:1"
        return
    answers: dict[str, dict[str, object]] = {
        "late": {"seconds": ASLEEP, "body": b'{"status":"ok","variant":"take_time"}'},
        "overloaded": {"status": 503, "body": OVERLOADED},
        "unknown": {"body": b'{"status":"unknown_experiment","variant":"","source":"default"}'},
        "nonsense": {"body": b"<html>It works!</html>", "content_type": "text/html"},
    }
    with stand_in(**answers[how]) as address:  # type: ignore[arg-type]  # as they are listed
        yield address


WAYS = ("late", "overloaded", "unknown", "nonsense", "gone")
