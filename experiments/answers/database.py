"""The one thread of a process that asks the database on behalf of routers.

Whoever waits here waits until a deadline, whatever the database does: refuses, is slow, hangs.
All rows that wait together are written by one statement, so that ten callers cost one sync.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from time import monotonic
from typing import TypeVar

from django.db import connection

from experiments.answers.jobs import Job, Reading, Writing, settle
from experiments.errors import Overloaded
from experiments.exposures import ExposureRow

Result = TypeVar("Result")
WAITING_AT_MOST = 500
JOBS_AT_ONCE = 200
IDLE_SECONDS = 30.0
STUCK_SECONDS = 0.5
LIMITS = {
    "postgresql": "SET statement_timeout = '2s'",
    "sqlite": "PRAGMA busy_timeout = 2000",
}


@dataclass(slots=True)
class _State:
    """What one process has: shared with nobody after a fork."""

    queue: SimpleQueue[Job]
    lock: Lock
    thread: Thread | None = None
    busy_since: float | None = None


class DatabaseThread:
    """Starts at the first use and ends when idle."""

    def __init__(self) -> None:
        self._begin()
        os.register_at_fork(after_in_child=self._begin)

    def call(self, ask: Callable[[], Result], *, until: float) -> Result:
        """Return what `ask` gives, by `until` of the monotonic clock.

        Raises:
            TimeoutError: it did not come in time.
            Overloaded: too many wait already.
            django.db.Error: the database refused.
        """
        future: Future[Result] = Future()
        return self._wait(Reading(ask=ask, future=future), future, until)

    def record(self, rows: Sequence[ExposureRow], *, until: float) -> list[ExposureRow]:
        """Return the rows as stored, by `until`. Raises as `call`."""
        future: Future[list[ExposureRow]] = Future()
        return self._wait(Writing(rows=rows, future=future), future, until)

    def close(self) -> None:
        """Wait until the thread has done what was asked and closed its connection."""
        state = self._state
        with state.lock:
            thread, state.thread = state.thread, None
            if thread is not None:
                state.queue.put(None)
        if thread is not None:
            thread.join()

    def _begin(self) -> None:
        self._state = _State(queue=SimpleQueue(), lock=Lock())

    def _wait(self, job: Job, future: Future[Result], until: float) -> Result:
        self._put(job)
        try:
            return future.result(timeout=max(0.0, until - monotonic()))
        except TimeoutError:
            future.cancel()
            raise

    def _put(self, job: Job) -> None:
        state = self._state
        busy_since = state.busy_since
        if busy_since is not None and monotonic() - busy_since > STUCK_SECONDS:
            message = "the database has not answered for a while"
            raise TimeoutError(message)
        if state.queue.qsize() >= WAITING_AT_MOST:
            message = f"waiting = {WAITING_AT_MOST}: no more can wait for the database"
            raise Overloaded(message)
        with state.lock:
            state.queue.put(job)
            if state.thread is None:
                state.thread = Thread(target=_work, args=(state,), name="answers", daemon=True)
                state.thread.start()


def _work(state: _State) -> None:
    """Do what waits, all of it together, until nothing comes any more."""
    try:
        while jobs := _take(state):
            state.busy_since = monotonic()
            _do([job for job in jobs if job is not None])
            state.busy_since = None
            if None in jobs:
                return
    finally:
        connection.close()


def _take(state: _State) -> list[Job]:
    """Return what waits; nothing when nothing came for a while, and then nobody works here."""
    try:
        jobs = [state.queue.get(timeout=IDLE_SECONDS)]
    except Empty:
        with state.lock:
            if state.queue.empty():
                state.thread = None
                return []
        return _take(state)
    while len(jobs) < JOBS_AT_ONCE:
        try:
            jobs.append(state.queue.get_nowait())
        except Empty:
            break
    return jobs


def _do(jobs: Sequence[Reading | Writing]) -> None:
    wanted = [job for job in jobs if job.future.set_running_or_notify_cancel()]
    try:
        _connect()
    except Exception as error:  # noqa: BLE001  # it is raised again where it is waited for
        for job in wanted:
            job.future.set_exception(error)
        return
    settle(wanted)


def _connect() -> None:
    """Have a connection that works and never waits long for anything."""
    connection.close_if_unusable_or_obsolete()
    if connection.connection is None:
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute(LIMITS[connection.vendor])


database = DatabaseThread()
