"""The one thread of a process that brings its spool back: a web server may run without a worker.

It runs only while something lies in the spool of this machine, and waits a little first, so that
a database that has just come back answers routers before anything else.
"""

import logging
import os
from threading import Event, Lock, Thread

from django.db import Error, connection

from experiments import spool

PAUSE_SECONDS = 5.0

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
            except (Error, OSError) as error:
                logger.warning("the spool is kept: %s", type(error).__name__)
            except Exception:  # nobody would start this thread again
                logger.exception("the spool is kept")
            finally:
                connection.close()
            with self._lock:
                if spool.is_empty():
                    self._thread = None
                    return


returner = Returner()
