"""Exposures on local disk while the database is away, and their way back into the log.

Each process appends JSON lines to a file of its own and syncs it before it answers. `replay`
takes a file away by renaming it, writes it to the log, which knows every row already written,
and only then deletes it: a crash in between costs a repetition, never a row.
"""

from experiments.spool.appending import append
from experiments.spool.replaying import is_empty, replay

__all__ = ["append", "is_empty", "replay"]
