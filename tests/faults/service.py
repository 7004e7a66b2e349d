"""A web server as in production with one running experiment, and what its log holds."""

import sqlite3
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.error import URLError
from urllib.request import urlopen

import psycopg

from experiments.assignment.hashing import Purpose, bucket
from tests.impact.management.serving import family, free_port, wait_for
from tests.processes import PATIENCE, Environment, process, said

KEY = "longer_calls"
SALT = "kX3_vT9-aB2mQ7pR"
SALTS = {1: SALT, 2: "pR7qM2ba-9Tv_3Xk"}
PREPARE = f"""
import django
django.setup()
from django.core.management import call_command
from django.utils import timezone
from experiments.access import SCOPES, issue_key
from tests.experiments.designs import running
call_command("migrate", verbosity=0)
running({KEY!r}, salt={SALT!r})
print(issue_key(name="a router", scopes=SCOPES, now=timezone.now())[1])
"""
LOG = "SELECT contact_id, assignment_id, version, unit_id, assigned_variant, served_variant "


class Logged(NamedTuple):
    """A row of the log."""

    contact: str
    assignment_id: str
    version: int
    unit: str
    assigned: str
    served: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What is known of a server that answers."""

    environment: Environment
    process: subprocess.Popen[bytes]
    port: int
    secret: str

    @property
    def spool(self) -> Path:
        """Where it keeps rows while the database is away."""
        own = Path(self.environment["EQUIPOISE_VAR"]) / "spool"
        return Path(self.environment.get("SPOOL_DIR", own))

    @property
    def workers(self) -> list[int]:
        """The processes that answer."""
        return list(family(self.process.pid))

    def log(self) -> list[Logged]:
        """Return every row of the log."""
        return logged(self.environment)

    def wait_until_returned(self) -> None:
        """Wait until the spool is in the log."""
        wait_for(lambda: not list(self.spool.iterdir()))


def prepared(environment: Environment) -> str:
    """Make the database with one running experiment; return a key that may ask."""
    return said("-c", PREPARE, environment=environment)


@contextmanager
def service(
    environment: Environment, secret: str, *, workers: int = 2, before: Sequence[str] = ()
) -> Iterator[Service]:
    """Serve until the block ends. `before` are words of Python before those of the server."""
    port = free_port()
    words = [
        *(before or ("-m", "granian")),
        *("--interface", "wsgi", "--workers", str(workers), "--blocking-threads", "8"),
        *("--respawn-failed-workers", "--respawn-interval", "0", "--no-access-log"),
        *("--log-level", "error", "--host", "127.0.0.1", "--port", str(port)),
        "config.wsgi:application",
    ]
    output = Path(environment["EQUIPOISE_VAR"]).with_name(f"granian-{port}.txt")
    with process(*words, environment=environment, output=output) as started:
        wait_for(lambda: started.poll() is not None or _is_alive(port))
        assert started.poll() is None, output.read_text()
        yield Service(environment=environment, process=started, port=port, secret=secret)


def variant_of(customer: str, version: int = 1) -> str:
    """Return what the published hash gives: the test's own word on who gets what."""
    drawn = bucket(Purpose.EXPERIMENT, SALTS[version], customer)
    return "target_300s" if drawn < 5000 else "take_time"


def logged(environment: Environment) -> list[Logged]:
    """Return every row of the log of an installation."""
    query = f"{LOG} FROM experiments_exposure"
    if url := environment.get("DATABASE_URL"):
        with psycopg.connect(url) as connection:
            return list(map(Logged._make, connection.execute(query.encode()).fetchall()))
    file = Path(environment["EQUIPOISE_VAR"]) / "equipoise.sqlite3"
    with closing(sqlite3.connect(file, timeout=PATIENCE)) as connection:
        return list(map(Logged._make, connection.execute(query).fetchall()))


def _is_alive(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/health/live", timeout=10):  # our own server
            return True
    except (URLError, OSError):
        time.sleep(0.1)
        return False
