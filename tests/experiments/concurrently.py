"""Running one thing in several threads at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connection

from experiments.errors import ExperimentsError

Result = TypeVar("Result")


def concurrently(call: Callable[[], Result], *, times: int) -> list[Result | ExperimentsError]:
    """Return what each call gave or refused; each thread has its own connection."""
    barrier = Barrier(times)

    def run() -> Result | ExperimentsError:
        try:
            barrier.wait()
            return call()
        except ExperimentsError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return [future.result() for future in [pool.submit(run) for _ in range(times)]]
