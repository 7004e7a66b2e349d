"""What holds for all experiments at once: who is never treated, and whom none may touch."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from experiments.assignment.decision import Reason
from experiments.assignment.hashing import BUCKETS, SALT, SALT_RULE, Purpose, bucket_after, prefix
from experiments.assignment.refusals import violation
from experiments.errors import InvalidDefinition, Violation

DIGITS = 32
DIGEST = re.compile(rf"[0-9a-f]{{{DIGITS}}}")
Gate = Callable[[str], Reason | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdout:
    """Customers whose bucket, by the holdout's own salt, lies from `start` to before `end`."""

    salt: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NeverTreat:
    """Customers by digest: the list says who is on it to those alone who have the id."""

    salt: str
    digests: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """The rules of the program, empty where there are none.

    Raises:
        InvalidDefinition: with every broken rule, named by its path (`program.holdout.salt`).
    """

    holdout: Holdout | None = None
    never_treat: NeverTreat | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if violations := tuple(_violations(self)):
            raise InvalidDefinition(*violations)


def digest(salt: str, customer_id: str) -> str:
    """Return what the list of the never treated keeps of a canonical id: 128 bits of SHA-256.

    >>> digest("kX3_vT9-aB2mQ7pR", "0012")
    '4453a8ddc3b3db5d86d315527307deb9'
    """
    return _digest_after(prefix(Purpose.NEVER_TREAT, salt), customer_id)


def gate_of(program: Program) -> Gate | None:
    """Return what says of a customer why no experiment may touch them; None for the others.

    No gate where the program has no rules.
    """
    never, holdout = program.never_treat, program.holdout
    listed = frozenset(never.digests) if never is not None else frozenset()
    if not listed and holdout is None:
        return None
    start_listed = prefix(Purpose.NEVER_TREAT, never.salt) if never is not None else b""
    start_held = prefix(Purpose.EXPERIMENT, holdout.salt) if holdout is not None else b""

    def gate(customer_id: str) -> Reason | None:
        if listed and _digest_after(start_listed, customer_id) in listed:
            return Reason.NEVER_TREAT
        if holdout is None:
            return None
        is_held = holdout.start <= bucket_after(start_held, customer_id) < holdout.end
        return Reason.HOLDOUT if is_held else None

    return gate


def _digest_after(start: bytes, customer_id: str) -> str:
    return sha256(start + customer_id.encode()).hexdigest()[:DIGITS]


def _violations(program: Program) -> Iterator[Violation]:
    holdout, never = program.holdout, program.never_treat
    for name, part in (("holdout", holdout), ("never_treat", never)):
        if part is not None and not SALT.fullmatch(part.salt):
            yield violation(f"program.{name}.salt", part.salt, SALT_RULE)
    if holdout is not None and not 0 <= holdout.start < holdout.end <= BUCKETS:
        rule = f"must be a range within [0, {BUCKETS})"
        yield violation("program.holdout", [holdout.start, holdout.end], rule)
    for place, each in enumerate(never.digests if never is not None else ()):
        if not DIGEST.fullmatch(each):
            rule = f"must be {DIGITS} hexadecimal digits"
            yield violation(f"program.never_treat.digests[{place}]", each, rule)
