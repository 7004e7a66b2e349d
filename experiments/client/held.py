"""The rule set by which a client decides now: replaced as a whole, never by a worse one."""

from dataclasses import dataclass
from enum import StrEnum

from experiments.assignment.compiled import CompiledExperiment
from experiments.assignment.ruleset import Ruleset
from experiments.assignment.schedule import TIME_SLOT

UNITS = ("customer", "contact", "agent", "team", "queue", TIME_SLOT)
OLDER_BEFORE_TAKEN = 3
EMPTY = Ruleset(number=0, experiments={}, concluded={})
Entry = tuple[CompiledExperiment, int, bool, bool]


class Origin(StrEnum):
    """Where a rule set came from."""

    NONE = "none"
    BOOTSTRAP = "bootstrap"
    DISK = "disk"
    SERVICE = "service"


@dataclass(frozen=True, slots=True, kw_only=True)
class Good:
    """A rule set whose signature is right, and the tag to ask for a newer one with."""

    ruleset: Ruleset
    signed_by: str
    tag: str


class Held:
    """What decisions are made by.

    `entries` has, by key, an experiment, where its unit stands among the ids, whether its own hash
    is all that there is to it (no schedule, no share that a cluster draws), and whether it looks at
    who is to handle the contact. `fresh_until` is on the monotonic clock; it moves on with every
    word from the service.
    """

    __slots__ = ("entries", "fresh_until", "good", "origin")

    def __init__(self, good: Good | None, origin: Origin, fresh_until: float) -> None:
        self.good, self.origin, self.fresh_until = good, origin, fresh_until
        self.entries: dict[str, Entry] = {} if good is None else _entries(good.ruleset)

    @property
    def ruleset(self) -> Ruleset:
        """The rule set, empty where there is none yet."""
        return EMPTY if self.good is None else self.good.ruleset


class Holder:
    """Holds one rule set, and decides whether another takes its place."""

    __slots__ = ("_older", "now")

    def __init__(self) -> None:
        self.now = Held(None, Origin.NONE, float("-inf"))
        self._older = 0

    def start_with(self, good: Good, origin: Origin) -> None:
        """Take a set that lay on disk, stale until the service confirms it, if it is newer."""
        if self.now.good is None or good.ruleset.number > self.now.ruleset.number:
            self.now = Held(good, origin, float("-inf"))

    def confirm(self, fresh_until: float) -> None:
        """The service says that nothing changed."""
        self.now.fresh_until, self.now.origin, self._older = fresh_until, Origin.SERVICE, 0

    def offer(self, good: Good, fresh_until: float) -> bool:
        """Return whether the set is taken.

        One process of the service may lag behind another: an older set is taken only when it is
        all that comes, which is so after a backup was played back.
        """
        if self.now.good is not None and good.ruleset.number < self.now.ruleset.number:
            self._older += 1
            if self._older < OLDER_BEFORE_TAKEN:
                return False
        self._older = 0
        self.now = Held(good, Origin.SERVICE, fresh_until)
        return True


def _entries(ruleset: Ruleset) -> dict[str, Entry]:
    return {
        key: _entry(each)
        for key, each in ruleset.experiments.items()
        if each.definition.unit in UNITS
    }


def _entry(experiment: CompiledExperiment) -> Entry:
    is_plain = experiment.placer is None and experiment.calendar is None
    looks = experiment.is_targeted is not None or not is_plain or bool(experiment.requires)
    unit = UNITS.index(experiment.definition.unit)
    return experiment, unit, is_plain, looks
