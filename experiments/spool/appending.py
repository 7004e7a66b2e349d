"""Into the spool: all rows that wait together cost one sync of the disk."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import Lock

from experiments.exposures import ExposureRow
from experiments.spool.files import WRITTEN, folder, lines_of, write


@dataclass(slots=True)
class _Waiting:
    """Lines that somebody wants to be durable."""

    lines: bytes
    is_done: bool = False
    error: OSError | None = None


@dataclass(slots=True)
class _Queue:
    """What one process has: shared with nobody after a fork."""

    lock: Lock = field(default_factory=Lock)
    turn: Lock = field(default_factory=Lock)
    waiting: list[_Waiting] = field(default_factory=list)


def append(rows: Iterable[ExposureRow]) -> None:
    """Keep rows on disk; when this returns they outlive the machine's next crash.

    Raises:
        OSError: they could not be written.
    """
    queue, own = _queue, _Waiting(lines_of(rows))
    with queue.lock:
        queue.waiting.append(own)
    with queue.turn:
        if not own.is_done:
            with queue.lock:
                together, queue.waiting = queue.waiting, []
            _write(together)
    if own.error is not None:
        raise OSError(own.error.errno, own.error.strerror) from own.error


def _write(together: list[_Waiting]) -> None:
    path = folder() / f"{os.getpid()}{WRITTEN}"
    error = None
    try:
        write(path, b"".join(each.lines for each in together))
    except OSError as failure:
        error = failure
    for each in together:
        each.error, each.is_done = error, True


def _begin() -> None:
    global _queue  # noqa: PLW0603  # a child begins with nobody waiting
    _queue = _Queue()


_queue = _Queue()
os.register_at_fork(after_in_child=_begin)
