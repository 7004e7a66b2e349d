"""API keys: only the SHA-256 digest is stored, the secret is shown once."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec

from experiments.access.scopes import SCOPES
from experiments.errors import InvalidRequest, KeyNotFound, Violation
from experiments.kept import Kept
from experiments.models import ApiKey
from experiments.snapshot import Snapshot

NAME_LENGTH = 100
SECRETS_BEGIN = "eq_"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyHolder:
    """The program that holds a key: it stands where a request has its user."""

    name: str
    prefix: str
    scopes: frozenset[str]
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False
    pk: None = None

    def get_username(self) -> str:
        """Return the name under which its deeds are recorded."""
        return f"key:{self.name}"

    def has_perm(self, _permission: str, _obj: object = None) -> bool:
        """A key has scopes, not the permissions of people."""
        return False


def issue_key(*, name: str, scopes: Iterable[str], now: datetime) -> tuple[ApiKey, str]:
    """Return a new key and its secret, which cannot be had again.

    Raises:
        InvalidRequest: the name is empty, too long or taken, or a scope is unknown.
    """
    wanted = sorted(set(scopes))
    _check(name, wanted)
    prefix = secrets.token_hex(4)
    secret = f"{SECRETS_BEGIN}{prefix}_{secrets.token_urlsafe(32)}"
    key = ApiKey(name=name, prefix=prefix, digest=digest(secret), scopes=wanted, created_at=now)
    key.save(force_insert=True)
    key_snapshot.expire()
    return key, secret


def revoke_key(*, prefix: str, now: datetime) -> ApiKey:
    """Stop a key: every process refuses it within two seconds. Again changes nothing.

    Raises:
        KeyNotFound: no key has that prefix.
    """
    ApiKey.objects.filter(prefix=prefix, revoked_at=None).update(revoked_at=now)
    key_snapshot.expire()
    try:
        return ApiKey.objects.get(prefix=prefix)
    except ApiKey.DoesNotExist:
        message = f"prefix = {prefix}: must be that of a key"
        raise KeyNotFound(message) from None


def find_holder(secret: str, now: datetime) -> KeyHolder | None:
    """Return who holds this secret; None when no key in force has it.

    Raises:
        django.db.Error: the database is away and no keys were ever read.
    """
    return key_snapshot.current(now).get(digest(secret))


def digest(secret: str) -> str:
    """Return what is stored of a secret. It is random and long: no salt and no stretching needed.

    >>> digest("eq_0_0")[:12]
    '7f6dfe273542'
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def _check(name: str, scopes: list[str]) -> None:
    violations = []
    if not name.strip() or len(name) > NAME_LENGTH:
        rule = f"must have 1 to {NAME_LENGTH} characters"
        violations.append(Violation(field="name", value=name, rule=rule))
    elif ApiKey.objects.filter(name=name).exists():
        violations.append(Violation(field="name", value=name, rule="must not be in use"))
    if not scopes or not set(scopes) <= set(SCOPES):
        rule = f"must be some of {', '.join(SCOPES)}"
        violations.append(Violation(field="scopes", value=", ".join(scopes), rule=rule))
    if violations:
        raise InvalidRequest(*violations)


def _load(_held: Mapping[str, KeyHolder] | None) -> Mapping[str, KeyHolder]:
    rows = ApiKey.objects.filter(revoked_at=None).values_list("digest", "name", "prefix", "scopes")
    return {
        digest: KeyHolder(name=name, prefix=prefix, scopes=frozenset(scopes))
        for digest, name, prefix, scopes in rows
    }


Keys = Mapping[str, KeyHolder]
key_snapshot: Snapshot[Keys] = Snapshot(
    _load,
    kept=Kept("keys", encode=msgspec.json.encode, decode=msgspec.json.Decoder(Keys).decode),
)
