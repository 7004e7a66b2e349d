"""The one thread of a process that brings its spool back: a web server may run without a worker.

It runs only while something lies in the spool of this machine, and waits a little first, so that
a database that has just come back answers routers before anything else.
"""

import logging
import os
from threading import Event, Lock, Thread
from traceback import format_tb

from django.db import InterfaceError, OperationalError, connection

from experiments import spool

PAUSE_SECONDS = 5.0
AWAY = (OperationalError, InterfaceError, OSError)  # what passes by itself

logger = logging.getLogger(__name__)


class Returner:
    """Starts when it is woken and ends when the spool is empty."""

    _thread: Thread | None

    def __init__(self) -> None:
        self._begin()
        os.register_at_fork(after_in_child=self._begin)

    def wake(self) -> None:
        """Have the spool replayed in a while; again changes nothing."""
        with self._lock:
            if self._thread is None:
                self._thread = Thread(target=self._work, name="returning", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Wait until the thread has ended; what is left stays in the spool."""
        with self._lock:
            thread = self._thread
        if thread is not None:
            self._stop.set()
            thread.join()
            self._begin()

    def _begin(self) -> None:
        self._lock, self._stop = Lock(), Event()
        self._thread = None

    def _work(self) -> None:
        while not self._stop.wait(PAUSE_SECONDS):
            try:
                spool.replay()
                if self._is_done():
                    return
            except AWAY as error:
                logger.warning("the spool is kept: %s", type(error).__name__)
            except Exception as error:  # noqa: BLE001  # nobody would start this thread again
                logger.error("the spool is kept: %s", _places(error))  # noqa: TRY400  # no ids in a log
            finally:
                connection.close()

    def _is_done(self) -> bool:
        """Tell whether nothing is left; then whoever wakes the next thread starts it."""
        with self._lock:
            if spool.is_empty():
                self._thread = None
                return True
        return False


def _places(error: Exception) -> str:
    """Return what went wrong and where; its message is left out, for it may hold a row's ids."""
    return f"{type(error).__name__}\n{''.join(format_tb(error.__traceback__))}"


returner = Returner()
