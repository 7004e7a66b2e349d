"""Signatures of a rule set: HMAC-SHA256 of its bytes, one for each key in force, beside its id.

While keys are changed the set is signed with the old one and the new one, so that whoever holds
either goes on: `k2=9f86..., k1=2c26...`.
"""

import hmac
import re
from collections.abc import Mapping

from experiments.assignment.refusals import violation
from experiments.errors import InvalidRequest

HEADER = "Equipoise-Signature"
FEWEST_CHARACTERS = 32
_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")


def signature(body: bytes, keys: Mapping[str, str]) -> str:
    """Return the signatures of a body by every key: secrets by id.

    >>> signature(b"{}", {"k1": "0123456789abcdef0123456789abcdef"})[:12]
    'k1=b326604c0'
    """
    return ", ".join(f"{name}={_digest(body, secret)}" for name, secret in keys.items())


def signed_by(body: bytes, given: str, keys: Mapping[str, str]) -> str | None:
    """Return the id of the first key of ours whose signature is right; None when there is none."""
    for each in given.split(","):
        name, _, digest = each.strip().partition("=")
        if name in keys and hmac.compare_digest(
            digest.encode(errors="replace"), _digest(body, keys[name]).encode()
        ):
            return name
    return None


def read_keys(text: str, *, field: str = "signing_keys") -> dict[str, str]:
    """Return the keys of `id:secret,id:secret`, in their order; `field` is where they stand.

    Raises:
        InvalidRequest: an id or a secret breaks its rule, or an id comes twice. The refusal never
            holds a secret.
    """
    keys: dict[str, str] = {}
    for each in filter(None, map(str.strip, text.split(","))):
        name, colon, secret = each.partition(":")
        if not colon or not _ID.fullmatch(name) or name in keys:
            rule = "must be id:secret, the id 1 to 32 of A-Z a-z 0-9 _ - and given once"
            raise InvalidRequest(violation(field, name[:3] + "...", rule))
        if len(secret) < FEWEST_CHARACTERS:
            rule = f"must have a secret of at least {FEWEST_CHARACTERS} characters"
            raise InvalidRequest(violation(f"{field}[{name}]", len(secret), rule))
        keys[name] = secret
    return keys


def _digest(body: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), body, "sha256").hexdigest()
