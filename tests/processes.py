"""Installations and processes that tests start: on state of their own, and gone when they end."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
from kombu import Connection, Exchange, Queue
from psycopg import sql
from redis import Redis

Environment = dict[str, str]
PROJECT = Path(__file__).resolve().parents[1]
PATIENCE = 90  # seconds; machines of tests are slow, and busy
SHARED_STATE = ("LAKE_URL", "INBOX_DIR", "SPOOL_DIR", "KEPT_DIR")


@contextmanager
def installation(folder: Path, **variables: str) -> Iterator[Environment]:
    """Yield the environment of an installation with nothing in it, and take it away again.

    Its database is of the kind that the tests run on, its broker theirs or as `variables` say.
    """
    kept = {name: value for name, value in os.environ.items() if name not in SHARED_STATE}
    own = {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "EQUIPOISE_VAR": str(folder / "var"),
        "QUEUE": f"equipoise-test-{uuid4().hex}",
    }
    url = os.environ.get("DATABASE_URL", "")
    with _database(url) as database:
        environment = {**kept, **own, **database, **variables}
        try:
            yield environment
        finally:
            _forget_messages(environment.get("BROKER_URL", ""), environment["QUEUE"])


@contextmanager
def process(
    *words: str, environment: Environment, output: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """Run Python with `words` in a session of its own, and end it with all its children.

    What it writes goes to the file `output`.
    """
    with (
        output.open("wb") as file,
        subprocess.Popen(  # noqa: S603  # our own words
            [sys.executable, *words],
            cwd=PROJECT,
            env=environment,
            start_new_session=True,
            stdout=file,
            stderr=subprocess.STDOUT,
        ) as started,
    ):
        try:
            yield started
        finally:
            _end(started)


def said(*words: str, environment: Environment) -> str:
    """Run Python with `words` to its end; return what it printed."""
    done = subprocess.run(  # noqa: S603  # our own words
        [sys.executable, *words],
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    return done.stdout.strip()


def _end(started: subprocess.Popen[bytes]) -> None:
    started.terminate()
    try:
        started.wait(timeout=PATIENCE)
    finally:
        kill_session(started)


def kill_session(started: subprocess.Popen[bytes]) -> None:
    """Kill a process and its children as a power cut does: without a word."""
    try:
        os.killpg(started.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    started.wait()


@contextmanager
def _database(url: str) -> Iterator[Environment]:
    if not url.startswith("postgres"):
        yield {}  # a file in the installation's folder
        return
    name = f"test_equipoise_{uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield {"DATABASE_URL": urlsplit(url)._replace(path=f"/{name}").geturl()}
        finally:
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            server.execute(drop)


def _forget_messages(broker: str, queue: str) -> None:
    if broker.startswith("amqp"):
        with Connection(broker) as connection:
            Queue(queue)(connection.default_channel).delete()
            Exchange(queue)(connection.default_channel).delete()
    if broker.startswith("redis"):
        with Redis.from_url(broker) as client:
            _forget_keys(client, queue)


def _forget_keys(client: Redis, queue: str) -> None:
    """Remove the queue, and what killed workers held: Redis would give it out an hour later."""
    for key in client.scan_iter(f"*{queue}*"):
        client.delete(key)
    for tag, message in client.hscan_iter("unacked"):
        if queue.encode() in message:
            client.hdel("unacked", tag)
            client.zrem("unacked_index", tag)
