"""Keys and people at the door of the HTTP API."""

from base64 import b64encode

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser, Group
from django.utils import timezone
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from experiments.access import (
    ApiKeyAuthentication,
    KeyHolder,
    actor_of,
    ensure_roles,
    issue_key,
    needs,
    reads_or_writes,
)

pytestmark = pytest.mark.django_db


def request(method: str = "GET", **headers: str) -> Request:
    return Request(APIRequestFactory().generic(method, "/", headers=headers))


def allowed(permission: type[BasePermission], method: str, user: object) -> bool:
    asked = request(method)
    setattr(asked, "user", user)  # noqa: B010  # a key holder stands in the user's place
    return permission().has_permission(asked, APIView())


def holder(*scopes: str) -> KeyHolder:
    return KeyHolder(name="router", prefix="ab", scopes=frozenset(scopes))


@pytest.mark.parametrize("header", ["Authorization", "X-API-Key"])
def test_a_key_is_taken_from_either_header(header: str) -> None:
    _, secret = issue_key(name="router", scopes=["assign"], now=timezone.now())
    value = f"Bearer {secret}" if header == "Authorization" else secret

    found = ApiKeyAuthentication().authenticate(request(**{header: value}))

    assert found is not None
    assert actor_of(found[0]) == "key:router"


def test_a_key_is_taken_as_the_password_of_a_router_that_can_set_no_header() -> None:
    _, secret = issue_key(name="router", scopes=["assign"], now=timezone.now())
    token = b64encode(f"equipoise:{secret}".encode()).decode()

    found = ApiKeyAuthentication().authenticate(request(Authorization=f"Basic {token}"))

    assert found is not None
    assert actor_of(found[0]) == "key:router"


@pytest.mark.parametrize("token", ["eHg6eXk=", "not base64", "/w==", ""])
def test_a_password_that_is_no_key_is_for_a_proxy_on_the_way(token: str) -> None:
    _, secret = issue_key(name="router", scopes=["assign"], now=timezone.now())
    sent = request(**{"Authorization": f"Basic {token}", "X-API-Key": secret})

    found = ApiKeyAuthentication().authenticate(sent)

    assert found is not None
    assert actor_of(found[0]) == "key:router"


def test_a_request_without_a_key_is_left_to_other_ways() -> None:
    door = ApiKeyAuthentication()

    assert door.authenticate(request()) is None
    assert door.authenticate(request(Authorization="Basic eHg6eXk=")) is None


def test_a_wrong_key_is_refused_with_a_challenge() -> None:
    door = ApiKeyAuthentication()

    with pytest.raises(AuthenticationFailed):
        door.authenticate(request(Authorization="Bearer eq_0_wrong"))
    assert door.authenticate_header(request()).startswith("Bearer")


def test_a_scope_opens_its_own_door_alone() -> None:
    permission = needs("ingest", "impact.send_data")

    assert allowed(permission, "POST", holder("ingest"))
    assert not allowed(permission, "POST", holder("assign", "read", "define"))


def test_who_may_write_may_read_and_not_the_other_way() -> None:
    permission = reads_or_writes(
        read=("read", "experiments.view"), write=("define", "experiments.edit")
    )

    assert allowed(permission, "GET", holder("define"))
    assert allowed(permission, "POST", holder("define"))
    assert allowed(permission, "GET", holder("read"))
    assert not allowed(permission, "POST", holder("read"))


def test_a_person_needs_the_permission_of_a_role() -> None:
    ensure_roles()
    leader = get_user_model().objects.create_user("leader")
    stranger = get_user_model().objects.create_user("stranger")
    leader.groups.add(Group.objects.get(name="cx_leader"))
    permission = needs("define", "experiments.edit")

    assert allowed(permission, "POST", leader)
    assert not allowed(permission, "POST", stranger)
    assert not allowed(permission, "POST", AnonymousUser())
