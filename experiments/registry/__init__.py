"""What is running, compiled: read once, shared by all threads, replaced as a whole."""

from experiments.registry.assembling import assembled, rows_with_required
from experiments.registry.locked import LockedExperiment, LockedVariant, analysable
from experiments.registry.names import Names, names
from experiments.registry.running import RunningSet, current, snapshot
from experiments.registry.values import definition_of

__all__ = [
    "LockedExperiment",
    "LockedVariant",
    "Names",
    "RunningSet",
    "analysable",
    "assembled",
    "current",
    "definition_of",
    "names",
    "rows_with_required",
    "snapshot",
]
