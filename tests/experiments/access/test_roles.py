"""What each role may do, and what it may not."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser, Group

from experiments.access import ROLES, ensure_roles

pytestmark = pytest.mark.django_db

READS = {"experiments.view", "impact.view_report"}
WRITES = {"experiments.edit", "impact.request_run", "impact.send_data"}
KEYS = {"experiments.manage_keys"}
ALL = READS | WRITES | KEYS


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("finance_reviewer", READS),
        ("cx_leader", READS | WRITES),
        ("administrator", ALL),
    ],
)
def test_a_role_may_do_exactly_its_own(role: str, allowed: set[str]) -> None:
    ensure_roles()
    user = get_user_model().objects.create_user("someone")
    user.groups.add(Group.objects.get(name=role))

    held = {permission for permission in ALL if user.has_perm(permission)}

    assert held == allowed


def test_roles_are_made_once() -> None:
    ensure_roles()
    ensure_roles()

    assert set(Group.objects.values_list("name", flat=True)) == set(ROLES)


def test_a_database_that_was_migrated_knows_them() -> None:
    assert set(Group.objects.values_list("name", flat=True)) == set(ROLES)


def test_nobody_may_do_anything_without_a_role() -> None:
    person = get_user_model().objects.create_user("someone")

    assert not any(person.has_perm(permission) for permission in ALL)
    assert not any(AnonymousUser().has_perm(permission) for permission in ALL)


def test_a_superuser_may_do_all_and_none_once_inactive() -> None:
    user = get_user_model().objects.create_superuser("root")
    assert all(user.has_perm(permission) for permission in ALL)

    user.is_active = False

    assert not any(user.has_perm(permission) for permission in ALL)
