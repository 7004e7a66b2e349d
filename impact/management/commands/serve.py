"""Web server, worker and beat with one command, on this machine only."""

import os
import signal
import socket
import sys
import time
import urllib.request
from argparse import ArgumentParser
from collections.abc import Mapping
from http import HTTPStatus
from types import FrameType
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from impact.management.supervisor import Supervisor

HOST = "127.0.0.1"
PATIENCE = 60.0


class Command(BaseCommand):
    help = "Serve pages and API on 127.0.0.1, with a worker and beat, until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--events-port", type=int, help="serve a stream of changes too")
        parser.add_argument("--threads", type=int, default=4, help="threads of the web server")
        parser.add_argument("--concurrency", type=int, default=1, help="worker processes")

    def handle(self, *_args: Any, **options: Any) -> None:
        port = options["port"]
        _refuse_taken(port)
        if events_port := options["events_port"]:
            _refuse_taken(events_port)
            os.environ["EVENTS_ORIGIN"] = f"http://{HOST}:{events_port}"
        call_command("migrate", interactive=False, verbosity=0)
        stopper = _Stopper()
        supervisor = Supervisor(_commands(options))
        try:
            if _is_ready(port, supervisor, stopper):
                self.stdout.write(f"Equipoise is at http://{HOST}:{port}/ (Ctrl-C stops it)")
                self.stdout.flush()
            elif stopped := supervisor.stopped():
                raise CommandError(_told(*next(iter(stopped.items()))))
            self._watch(supervisor, stopper)
        finally:
            supervisor.stop()
        self.stdout.write("Stopped.")

    def _watch(self, supervisor: Supervisor, stop: "_Stopper") -> None:
        """Start again what stops by itself: the others go on meanwhile."""
        while not stop.asked:
            for name, status in supervisor.stopped().items():
                if not supervisor.start_again(name):
                    raise CommandError(f"{_told(name, status)}, too often to start it again")
                self.stderr.write(f"{_told(name, status)}: it was started again")
            time.sleep(0.2)


class _Stopper:
    """Remembers that somebody asked to stop."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True


def _commands(options: Mapping[str, Any]) -> dict[str, list[str]]:
    python = [sys.executable, "-m"]
    celery = [*python, "celery", "-A", "config.celery:application", "--quiet"]
    stream = [
        *python,
        *("granian", "--interface", "asgi", "--workers", "1", "--no-access-log"),
        *("--log-level", "warning", "--host", HOST, "--port", str(options["events_port"])),
        "config.events:application",
    ]
    return {
        **({"stream of changes": stream} if options["events_port"] else {}),
        "web server": [
            *python,
            *("granian", "--interface", "wsgi", "--workers", "1", "--no-access-log"),
            "--respawn-failed-workers",
            *("--blocking-threads", str(options["threads"]), "--log-level", "warning"),
            *("--host", HOST, "--port", str(options["port"]), "config.wsgi:application"),
        ],
        "worker": [
            *celery,
            *("worker", "--pool", "prefork", "--pool-start-method", "spawn"),
            *("--concurrency", str(options["concurrency"]), "--loglevel", "WARNING"),
            *("--without-mingle", "--without-gossip"),
        ],
        "beat": [*celery, "beat", "--loglevel", "WARNING", "--pidfile="],
    }


def _refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            message = f"port {port} is taken ({error.strerror}): choose another with --port"
            raise CommandError(message) from error


def _told(name: str, status: int) -> str:
    return f"{name} stopped by itself with status {status}"


def _is_ready(port: int, supervisor: Supervisor, stop: _Stopper) -> bool:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and not stop.asked:
        if supervisor.stopped():
            return False
        try:
            url = f"http://{HOST}:{port}/health/live"
            with urllib.request.urlopen(url, timeout=10) as answer:
                return bool(answer.status == HTTPStatus.OK)
        except OSError:  # refused while it starts, slow while it imports
            time.sleep(0.2)
    return False
