"""A value read from the database, kept in the process and checked again at most once a second."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Lock
from typing import Generic, TypeVar

from django.db import Error

from experiments.kept import Kept

Value = TypeVar("Value")
INTERVAL = timedelta(seconds=1)
STALE = timedelta(seconds=1.8)  # of the two seconds after which a change reaches everybody

log = logging.getLogger(__name__)


class Snapshot(Generic[Value]):
    """The last value that `load` gave, swapped by one reference.

    `load` receives the value held now, so that it can return it when nothing changed. Readers in
    other threads go on with the old value while one of them loads the new one. A database that
    is away leaves the last value in place; a process that never reached it has what was `kept` on
    disk, and never takes that for what the database would say.
    """

    def __init__(self, load: Callable[[Value | None], Value], *, kept: Kept[Value]) -> None:
        self._load = load
        self._kept = kept
        self._lock = Lock()
        self._turn = Lock()
        self._value: Value | None = None
        self._from_disk: Value | None = None
        self._checked_at: datetime | None = None
        self._is_confirmed = False

    @property
    def is_confirmed(self) -> bool:
        """Whether the last check reached the database; unchanged while one is under way."""
        return self._is_confirmed

    def latest(self) -> Value | None:
        """Return what is held, or was kept on disk, without asking the database."""
        if self._value is not None:
            return self._value
        if self._from_disk is None:
            self._from_disk = self._kept.read()
        return self._from_disk

    def is_due(self, now: datetime) -> bool:
        """Tell whether the value must be checked; a clock that was set back makes it so."""
        return self._checked_at is None or abs(now - self._checked_at) >= INTERVAL

    @contextmanager
    def turn(self, now: datetime) -> Iterator[bool]:
        """Say whether it falls to the caller to check the value, in the block.

        Where somebody is at it, others need not wait with them while the value is not too old.
        """
        mine = self._turn.acquire(blocking=False)
        try:
            yield mine or self._checked_at is None or abs(now - self._checked_at) >= STALE
        finally:
            if mine:
                self._turn.release()

    def current(self, now: datetime) -> Value:
        """Return the value, checked in the last second.

        Raises:
            django.db.Error: the database is away and nothing was ever loaded or kept.
        """
        if self._value is None:
            with self._lock:
                return self._refresh(now)
        if self.is_due(now) and self._lock.acquire(blocking=False):
            try:
                return self._refresh(now)
            finally:
                self._lock.release()
        return self._value

    def doubt(self) -> None:
        """Remember that a check did not come to an end in time."""
        self._is_confirmed = False

    def expire(self) -> None:
        """Have the value checked at the next reading: this process changed what it came from."""
        self._checked_at = None

    def forget(self) -> None:
        """Start again from nothing, as a new process does."""
        self._value = self._from_disk = self._checked_at = None
        self._is_confirmed = False

    def _refresh(self, now: datetime) -> Value:
        held = self._value
        if held is not None and not self.is_due(now):
            return held
        try:
            loaded = self._load(held)
        except Error as error:
            log.warning("keeping the last configuration: %s", type(error).__name__)
            self._checked_at, self._is_confirmed = now, False
            if (last := self.latest()) is None:
                raise
            return last
        if loaded != held:
            self._kept.write(loaded)
            self._value = loaded
        self._checked_at, self._is_confirmed = now, True
        return loaded
