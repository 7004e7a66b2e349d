"""Time as the service has it, whatever somebody does to the clock of this machine."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

TOLERANCE_SECONDS = 5.0  # the service's Date is whole seconds, and comes by a network


class Clock:
    """Counts with the monotonic clock, from an instant that is compared with the service's.

    A clock that is set back or forward while the client runs moves nothing; one that was wrong
    from the start is put right by the first answer.
    """

    def __init__(
        self,
        wall: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall = wall
        self.ticks = ticks
        self._origin = wall() - ticks()

    def instant(self, tick: float) -> datetime:
        """Return when the monotonic clock showed `tick`."""
        return datetime.fromtimestamp(self._origin + tick, tz=UTC)

    def compare(self, date: str | None) -> None:
        """Take note of the service's time, as the header Date has it; nonsense changes nothing."""
        try:
            given = parsedate_to_datetime(date or "").timestamp()
        except (ValueError, OverflowError, IndexError, TypeError):
            return
        own = self._wall()
        tick = self.ticks()
        self._origin = (own if abs(own - given) <= TOLERANCE_SECONDS else given) - tick
