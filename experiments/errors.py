"""What can go wrong in experiments.

ExperimentsError
├── InvalidDefinition      a field of a definition breaks its rule
├── InvalidPlan            a line of a plan breaks its rule
├── InvalidRequest         a field of a request breaks its rule
├── MoveNotAllowed         the lifecycle has no such move
├── ExperimentNotFound     no experiment has that key
├── ScheduleNotFound       the experiment has no schedule
├── KeyNotFound            no API key has that prefix
├── Overloaded             more is asked than can be recorded
├── DefinitionLocked       a locked part was to be changed
└── EditConflict           somebody else changed it first
"""

from dataclasses import dataclass


class ExperimentsError(Exception):
    """Any refusal of this application."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One broken rule: where, what was given, what is asked for.

    `line` is the line of a document, counted from 1, where there is a document.
    """

    field: str
    value: str
    rule: str
    line: int | None = None

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line else ""
        return f"{place}{self.field} = {self.value}: {self.rule}"


class Refusal(ExperimentsError):
    """Broken rules, all of them at once."""

    def __init__(self, *violations: Violation) -> None:
        self.violations = violations
        super().__init__("; ".join(map(str, violations)))


class InvalidDefinition(Refusal):
    """A field of a definition breaks its rule."""


class InvalidPlan(Refusal):
    """A line of a plan breaks its rule."""


class InvalidRequest(Refusal):
    """A field of a request breaks its rule."""


class MoveNotAllowed(ExperimentsError):
    """The lifecycle has no such move from where the experiment stands."""


class ExperimentNotFound(ExperimentsError):
    """No experiment has that key."""


class ScheduleNotFound(ExperimentsError):
    """The experiment has no schedule: its units are no slots of time."""


class KeyNotFound(ExperimentsError):
    """No API key has that prefix."""


class Overloaded(ExperimentsError):
    """More is asked than can be recorded."""


class DefinitionLocked(ExperimentsError):
    """What was to be changed is fixed since the start."""


class EditConflict(ExperimentsError):
    """Somebody else changed it first."""
