"""The files of the spool: `.jsonl` being written, `.taken` for replay, `.refused` set aside."""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

import msgspec
from django.conf import settings

from experiments.exposures import ExposureRow

WRITTEN, TAKEN, REFUSED = ".jsonl", ".taken", ".refused"


def folder() -> Path:
    """Return where the spool of this machine is."""
    return Path(settings.SPOOL_DIR)


def lines_of(rows: Iterable[ExposureRow]) -> bytes:
    """Return rows as lines, each after a line break: what a crash cut short hides no other."""
    return b"".join(b"\n" + msgspec.json.encode(row) for row in rows) + b"\n"


def write(path: Path, lines: bytes) -> None:
    """Append lines; when this returns they outlive the machine's next crash.

    Raises:
        OSError: they could not be written, and nothing of them stands in the file.
    """
    with locked(path) as file:
        before = file.seek(0, os.SEEK_END)
        try:
            left = memoryview(lines)
            while left:
                left = left[file.write(left) :]
            os.fsync(file.fileno())
            if before == 0:
                _sync_folder()
        except OSError:
            file.truncate(before)
            raise


@contextmanager
def locked(path: Path) -> Iterator[FileIO]:
    """Open a file for appending that has this name for as long as it is held."""
    while True:
        with path.open("ab", buffering=0) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if path.exists() and path.stat().st_ino == os.fstat(file.fileno()).st_ino:
                yield file
                return


def _sync_folder() -> None:
    """Make a new file's name as durable as what is in it."""
    descriptor = os.open(folder(), os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
