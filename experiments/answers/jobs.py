"""What waits for the database: something to read, or rows to write, each with its future."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import Error, InterfaceError, OperationalError

from experiments.exposures import ExposureRow, record


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Somebody waits for what `ask` gives."""

    ask: Callable[[], Any]
    future: Future[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """Somebody waits for these rows as they are stored."""

    rows: Sequence[ExposureRow]
    future: Future[list[ExposureRow]]


Job = Reading | Writing | None  # None: nothing more will come


def settle(jobs: Sequence[Reading | Writing]) -> None:
    """Give every job its result or its error: readings one by one, all rows at once."""
    writings = []
    for job in jobs:
        match job:
            case Reading():
                _settle(job.future, job.ask)
            case Writing():
                writings.append(job)
    if writings:
        _write(writings)


def _write(jobs: Sequence[Writing]) -> None:
    """Write all rows in one statement; rows that the database refuses fail alone."""
    rows = [row for job in jobs for row in job.rows]
    try:
        stored = iter(record(rows))
    except (OperationalError, InterfaceError) as error:
        for job in jobs:
            job.future.set_exception(error)
    except Error:
        for job in jobs:
            _settle(job.future, partial(record, job.rows))
    else:
        for job in jobs:
            job.future.set_result([next(stored) for _ in job.rows])


def _settle(future: Future[Any], call: Callable[[], Any]) -> None:
    try:
        result = call()
    except Exception as error:  # noqa: BLE001  # it is raised again where it is waited for
        future.set_exception(error)
    else:
        future.set_result(result)
