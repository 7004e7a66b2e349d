"""What a process does before its first question."""

from datetime import datetime
from time import monotonic

from experiments import registry
from experiments.access import key_snapshot
from experiments.answers.answering import latest
from experiments.answers.returning import returner

PATIENCE_SECONDS = 3.0


def start(now: datetime) -> None:
    """Read what runs and who may ask, and have what a killed process left brought back.

    The first reading of a process takes longer than a question may wait. Without the database
    the process starts all the same.
    """
    until = monotonic() + PATIENCE_SECONDS
    latest(registry.snapshot, now=now, until=until)
    latest(key_snapshot, now=now, until=until)
    returner.wake()
