"""Hash version 1: from a purpose, a salt and a unit to one of 10,000 buckets.

`bucket = int(sha256(purpose + ":" + salt + ":" + unit).hexdigest()[:13], 16) % 10000`, in UTF-8.
Thirteen hexadecimal digits are 52 bits: exact in doubles, so every language agrees. SHA-256,
because the checksums that are faster give two experiments the same split. This rule never
changes: another one would be another version, beside this one.
"""

import re
from collections.abc import Callable, Iterable
from enum import StrEnum
from hashlib import sha256
from secrets import token_urlsafe
from struct import Struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hashlib import _Hash

BUCKETS = 10_000
HASH_VERSIONS = frozenset({1})
SALT = re.compile(r"[A-Za-z0-9_-]{11,64}")
SALT_RULE = "must be 11 to 64 of A-Z a-z 0-9 _ - (at least 64 bits)"
_SALT_BYTES = 16
_first_64_bits: Callable[[bytes], tuple[int]] = Struct(">Q").unpack_from  # faster than from_bytes


class Purpose(StrEnum):
    """What a hash is for: one hash for both would put a layer's range into one variant."""

    LAYER = "l"
    EXPERIMENT = "x"
    NEVER_TREAT = "n"  # whom the list of the never treated means, not a bucket
    SATURATION = "s"  # the share that a cluster draws
    WINDOW = "w"  # the order in which the slots of a schedule draw their levels


def bucket(purpose: Purpose, salt: str, unit: str) -> int:
    """Return the bucket of a canonical unit, 0 to 9,999.

    >>> bucket(Purpose.EXPERIMENT, "kX3_vT9-aB2mQ7pR", "0012")
    8539
    """
    return bucket_after(prefix(purpose, salt), unit)


def prefix(purpose: Purpose, salt: str) -> bytes:
    """Return what is hashed before the unit: the same for all units of an experiment."""
    return f"{purpose}:{salt}:".encode()


def bucket_after(prefix: bytes, unit: str) -> int:
    """Return the bucket of `unit` after a `prefix` that was made once.

    The first 52 bits of the digest are its first 13 hexadecimal digits.
    """
    return (_first_64_bits(sha256(prefix + unit.encode()).digest())[0] >> 12) % BUCKETS


def begun(prefix: bytes) -> "_Hash":
    """Return the hash of a prefix that waits for its units: see `bucket_from`."""
    return sha256(prefix)


def bucket_from(begun: "_Hash", unit: str) -> int:
    """Return the bucket of `unit` after the prefix that was `begun`: the fastest way there is."""
    whole = begun.copy()
    whole.update(unit.encode())
    return (_first_64_bits(whole.digest())[0] >> 12) % BUCKETS


def buckets_after(prefix: bytes, units: Iterable[str]) -> list[int]:
    """Return `bucket_after` of every unit, without the price of a call for each."""
    read = _first_64_bits
    return [(read(sha256(prefix + unit.encode()).digest())[0] >> 12) % BUCKETS for unit in units]


def new_salt() -> str:
    """Return a random salt of 128 bits, for a layer or an experiment that is to start."""
    return token_urlsafe(_SALT_BYTES)
