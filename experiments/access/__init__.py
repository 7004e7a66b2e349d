"""Who may do what: roles of people, scopes of API keys."""

from experiments.access.authentication import ApiKeyAuthentication
from experiments.access.keys import KeyHolder, find_holder, issue_key, key_snapshot, revoke_key
from experiments.access.permissions import actor_of, needs, reads_or_writes
from experiments.access.roles import ROLES, ensure_roles
from experiments.access.scopes import SCOPES, Scope

__all__ = [
    "ROLES",
    "SCOPES",
    "ApiKeyAuthentication",
    "KeyHolder",
    "Scope",
    "actor_of",
    "ensure_roles",
    "find_holder",
    "issue_key",
    "key_snapshot",
    "needs",
    "reads_or_writes",
    "revoke_key",
]
