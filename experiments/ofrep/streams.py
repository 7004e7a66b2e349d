"""Who may listen to changes: an address signed for a key, as browsers send no headers there."""

from datetime import datetime
from urllib.parse import parse_qs, urlencode

from django.conf import settings
from django.core.signing import BadSignature, Signer

from experiments.access import KeyHolder, Scope, key_snapshot
from experiments.answers.answering import latest

PATH = "/ofrep/v1/events"
LISTENER = "listener"
_signer = Signer(salt="ofrep.events")


def event_streams(holder: KeyHolder) -> list[dict[str, object]]:
    """Return where the holder of a key hears of changes; nothing where no stream is served.

    The address opens the stream and nothing else, as long as the key is in force. It never
    changes for a key, or clients would connect anew at every answer.
    """
    if not settings.EVENTS_ORIGIN:
        return []
    query = urlencode({LISTENER: _signer.sign(holder.prefix)})
    return [
        {
            "type": "sse",
            "endpoint": {"origin": settings.EVENTS_ORIGIN, "requestUri": f"{PATH}?{query}"},
        }
    ]


def may_listen(query: str, *, now: datetime, until: float) -> bool:
    """Tell whether the query of an address was signed here, for a key that is in force."""
    (signed,) = parse_qs(query).get(LISTENER, [""])[:1]
    try:
        prefix = _signer.unsign(signed)
    except BadSignature:
        return False
    holders = (latest(key_snapshot, now=now, until=until) or {}).values()
    return any(each.prefix == prefix and Scope.ASSIGN in each.scopes for each in holders)
