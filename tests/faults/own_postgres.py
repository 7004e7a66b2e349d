"""A PostgreSQL server of a test's own: the shared one may not be stopped, killed or hung."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.impact.management.serving import family, free_port, wait_for

OPTIONS = ("listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=60")
USERS = ("postgres", "nobody")


class OwnPostgres:
    """Starts on a port of its own, in a folder of its own."""

    def __init__(self, programs: Path, folder: Path, user: str | None) -> None:
        self._programs, self._folder, self._user = programs, folder, user
        self._port = free_port()
        self._started: subprocess.Popen[bytes] | None = None
        self._run("initdb", "-D", str(self._data), "-U", "postgres", "--auth=trust", "--no-sync")

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def url(self, *, user: str = "postgres") -> str:
        """Return its address."""
        return f"postgresql://{user}@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = [word for option in OPTIONS for word in ("-c", option)]
        command = [str(self._programs / "postgres"), "-D", str(self._data), *options]
        with (self._folder / "log").open("ab") as log:
            self._started = subprocess.Popen(  # noqa: S603  # our own server
                [*command, "-c", f"port={self._port}"],
                user=self._user,
                cwd=self._folder,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        wait_for(self._answers)

    def stop(self) -> None:
        """Stop it as an administrator does: who is connected is sent away."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """Kill it and all that serves connections, as a power cut does."""
        self._end(signal.SIGKILL)

    @contextmanager
    def hung(self) -> Iterator[None]:
        """Let it accept everything and answer nothing."""
        everybody = self._everybody()
        _send(everybody, signal.SIGSTOP)
        try:
            yield
        finally:
            _send(everybody, signal.SIGCONT)

    def execute(self, *statements: str) -> None:
        """Run statements, each in a transaction of its own."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def _end(self, number: signal.Signals) -> None:
        if self._started is None:
            return
        if number is signal.SIGKILL:
            _send(self._everybody(), number)
        else:
            self._started.send_signal(number)
        self._started.wait(30)
        self._started = None

    def _everybody(self) -> list[int]:
        assert self._started is not None
        return [self._started.pid, *family(self._started.pid)]

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url(), connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.1)
            return False
        return True

    def _run(self, program: str, *words: str) -> None:
        subprocess.run(  # noqa: S603  # our own words
            [str(self._programs / program), *words],
            user=self._user,
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            check=True,
        )


@contextmanager
def own_postgres() -> Iterator[OwnPostgres]:
    """Yield a running server; skip where none is installed that this user may start."""
    programs = _programs()
    user = _unprivileged() if os.getuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="equipoise-postgres-"))
    if user is not None:
        shutil.chown(folder, user)
    server = OwnPostgres(programs, folder, user)
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder)


def _programs() -> Path:
    newest = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    found = shutil.which("initdb") or (str(newest[-1]) if newest else None)
    if found is None:
        pytest.skip("no PostgreSQL server is installed: initdb was not found")
    return Path(found).parent


def _unprivileged() -> str:
    known = {entry.pw_name for entry in pwd.getpwall()}
    for name in USERS:
        if name in known:
            return name
    pytest.skip(f"PostgreSQL refuses root, and there is no user {' or '.join(USERS)}")


def _send(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue
