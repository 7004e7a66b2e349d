"""The one thread that speaks with the service: it fetches, reports, and waits in between."""

import logging
from collections.abc import Callable
from threading import Event, Thread

from experiments.client.checking import NotGood
from experiments.client.clock import Clock
from experiments.client.defects import Defects
from experiments.client.fetching import Fetching
from experiments.client.held import Holder
from experiments.client.options import Options
from experiments.client.pauses import Pauses
from experiments.client.reports import Reports
from experiments.client.sending import send_all
from experiments.client.service import Service, Unavailable

logger = logging.getLogger(__name__)


class Worker:
    """Works for one process. `told` is called when the rule set changed or went stale."""

    def __init__(self, options: Options, holder: Holder, reports: Reports, clock: Clock) -> None:
        self._options, self._holder, self._reports, self._clock = options, holder, reports, clock
        self._service = Service(options)
        self._stop, self.heard = Event(), Event()
        self._polls = Pauses(options.interval, options.longest_pause)
        self._flushes = Pauses(options.flush_interval, options.longest_pause)
        self._poll_at = self._flush_at = float("-inf")
        self._was_stale = True
        self.fetching = Fetching(options, holder, clock)
        self.defects = Defects()
        self.trouble = ""
        self.told: Callable[[str], None] = lambda _: None
        self._thread = Thread(target=self._run, name="equipoise-client", daemon=True)

    @property
    def failures(self) -> int:
        """How many times in a row the rule set could not be fetched."""
        return self._polls.failures

    def start(self) -> None:
        """Begin. Raises RuntimeError where no thread can be started."""
        self._thread.start()

    def stop(self, seconds: float) -> None:
        """Have the thread end, and wait for it no longer than that."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(seconds)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._poll_at = self._due(self._poll_at, self._poll, self._polls)
            self._flush_at = self._due(self._flush_at, self._flush, self._flushes)
            next_at = min(self._poll_at, self._flush_at)
            self._stop.wait(max(0.0, next_at - self._clock.ticks()))
        self._service.close()

    def _due(self, at: float, work: Callable[[], None], pauses: Pauses) -> float:
        """Do the work if its time has come; return when it comes next."""
        if self._clock.ticks() < at:
            return at
        try:
            work()
        except (Unavailable, NotGood) as error:
            pause = pauses.after_failure()
            self._failed(str(error), pauses)
        except Exception as error:  # noqa: BLE001  # the thread outlives a defect, and says so
            pause = pauses.after_failure()
            self._service.close()
            self._failed(type(error).__name__, pauses)
            self.defects.note(error)
        else:
            pause = pauses.after_success()
        return self._clock.ticks() + pause

    def _poll(self) -> None:
        try:
            is_new = self.fetching.fetch(self._service)
        finally:
            self._tell_staleness()
        self.trouble = ""
        self.heard.set()
        if is_new:
            self.told("changed")

    def _flush(self) -> None:
        send_all(self._reports, self._service, self._clock, seconds=self._options.timeout)

    def _tell_staleness(self) -> None:
        is_stale = self._clock.ticks() > self._holder.now.fresh_until
        if is_stale != self._was_stale:
            self._was_stale = is_stale
            self.told("stale" if is_stale else "fresh")

    def _failed(self, trouble: str, pauses: Pauses) -> None:
        self.trouble = trouble
        if pauses.failures == 1:  # once per failure, not once per attempt
            logger.warning("the service is not heard: %s", trouble)
