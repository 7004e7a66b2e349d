"""Processes that run side by side: one that stops by itself is started again."""

import os
import signal
import subprocess
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

GRACE = 15.0  # seconds to end by themselves
MOST, WITHIN = 3, 60.0  # times that one is started again in so many seconds


@dataclass(slots=True, kw_only=True)
class Supervised:
    """A command, the process that runs it, and when it was started again."""

    command: Sequence[str]
    process: subprocess.Popen[bytes]
    again: deque[float] = field(default_factory=lambda: deque(maxlen=MOST))


class Supervisor:
    """Runs commands by name, each with its children in a process group of its own."""

    def __init__(self, commands: Mapping[str, Sequence[str]]) -> None:
        self._supervised = {
            name: Supervised(command=command, process=_started(command))
            for name, command in commands.items()
        }

    def stopped(self) -> dict[str, int]:
        """Return the statuses of those that are not running, by name."""
        codes = {name: each.process.poll() for name, each in self._supervised.items()}
        return {name: code for name, code in codes.items() if code is not None}

    def start_again(self, name: str) -> bool:
        """Start one that stopped; not where it has stopped too often of late."""
        supervised, now = self._supervised[name], time.monotonic()
        if len(supervised.again) == MOST and now - supervised.again[0] < WITHIN:
            return False
        _kill(supervised.process)  # what it left behind
        supervised.again.append(now)
        supervised.process = _started(supervised.command)
        return True

    def stop(self) -> None:
        """End all of them and what they started, at once where they do not end by themselves."""
        processes = [each.process for each in self._supervised.values()]
        for process in processes:
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + GRACE
        for process in processes:
            try:
                process.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _kill(process)
                process.wait()


def _started(command: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, start_new_session=True)  # noqa: S603  # our own words


def _kill(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:  # nobody of the group is left
        return
