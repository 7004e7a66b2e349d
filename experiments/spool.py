"""Exposures on local disk while the database is away, and their way back into the log.

Each process appends JSON lines to a file of its own and syncs it before it answers. `replay`
takes a file away by renaming it, writes it to the log, which knows every row already written,
and only then deletes it: a crash in between costs a repetition, never a row.
"""

import fcntl
import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import msgspec
from django.conf import settings

from experiments.exposures import ExposureRow, record_many

logger = logging.getLogger(__name__)
_decoder = msgspec.json.Decoder(ExposureRow)


def append(rows: Iterable[ExposureRow]) -> None:
    """Keep rows on disk; when this returns they outlive the machine's next crash.

    Raises:
        OSError: they could not be written.
    """
    lines = b"".join(b"\n" + msgspec.json.encode(row) for row in rows)
    with _locked(_folder() / f"{os.getpid()}.jsonl") as file:
        is_new = file.tell() == 0
        file.write(lines + b"\n")
        file.flush()
        os.fsync(file.fileno())
        if is_new:
            _sync_folder()


def replay() -> int:
    """Write everything that was kept to the log; return the number of rows that were new.

    Raises:
        django.db.Error: the database is still away; what is left is kept.
    """
    for path in _folder().glob("*.jsonl"):
        _take_away(path)
    return sum(_replay_file(path) for path in sorted(_folder().glob("*.taken")))


def _replay_file(path: Path) -> int:
    try:
        with path.open("rb") as file:
            new = record_many(_rows(file, path.name))
    except FileNotFoundError:  # another worker was faster
        return 0
    path.unlink(missing_ok=True)
    return new


def _rows(lines: Iterable[bytes], name: str) -> Iterator[ExposureRow]:
    """Yield the rows; a line that a crash cut short was never answered and is left out."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield _decoder.decode(line)
        except msgspec.DecodeError:
            logger.warning("left out line %s of %s: not a whole row", number, name)


def _take_away(path: Path) -> None:
    """Rename a file that nobody is writing to; its writer starts a new one."""
    with _locked(path):
        path.rename(path.with_name(f"{path.stem}.{os.urandom(8).hex()}.taken"))


@contextmanager
def _locked(path: Path) -> Iterator[IO[bytes]]:
    """Open a file for appending that has this name for as long as it is held."""
    while True:
        with path.open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if path.exists() and path.stat().st_ino == os.fstat(file.fileno()).st_ino:
                yield file
                return


def _sync_folder() -> None:
    """Make a new file's name as durable as what is in it."""
    descriptor = os.open(_folder(), os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _folder() -> Path:
    return Path(settings.SPOOL_DIR)
