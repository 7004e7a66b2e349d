"""The clients of this process: put to sleep in a forked child, closed when the process ends."""

import atexit
import os
from typing import Protocol


class Living(Protocol):
    """What must hear of forks and of the end."""

    def fall_asleep(self) -> None:
        """This is a child that was just forked: the thread and the connection are the parent's."""

    def close(self) -> None:
        """The process ends."""


_open: dict[int, Living] = {}


def add(client: Living) -> None:
    """Have a client hear."""
    _open[id(client)] = client


def remove(client: Living) -> bool:
    """Have it hear no more; return whether it did until now."""
    return _open.pop(id(client), None) is not None


def _fall_asleep() -> None:
    for client in _open.values():
        client.fall_asleep()


def _close() -> None:
    for client in list(_open.values()):
        client.close()


os.register_at_fork(after_in_child=_fall_asleep)
atexit.register(_close)
