"""The history of an experiment in words: who did what, from what to what."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from experiments.models import Change
from experiments.templatetags.looks import percent, who

DEEDS = {
    "create": "defined it",
    "edit": "edited it",
    "submit": "submitted it for review",
    "revise": "took it back to draft",
    "start": "locked the plan and started it",
    "pause": "paused it",
    "resume": "resumed it",
    "conclude": "concluded it",
    "archive": "archived it",
    "coverage": "changed the coverage",
    "reweigh": "changed the weights: a new version",
    "kill": "threw the kill switch",
    "unkill": "lifted the kill switch",
    "force": "forced the variant of a unit",
    "unforce": "stopped forcing the variant of a unit",
}
# What the deed says already, or what the page shows elsewhere.
UNSAID = frozenset({"status", "killed", "started_at", "concluded_at", "plan_sha256"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of the history; `fields` holds name, value before and value after."""

    at: datetime
    actor: str
    deed: str
    fields: tuple[tuple[str, object, object], ...]


def events(changes: Iterable[Change]) -> Iterator[Event]:
    """Yield the changes in words, in their order."""
    for change in changes:
        yield Event(
            at=change.at,
            actor=who(change.actor),
            deed=DEEDS.get(change.action, change.action),
            fields=() if change.action == "create" else tuple(_fields(change)),
        )


def _fields(change: Change) -> Iterator[tuple[str, object, object]]:
    for name, (before, after) in change.fields.items():
        if name == "coverage":
            yield name, percent(before), percent(after)
        elif name == "plan_source":
            yield "plan", _length(before), _length(after)
        elif name not in UNSAID:
            yield name.replace("_", " "), before, after


def _length(source: str) -> str:
    return f"{len(source.splitlines())} lines" if source else ""
