"""What waits to be reported: bounded, each thing once, and nobody ever waits to add to it."""

import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

MOST_REMEMBERED = 50_000

logger = logging.getLogger(__name__)


class Ids(NamedTuple):
    """Who was asked for, as it was given."""

    customer_id: str | None = None
    contact_id: str | None = None
    agent_id: str | None = None
    team: str | None = None
    queue: str | None = None


class Report(NamedTuple):
    """A unit was assigned a variant; times are on the monotonic clock, `exposed_at` None so far."""

    experiment: str
    version: int
    unit_id: str
    ids: Ids
    assigned_variant: str
    served_variant: str
    eligible: bool
    forced: bool
    attributes: Mapping[str, object]
    assigned_at: float
    exposed_at: float | None

    @property
    def identity(self) -> tuple[object, ...]:
        """What is reported once: the same of the same contact, or unit where none is named."""
        applied = self.exposed_at is not None
        contact = self.ids.contact_id
        return self.experiment, self.version, contact or None, contact or self.unit_id, applied


@dataclass(slots=True)
class Counts:
    """What became of reports. `dropped` found no room, `refused` broke a rule of the service."""

    added: int = 0
    repeated: int = 0
    sent: int = 0
    dropped: int = 0
    refused: int = 0


@dataclass(slots=True)
class Reports:
    """Any thread adds, one takes. Appending to a deque needs no lock, so that none can be held.

    `follow` says what else is reported with a report, once: what the holdout says of a customer.
    """

    most_waiting: int
    follow: Callable[[Report], Report | None] = lambda _: None
    counts: Counts = field(default_factory=Counts)
    is_open: bool = True
    _waiting: deque[Report] = field(default_factory=deque)
    _on_the_way: list[Report] = field(default_factory=list)
    _recent: set[tuple[object, ...]] = field(default_factory=set)
    _older: set[tuple[object, ...]] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self._waiting) + len(self._on_the_way)

    def add(self, report: Report) -> bool:
        """Return whether it will be sent, or was already. Never raises, never waits."""
        try:
            is_told = self._add(report._replace(attributes=dict(report.attributes)))
            followed = self.follow(report)
            if followed is not None:
                self._add(followed, counted=False)
        except Exception as error:  # noqa: BLE001  # a call is never lost for a report
            logger.warning("not reported: %s", type(error).__name__)
            self.counts.dropped += 1
            return False
        return is_told

    def take(self, most: int) -> Sequence[Report]:
        """Return the oldest, at most so many; they count as waiting until they are done."""
        taken = self._on_the_way
        while self._waiting and len(taken) < most:
            taken.append(self._waiting.popleft())
        return taken

    def done(self) -> None:
        """What was taken was answered."""
        self._on_the_way = []

    def put_back(self) -> None:
        """Have what was taken and not answered wait again, before the rest."""
        taken, self._on_the_way = self._on_the_way, []
        self._waiting.extendleft(reversed(taken))

    def begin_again(self) -> None:
        """In a process that was forked: what waits is the parent's to send."""
        self._waiting, self._on_the_way, self.counts = deque(), [], Counts()

    def _add(self, report: Report, *, counted: bool = True) -> bool:
        identity = report.identity
        if identity in self._recent or identity in self._older:
            self.counts.repeated += counted
            return True
        if not self.is_open or len(self) >= self.most_waiting:
            self.counts.dropped += 1
            return False
        self._remember(identity)
        self._waiting.append(report)
        self.counts.added += 1
        return True

    def _remember(self, identity: tuple[object, ...]) -> None:
        if len(self._recent) >= MOST_REMEMBERED:
            self._older, self._recent = self._recent, set()
        self._recent.add(identity)
