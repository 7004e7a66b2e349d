"""Who asks, and what was sent: the same at every door that answers routers."""

from datetime import datetime
from enum import Enum, auto

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.http.request import UnreadablePostError

from experiments.access import KeyHolder, key_snapshot
from experiments.access.authentication import presented_key
from experiments.access.keys import digest
from experiments.answers.answering import latest

MOST_BYTES = 64 * 1024


class Stranger(Enum):
    """Why nobody is known by the credential of a request."""

    UNKNOWN = auto()  # no key in force has it, or there is none
    UNVERIFIED = auto()  # no keys could ever be read


def caller(request: HttpRequest, *, now: datetime, until: float) -> KeyHolder | Stranger:
    """Return who holds the key of the request, by `until` of the monotonic clock."""
    secret = presented_key(request)
    if secret is None:
        return Stranger.UNKNOWN
    keys = latest(key_snapshot, now=now, until=until)
    if keys is None:
        return Stranger.UNVERIFIED
    return keys.get(digest(secret), Stranger.UNKNOWN)


def body_of(request: HttpRequest) -> bytes | None:
    """Return the body; None when it has more than `MOST_BYTES` or broke off."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > MOST_BYTES:
        return None
    try:
        body = request.body
    except (RequestDataTooBig, UnreadablePostError):
        return None
    return body if len(body) <= MOST_BYTES else None
