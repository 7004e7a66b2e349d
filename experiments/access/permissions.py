"""Permissions of the HTTP API: a key with a scope, or a person with a role's permission."""

from typing import Protocol

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from experiments.access.keys import KeyHolder
from experiments.access.scopes import Scope

Grant = tuple[str, str]


class Actor(Protocol):
    """Who does something: a person or the holder of a key."""

    def get_username(self) -> str:
        """Return the name under which deeds are recorded."""


def needs(scope: str, permission: str) -> type[BasePermission]:
    """Return the permission that asks for this scope of a key, or this permission of a person."""
    return reads_or_writes(read=(scope, permission), write=(scope, permission))


def reads_or_writes(*, read: Grant, write: Grant) -> type[BasePermission]:
    """Return a permission that asks for `read` on GET and for `write` on what changes things.

    Each is (scope, permission). Whoever may write may also read.
    """
    for scope, _ in (read, write):
        Scope(scope)

    class Needs(BasePermission):
        def has_permission(self, request: Request, view: object) -> bool:  # noqa: ARG002  # DRF passes it
            grants = (read, write) if request.method in SAFE_METHODS else (write,)
            return any(_holds(request.user, grant) for grant in grants)

    return Needs


def actor_of(user: Actor) -> str:
    """Return the name that a change or a batch is recorded under."""
    return user.get_username()


def _holds(user: object, grant: Grant) -> bool:
    scope, permission = grant
    if isinstance(user, KeyHolder):
        return scope in user.scopes
    return bool(user.is_authenticated and user.has_perm(permission))  # type: ignore[attr-defined]  # Django's user or its anonymous one
