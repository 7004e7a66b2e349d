"""How a client is, for health checks and gauges."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What a client knows of itself at one moment.

    `origin` is none, bootstrap, disk or service. `silent_seconds` have gone by since the last
    word from the service, None when there was none. `failures` came in a row, the last of them
    is `trouble`. `unreadable` names experiments that this version cannot decide, and why.
    The counts are of reports: `waiting` to be sent, `sent`, `repeated` (told before), `dropped`
    (no room), `refused` (broke a rule). `defects` are failures of the client itself.
    """

    origin: str
    number: int
    experiments: int
    signed_by: str
    is_stale: bool
    silent_seconds: float | None
    failures: int
    trouble: str
    disk_trouble: str
    waiting: int
    sent: int
    repeated: int
    dropped: int
    refused: int
    defects: int
    unreadable: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_ready(self) -> bool:
        """There is a rule set to decide by."""
        return self.origin != "none"

    @property
    def is_healthy(self) -> bool:
        """Decides by what the service says now, and loses nothing."""
        return self.is_ready and not self.is_stale and not self.dropped and not self.unreadable

    def document(self) -> dict[str, Any]:
        """Return it all as values that JSON has."""
        return {"is_ready": self.is_ready, "is_healthy": self.is_healthy, **asdict(self)}
