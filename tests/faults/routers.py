"""Routers that ask without end, and remember what they were told."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import count
from threading import Event, Thread
from time import monotonic, sleep

from tests.faults.service import KEY, Logged, Service, variant_of

ROUTERS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One answer that reached its router."""

    contact: str
    customer: str
    http: int
    fields: dict[str, str]
    seconds: float

    @property
    def is_recorded(self) -> bool:
        """Whether the service said that there is a row."""
        return self.http == 200 and bool(self.fields["assignment_id"])


@dataclass(slots=True)
class Routers:
    """What was told to all of them; `broken` counts connections that ended without an answer."""

    name: str
    told: list[Told] = field(default_factory=list)
    broken: int = 0

    def statuses(self) -> set[tuple[int, str]]:
        """Return the kinds of answers."""
        return {(each.http, each.fields["status"]) for each in self.told}

    def versions(self) -> set[str]:
        """Return the versions that the answers named."""
        return {each.fields["version"] for each in self.told if each.http == 200}

    def wait_for(self, http: int, status: str) -> None:
        """Wait until answers of that kind come from now on."""
        seen, until = len(self.told), monotonic() + 60
        while not any((e.http, e.fields["status"]) == (http, status) for e in self.told[seen:]):
            assert monotonic() < until, f"no answer of {http} {status}: {self.statuses()}"
            sleep(0.05)

    def wait_for_version(self, version: str) -> None:
        """Wait until an answer names that version."""
        until = monotonic() + 60
        while not any(
            each.fields["version"] == version for each in self.told[-20:] if each.http == 200
        ):
            assert monotonic() < until, f"no answer of version {version}"
            sleep(0.05)

    def check(self, log: list[Logged]) -> None:
        """Hold every answer against the hash and the log: no wrong arm, none lost, none twice."""
        assert self.told
        rows = [row for row in log if row.contact.startswith(f"{self.name}-")]
        by_contact = {row.contact: row for row in rows}
        assert len(by_contact) == len(rows)
        for each in filter(lambda told: told.http == 200, self.told):
            variant = variant_of(each.customer, int(each.fields["version"]))
            assert each.fields["variant"] == variant
        recorded = [each for each in self.told if each.is_recorded]
        assert {each.contact for each in recorded} <= by_contact.keys()
        for row in rows:
            assert row.assigned == row.served == variant_of(row.unit, row.version)


@contextmanager
def asking(service: Service, name: str, *, routers: int = ROUTERS) -> Iterator[Routers]:
    """Let routers ask until the block ends, each contact once; its ids begin with `name`."""
    known, enough, numbers = Routers(name), Event(), count()

    def work() -> None:
        with closing(Router(service)) as router:
            while not enough.is_set():
                if (told := router.ask(f"{name}-{next(numbers)}")) is None:
                    known.broken += 1
                    sleep(0.02)
                else:
                    known.told.append(told)

    threads = [Thread(target=work) for _ in range(routers)]
    for thread in threads:
        thread.start()
    try:
        yield known
    finally:
        enough.set()
        for thread in threads:
            thread.join()


class Router:
    """One connection that is kept open, and opened again when it breaks."""

    def __init__(self, service: Service) -> None:
        self._connection = HTTPConnection("127.0.0.1", service.port, timeout=10)
        self._headers = {"X-API-Key": service.secret, "Content-Type": "application/json"}

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def ask(self, contact: str) -> Told | None:
        """Return what was told; None when the connection broke."""
        customer = f"customer of {contact}"
        asked = {"customer_id": customer, "contact_id": contact, "experiments": [KEY]}
        begun = monotonic()
        try:
            self._connection.request("POST", "/api/v1/assign", json.dumps(asked), self._headers)
            response = self._connection.getresponse()
            fields = json.loads(response.read())
        except (OSError, HTTPException):
            self._connection.close()
            return None
        return Told(
            contact=contact,
            customer=customer,
            http=response.status,
            fields=fields,
            seconds=monotonic() - begun,
        )
