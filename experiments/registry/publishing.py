"""The running set as clients fetch it: bytes, their tag and their signature, made once per set."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

import msgspec

from experiments.assignment.ruleset import ruleset_document
from experiments.assignment.signature import signature
from experiments.registry.running import RunningSet


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedSet:
    """One JSON document. The quoted `tag` is another for another content or other keys."""

    body: bytes
    tag: str
    signature: str


class Publisher:
    """Keeps what it made last: every request for the same set is answered with the same bytes."""

    def __init__(self) -> None:
        self._last: tuple[RunningSet, Mapping[str, str], PublishedSet] | None = None

    def published(self, running: RunningSet, keys: Mapping[str, str]) -> PublishedSet:
        """Return the set, signed with every one of `keys` (secrets by id)."""
        last = self._last
        if last is not None and last[0] is running and last[1] == keys:
            return last[2]
        made = _made(running, keys)
        self._last = (running, keys, made)
        return made


def _made(running: RunningSet, keys: Mapping[str, str]) -> PublishedSet:
    document = ruleset_document(
        number=running.number,
        running=(each.definition for each in running.experiments.values()),
        concluded=running.concluded.values(),
        holdout=running.holdout,
    )
    body = msgspec.json.encode(document, order="sorted")
    signed = signature(body, keys)
    tag = f'"{sha256(body + signed.encode()).hexdigest()[:32]}"'
    return PublishedSet(body=body, tag=tag, signature=signed)


publisher = Publisher()
