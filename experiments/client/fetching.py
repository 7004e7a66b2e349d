"""Asking the service for the rule set, and taking it where it is good."""

import logging
from http import HTTPStatus
from pathlib import Path

from experiments.assignment.signature import HEADER
from experiments.client.checking import NotGood, checked
from experiments.client.clock import Clock
from experiments.client.disk import Received, keep, kept
from experiments.client.held import Holder, Origin
from experiments.client.options import Options
from experiments.client.service import Reply, Service, Unavailable

PATH = "/api/v1/ruleset"

logger = logging.getLogger(__name__)


class Fetching:
    """Keeps a holder up to date, and the file of the last good rule set."""

    def __init__(self, options: Options, holder: Holder, clock: Clock) -> None:
        self._options, self._holder, self._clock = options, holder, clock
        self._unkept: Received | None = None
        self.disk_trouble = ""

    def fetch(self, service: Service) -> bool:
        """Ask once; return whether another rule set was taken.

        Raises:
            Unavailable: nothing that can be used was answered.
            NotGood: what came is not taken.
        """
        good = self._holder.now.good
        reply = service.get(PATH, {} if good is None else {"If-None-Match": good.tag})
        self._clock.compare(reply.headers.get("date"))
        is_new = self._take(reply)
        self._keep()
        return is_new

    def _take(self, reply: Reply) -> bool:
        fresh_until = self._clock.ticks() + self._options.stale_after
        if reply.status == HTTPStatus.NOT_MODIFIED and self._holder.now.good is not None:
            self._holder.confirm(fresh_until)
            return False
        if reply.status != HTTPStatus.OK:
            raise Unavailable(f"rule set: answered {reply.status}")
        received = Received(
            body=reply.body,
            signature=reply.headers.get(HEADER.lower(), ""),
            tag=reply.headers.get("etag", ""),
        )
        if not self._holder.offer(checked(received, self._options), fresh_until):
            return False
        self._unkept = received
        return True

    def _keep(self) -> None:
        """Write what is not on disk yet; a disk that refuses is tried again at the next answer."""
        path, received = self._options.kept, self._unkept
        if path is None or received is None:
            return
        try:
            keep(path, received)
        except OSError as error:
            trouble = f"{type(error).__name__}: {error.strerror}"
            if trouble != self.disk_trouble:
                logger.warning("the rule set is not kept: %s", trouble)
            self.disk_trouble = trouble
        else:
            self._unkept, self.disk_trouble = None, ""


def load(options: Options, holder: Holder) -> None:
    """Start with the newer of what was kept and what came with the program."""
    for path, origin in ((options.kept, Origin.DISK), (options.bootstrap, Origin.BOOTSTRAP)):
        if path is not None:
            _load(path, origin, options, holder)


def _load(path: Path, origin: Origin, options: Options, holder: Holder) -> None:
    try:
        holder.start_with(checked(kept(path), options), origin)
    except FileNotFoundError:
        logger.info("no rule set was kept yet")
    except (OSError, ValueError, NotGood) as error:
        logger.warning("the rule set from %s is not taken: %s", origin, error)
