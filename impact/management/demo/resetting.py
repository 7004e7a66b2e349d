"""Start again: remove the embedded state of an earlier demo, and nothing else."""

import shutil
from collections.abc import Iterable
from pathlib import Path

from django.core.management.base import CommandError
from django.db import connections

from impact.management.demo.notes import NAME, read_notes

EMPTIED = ("lake", "inbox", "spool", "queue/messages", "queue/control")
LEFTOVERS = ("", "-wal", "-shm", "-journal")


def reset(folder: Path, database: Path, others: Iterable[Path] = ()) -> None:
    """Delete the database, lake, inbox, spool and queue of the demo that was made in `folder`.

    `others` are the places of lake, inbox and spool as configured.

    Raises:
        CommandError: part of the state lies elsewhere, or no demo made this database.
    """
    for place in (database, *others):
        if place.parent != folder:
            message = f"--reset deletes only what lies in {folder}, and {place} does not"
            raise CommandError(message)
    if database.exists() and read_notes(folder) is None:
        message = f"{database} was made by no demo: --reset leaves it alone"
        raise CommandError(message)
    connections.close_all()
    for ending in LEFTOVERS:
        Path(f"{database}{ending}").unlink(missing_ok=True)
    for name in EMPTIED:
        _empty(folder / name)
    (folder / NAME).unlink(missing_ok=True)


def _empty(folder: Path) -> None:
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
