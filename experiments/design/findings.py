"""What there is to know of a design before it starts, in sentences."""

from dataclasses import dataclass
from enum import StrEnum

from experiments.plan.document import Metric, Unit


class Level(StrEnum):
    """How much a finding weighs."""

    NOTE = "note"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to know of a design: of which metric, or of what else, and why."""

    level: Level
    subject: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What is randomised and measured.

    `clusters` is how many agents, teams or queues there are, None where nobody said.
    """

    unit: Unit
    metrics: tuple[Metric, ...]
    changes_handle_time: bool = True
    clusters: float | None = None


def warning(subject: str, sentence: str) -> Finding:
    """Return what makes a result worthless or misleading."""
    return Finding(level=Level.WARNING, subject=subject, sentence=sentence)


def note(subject: str, sentence: str) -> Finding:
    """Return what a reader of the result should know."""
    return Finding(level=Level.NOTE, subject=subject, sentence=sentence)
