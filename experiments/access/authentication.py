"""API keys at the door of the HTTP API: `Authorization: Bearer` or `X-API-Key`.

Routers that can set no header send the key as the password of `Authorization: Basic`.
"""

from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from experiments.access.keys import SECRETS_BEGIN, KeyHolder, find_holder

CHALLENGE = 'Bearer realm="equipoise"'
REFUSAL = "The API key is unknown or revoked."


class ApiKeyAuthentication(BaseAuthentication):
    """Puts the holder of the key in the place of the user; 401 for a key that is not in force."""

    def authenticate(self, request: Request) -> tuple[KeyHolder, KeyHolder] | None:
        """Return the holder, or None when the request carries no key."""
        secret = presented_key(request.META)
        if secret is None:
            return None
        holder = find_holder(secret, timezone.now())
        if holder is None:
            raise AuthenticationFailed(REFUSAL)
        return holder, holder

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002  # DRF passes it
        """Return the challenge of a 401."""
        return CHALLENGE


def presented_key(meta: Mapping[str, Any]) -> str | None:
    """Return the secret that the headers of a request carry, by their WSGI names, or None."""
    scheme, _, token = meta.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return str(token.strip())
    if scheme.lower() == "basic" and (password := _password(token)):
        return password
    key = meta.get("HTTP_X_API_KEY", "").strip()
    return str(key) or None


def _password(token: str) -> str | None:
    """Return the password where it is one of our keys: others are for a proxy on the way."""
    try:
        password = b64decode(token, validate=True).decode().partition(":")[2]
    except ValueError:
        return None
    return password if password.startswith(SECRETS_BEGIN) else None
