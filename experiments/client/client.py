"""The client: one per process. See docs/client.md for what it guarantees."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from math import isfinite
from threading import Lock
from typing import Self

from experiments.assignment.compiled import NO_ATTRIBUTES
from experiments.assignment.ruleset import Ruleset
from experiments.assignment.units import canonical_id
from experiments.client import processes
from experiments.client.answer import Assignment, Origin
from experiments.client.clock import Clock
from experiments.client.defects import Defects
from experiments.client.fetching import load
from experiments.client.following import followed
from experiments.client.held import Holder
from experiments.client.options import Options
from experiments.client.reports import Reports
from experiments.client.seeing import arrival, customer_of, slot_of, with_draw, with_routing
from experiments.client.sending import send_the_rest
from experiments.client.status import Status
from experiments.client.undecided import failed, unknown, without_unit
from experiments.client.worker import Worker
from experiments.errors import InvalidRequest

FAREWELL_SECONDS = 3.0

CLIENT, STALE = Origin.CLIENT, Origin.STALE

logger = logging.getLogger(__name__)
_new = tuple.__new__


class Client:
    """Decides who gets what. Any number of threads and of forked processes may share it.

    Construction reads the rule set that was kept on disk and starts one thread; it does not wait
    for the service.
    """

    def __init__(self, options: Options, clock: Clock | None = None) -> None:
        self._options = options
        self._clock = clock or Clock()
        self._ticks = self._clock.ticks
        self._holder = Holder()
        self._reports = Reports(most_waiting=options.most_waiting)
        self._reports.follow = lambda report: followed(report, self.ruleset)
        self._listeners: list[Callable[[str], None]] = []
        load(options, self._holder)
        self._defects = Defects()
        self._is_asleep = False
        self._waking = Lock()
        self._worker = self._started()
        processes.add(self)

    def assign(  # noqa: PLR0913  # the question as the HTTP interface asks it
        self,
        experiment: str,
        *,
        customer_id: str | None = None,
        contact_id: str | None = None,
        agent_id: str | None = None,
        team: str | None = None,
        queue: str | None = None,
        arrived_at: datetime | None = None,
        attributes: Mapping[str, object] = NO_ATTRIBUTES,
        default: str = "",
    ) -> Assignment:
        """Return what a contact gets, in microseconds. Never raises.

        `arrived_at` is aware, now where it is left out: a schedule goes by it. `default` is the
        variant of an answer for which nothing at all is known.
        """
        at = self._ticks()
        try:
            if self._is_asleep:
                self._wake()
            held = self._holder.now
            entry = held.entries.get(experiment)
            if entry is None:
                return unknown(held, experiment, default, at)
            compiled, unit, is_plain, looks = entry
            ids: tuple[str | None, ...] = (customer_id, contact_id, agent_id, team, queue)
            given: object = arrived_at
            try:
                if not is_plain:
                    known = arrival(compiled, arrived_at, self._clock.instant(at))
                    ids, attributes = (*ids, slot_of(known)), {**attributes, **known}
                given = ids[unit]
                unit_id = canonical_id(given)
                seen = attributes
                if looks and (agent_id or team or queue):
                    seen = with_routing(attributes, agent_id=agent_id, team=team, queue=queue)
                customer = None if compiled.excludes is None else customer_of(customer_id)
                bucket, outcome = compiled.place(unit_id, seen, customer)
                if not is_plain:
                    attributes = with_draw(compiled, outcome, seen, attributes)
            except InvalidRequest as refusal:
                return without_unit(compiled, given, at, refusal)
            origin = CLIENT if at <= held.fresh_until else STALE
            return _new(
                Assignment,
                (outcome, unit_id, bucket, origin, at, compiled, ids, attributes, self._reports),
            )
        except Exception as error:  # noqa: BLE001  # a caller would hear silence
            self._defects.note(error)
            return failed(experiment, default, at)

    @property
    def ruleset(self) -> Ruleset:
        """The rule set by which answers are given now, compiled; empty where there is none."""
        return self._holder.now.ruleset

    def status(self) -> Status:
        """Return how the client is."""
        if self._is_asleep:
            self._wake()
        held, worker, counts = self._holder.now, self._worker, self._reports.counts
        heard_at = held.fresh_until - self._options.stale_after
        return Status(
            origin=held.origin.value,
            number=held.ruleset.number,
            experiments=len(held.entries),
            signed_by="" if held.good is None else held.good.signed_by,
            is_stale=self._ticks() > held.fresh_until,
            silent_seconds=self._ticks() - heard_at if isfinite(heard_at) else None,
            failures=worker.failures,
            trouble=worker.trouble,
            disk_trouble=worker.fetching.disk_trouble,
            waiting=len(self._reports),
            sent=counts.sent,
            repeated=counts.repeated,
            dropped=counts.dropped,
            refused=counts.refused,
            defects=self._defects.count,
            unreadable=held.ruleset.unreadable,
        )

    def wait(self, seconds: float) -> bool:
        """Wait for the first word from the service; return whether there is a rule set by then."""
        self._worker.heard.wait(seconds)
        return self._holder.now.good is not None

    def listen(self, listener: Callable[[str], None]) -> None:
        """Have a function called with "changed", "stale" or "fresh", in the client's thread."""
        self._listeners.append(listener)

    def close(self, seconds: float = FAREWELL_SECONDS) -> None:
        """Send what waits, within that time, and end the thread. Answers go on, reports do not."""
        until = self._ticks() + seconds
        self._reports.is_open = False
        if not processes.remove(self):
            return
        self._worker.stop(seconds / 2)
        self._reports.put_back()
        if len(self._reports):
            left = max(0.0, until - self._ticks())
            send_the_rest(self._reports, self._options, self._clock, seconds=left)

    def fall_asleep(self) -> None:
        """In a forked child: what waits is the parent's; a thread starts when it is needed."""
        self._is_asleep, self._waking = True, Lock()
        self._reports.begin_again()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_how: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_how: object) -> None:
        await asyncio.to_thread(self.close)

    def _started(self) -> Worker:
        worker = Worker(self._options, self._holder, self._reports, self._clock)
        worker.told, worker.defects = self._tell, self._defects
        worker.start()
        return worker

    def _wake(self) -> None:
        """Start the thread of this process; whoever comes meanwhile goes on without waiting."""
        if not self._waking.acquire(blocking=False):
            return
        try:
            if self._is_asleep:
                self._worker = self._started()
                self._is_asleep = False
        except RuntimeError as error:  # no more threads: tried again at the next question
            logger.warning("the service is not asked: %s", error)
        finally:
            self._waking.release()

    def _tell(self, what: str) -> None:
        for listener in self._listeners:
            listener(what)
