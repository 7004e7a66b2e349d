"""Who asks: the same at every door that answers routers."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum, auto
from typing import Any

from experiments.access import KeyHolder, key_snapshot
from experiments.access.authentication import presented_key
from experiments.access.keys import digest
from experiments.answers.answering import latest


class Stranger(Enum):
    """Why nobody is known by the credential of a request."""

    UNKNOWN = auto()  # no key in force has it, or there is none
    UNVERIFIED = auto()  # no keys could ever be read


def caller(meta: Mapping[str, Any], *, now: datetime, until: float) -> KeyHolder | Stranger:
    """Return who holds the key in the headers of a request, by `until` of the monotonic clock.

    `meta` has the headers by their WSGI names.
    """
    secret = presented_key(meta)
    if secret is None:
        return Stranger.UNKNOWN
    keys = latest(key_snapshot, now=now, until=until)
    if keys is None:
        return Stranger.UNVERIFIED
    return keys.get(digest(secret), Stranger.UNKNOWN)
